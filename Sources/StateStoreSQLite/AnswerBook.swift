import Approvals
import Decisions
import Foundation
import GRDB

/// The `answers` table: what a call under an idempotency key was answered.
enum AnswerBook {
    static func prior(
        _ db: Database, tenant: String, agent: String, claim: SpendOrder.IdempotencyClaim, now: Timestamp,
        confirmed: Confirmations
    ) throws -> SpendResult.Outcome? {
        let select = try db.cachedStatement(
            sql: """
                SELECT a.fingerprint, a.decision, a.answer, e.confirmed, a.at FROM answers a
                JOIN effects e ON e.decision = a.decision WHERE a.tenant = ? AND a.agent = ? AND a.key = ?
                """)
        guard let row = try Row.fetchOne(select, arguments: [tenant, agent, claim.key]),
            Timestamp(nanoseconds: row[4]).advanced(bySeconds: SpendOrder.IdempotencyClaim.life) > now
        else { return nil }
        guard row[0] == Data(claim.fingerprint) else { return .refused(.idempotencyConflict) }
        guard let decision = DecisionID(blob: row[1]) else {
            throw StateStoreError(.corrupt, "the answer under an idempotency key names no decision")
        }
        guard row[3] || confirmed.contains(decision) else { return .refused(.idempotencyInFlight) }
        let answer: Data = row[2]
        return .repeated(Array(answer))
    }

    /// In the place of an answer whose life is over.
    static func insert(
        _ db: Database, _ order: SpendOrder, claim: SpendOrder.IdempotencyClaim, answer: [UInt8]
    ) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO answers (tenant, agent, key, fingerprint, decision, answer, at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            order.tenant, order.agent, claim.key, Data(claim.fingerprint), order.decisionID.blob, Data(answer),
            order.now.nanoseconds,
        ])
    }
}
