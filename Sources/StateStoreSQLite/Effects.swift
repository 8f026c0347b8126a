import Approvals
import Decisions
import Foundation
import GRDB

/// The `effects` table: what a decision changed, so that it can be settled, or undone when its answer never left. Its charges are in the
/// same row at first: most are never looked at again.
enum Effects {
    static func insertion(_ db: Database) throws -> RowWriter {
        try RowWriter(
            db,
            sql: """
                INSERT INTO effects (decision, tenant, agent, at, confirmed, settled, approval, charges)
                VALUES (?, ?, ?, ?, ?, 0, ?, ?)
                """)
    }

    static func insert(
        _ insertion: inout RowWriter, _ spender: SpendBooks.Spender, isConfirmed: Bool
    ) throws {
        try insertion.bind(spender.decision)
        try insertion.bind(spender.tenant)
        try insertion.bind(spender.agent)
        try insertion.bind(spender.at.nanoseconds)
        try insertion.bind(isConfirmed)
        try insertion.bind(spender.approval?.description)
        try insertion.bind(utf8: spender.charges.isEmpty ? nil : packed(spender.charges))
        try insertion.write()
    }

    private static func packed(_ charges: [(budget: SpendBooks.Budget, charge: SpendOrder.BudgetCharge)]) -> [UInt8] {
        var text = JSONText(capacity: 48 * charges.count)
        text.array { text in
            for (budget, charge) in charges {
                text.array { text in
                    text.integer(budget.id)
                    text.integer(charge.amount.value)
                    text.integer(charge.isRefundable ? 1 : 0)
                    text.integer(charge.limit.value)
                }
            }
        }
        return text.bytes
    }

    /// Gives the charges of a decision rows of their own, so that each can be changed by itself.
    static func unpack(_ db: Database, _ decision: DecisionID) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO charges (decision, budget, amount, refundable, budget_limit)
                SELECT e.decision, json_extract(c.value, '$[0]'), json_extract(c.value, '$[1]'),
                    json_extract(c.value, '$[2]'), json_extract(c.value, '$[3]')
                FROM effects e, json_each(e.charges) c WHERE e.decision = ?
                ON CONFLICT (decision, budget) DO UPDATE SET amount = amount + excluded.amount,
                refundable = min(refundable, excluded.refundable)
                """
        ).execute(arguments: [decision.blob])
        guard db.changesCount > 0 else { return }
        try db.cachedStatement(sql: "UPDATE effects SET charges = NULL WHERE decision = ?")
            .execute(arguments: [decision.blob])
    }

    /// Marks decisions whose records are durable, or are not.
    static func confirm(_ db: Database, _ decisions: some Sequence<DecisionID>, _ isConfirmed: Bool = true) throws {
        var update = try RowWriter(db, sql: "UPDATE effects SET confirmed = ? WHERE decision = ?")
        for decision in decisions {
            try update.bind(isConfirmed)
            try update.bind(decision)
            try update.write()
        }
    }

    static func has(_ db: Database, _ decision: DecisionID) throws -> Bool {
        let select = try db.cachedStatement(sql: "SELECT 1 FROM effects WHERE decision = ?")
        return try Int.fetchOne(select, arguments: [decision.blob]) != nil
    }

    static func release(_ db: Database, _ decision: DecisionID, now: Timestamp) throws {
        let select = try db.cachedStatement(sql: "SELECT tenant, approval FROM effects WHERE decision = ?")
        guard let row = try Row.fetchOne(select, arguments: [decision.blob]) else { return }
        let tenant: String = row[0]
        let approvalName: String? = row[1]
        for charge in try BudgetRows.charges(db, of: decision) {
            try db.cachedStatement(sql: "UPDATE budgets SET charged = ? WHERE id = ?")
                .execute(arguments: [max(0, charge.budget.charged - charge.amount), charge.budget.id])
        }
        if let approvalName {
            guard let id = ApprovalID(parsing: approvalName),
                var approval = try ApprovalRows.fetch(db, id, tenant: tenant)
            else { throw StateStoreError(.corrupt, "decision \(decision) redeemed an approval that is not there") }
            approval.release(decisionID: decision.description, now: now)
            try ApprovalRows.update(db, approval, after: approval.events.count)
        }
        for table in ["charges", "answers", "budget_events", "effects"] {
            try db.cachedStatement(sql: "DELETE FROM \(table) WHERE decision = ?").execute(arguments: [decision.blob])
        }
    }
}
