import Approvals
import Decisions
import Foundation
import GRDB

/// The `answers` table: what a call under an idempotency key was answered, sealed; empty where it was erased.
enum AnswerBook {
    static func prior(
        _ db: Database, tenant: String, agent: String, claim: SpendOrder.IdempotencyClaim, now: Timestamp,
        confirmed: Confirmations, seal: AnswerSeal
    ) throws -> SpendResult.Outcome? {
        let select = try db.cachedStatement(
            sql: """
                SELECT a.decision, a.answer, e.confirmed, a.at FROM answers a
                JOIN effects e ON e.decision = a.decision WHERE a.tenant = ? AND a.agent = ? AND a.key = ?
                """)
        guard let row = try Row.fetchOne(select, arguments: [tenant, agent, claim.key]),
            Timestamp(nanoseconds: row[3]).advanced(bySeconds: SpendOrder.IdempotencyClaim.life) > now
        else { return nil }
        guard let decision = DecisionID(blob: row[0]) else {
            throw StateStoreError(.corrupt, "the answer under an idempotency key names no decision")
        }
        let answer: Data = row[1]
        // What it was is gone, and that it was carried out is not: nothing runs twice for it.
        guard !answer.isEmpty else { return .refused(.idempotencyConflict) }
        let kept = try seal.open(
            answer, at: AnswerSeal.Place(tenant: tenant, agent: agent, key: claim.key, decision: decision))
        guard kept.claim == claim else { return .refused(.idempotencyConflict) }
        guard row[2] || confirmed.contains(decision) else { return .refused(.idempotencyInFlight) }
        return .repeated(kept.answer)
    }

    /// In the place of an answer whose life is over.
    static func insert(
        _ db: Database, _ order: SpendOrder, claim: SpendOrder.IdempotencyClaim, answer: [UInt8], seal: AnswerSeal
    ) throws {
        let place = AnswerSeal.Place(
            tenant: order.tenant, agent: order.agent, key: claim.key, decision: order.decisionID)
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO answers (tenant, agent, key, fingerprint, decision, answer, at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            order.tenant, order.agent, claim.key, Data(), order.decisionID.blob,
            try seal.seal(AnswerSeal.Kept(claim: claim, answer: answer), at: place), order.now.nanoseconds,
        ])
    }

    /// Seals what older programs wrote in plain, with the fingerprint beside it.
    static func sealPlain(_ db: Database, _ seal: AnswerSeal) throws {
        let rows = try Row.fetchAll(
            db,
            sql:
                "SELECT tenant, agent, key, fingerprint, decision, answer FROM answers WHERE length(fingerprint) > 0 AND length(answer) > 0"
        )
        for row in rows {
            guard let decision = DecisionID(blob: row[4]) else { continue }
            let (tenant, agent, key): (String, String, String) = (row[0], row[1], row[2])
            let (fingerprint, answer): (Data, Data) = (row[3], row[5])
            let kept = AnswerSeal.Kept(
                claim: SpendOrder.IdempotencyClaim(key: key, fingerprint: Array(fingerprint)), answer: Array(answer))
            let place = AnswerSeal.Place(tenant: tenant, agent: agent, key: key, decision: decision)
            try db.execute(
                sql: "UPDATE answers SET fingerprint = x'', answer = ? WHERE tenant = ? AND agent = ? AND key = ?",
                arguments: [try seal.seal(kept, at: place), tenant, agent, key])
        }
    }

    /// The decisions of which there is an answer: those of about a day.
    static func decisions(_ db: Database) throws -> Set<DecisionID> {
        let blobs = try Data.fetchSet(db, sql: "SELECT decision FROM answers WHERE length(answer) > 0")
        return Set(blobs.compactMap(DecisionID.init(blob:)))
    }

    /// Overwrites the answers of these decisions. Their rows stay until their time is over.
    static func erase(_ db: Database, _ decisions: some Sequence<DecisionID>) throws {
        let statement = try db.cachedStatement(
            sql: "UPDATE answers SET answer = x'', fingerprint = x'' WHERE decision = ?")
        for decision in decisions { try statement.execute(arguments: [decision.blob]) }
    }
}
