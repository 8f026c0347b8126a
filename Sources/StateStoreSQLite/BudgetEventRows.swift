import Decisions
import Foundation
import GRDB

/// The `budget_events` table: what happened to budgets and is not in the audit trail yet.
enum BudgetEventRows {
    static func insert(_ db: Database, _ event: TrailEvent) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO budget_events (key, decision, tenant, agent, policy_version, detail) VALUES (?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            event.key, event.decisionID.blob, event.tenant, event.agent, event.policyVersion,
            String(decoding: try JSONEncoder().encode(event.detail), as: UTF8.self),
        ])
    }

    /// Only of decisions that stand: what is released takes its events along.
    static func untold(
        _ db: Database, of decision: DecisionID?, limit: Int, waiting: Confirmations.Marks
    ) throws -> [TrailEvent] {
        let select = try db.cachedStatement(
            sql: """
                SELECT n.key, n.decision, n.tenant, n.agent, n.policy_version, n.detail, coalesce(e.confirmed, 1)
                FROM budget_events n LEFT JOIN effects e ON e.decision = n.decision
                WHERE ?1 IS NULL OR n.decision = ?1 ORDER BY n.id LIMIT ?2
                """)
        return try Row.fetchAll(select, arguments: [decision?.blob, limit]).compactMap { row in
            let key: String = row[0]
            let detail: String = row[5]
            guard let decision = DecisionID(blob: row[1]) else {
                throw StateStoreError(.corrupt, "the budget event `\(key)` names no decision")
            }
            guard row[6] || waiting.decisions.contains(decision), !waiting.told.contains(key) else { return nil }
            return TrailEvent(
                .budget, key: key, tenant: row[2], agent: row[3], decisionID: decision, policyVersion: row[4],
                detail: try JSONDecoder().decode([String: String].self, from: Data(detail.utf8)))
        }
    }

    static func remove(_ db: Database, _ keys: Set<String>) throws {
        let statement = try db.cachedStatement(sql: "DELETE FROM budget_events WHERE key = ?")
        for key in keys { try statement.execute(arguments: [key]) }
    }
}
