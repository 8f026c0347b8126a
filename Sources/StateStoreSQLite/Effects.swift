import Approvals
import Decisions
import Foundation
import GRDB

/// The `effects` table: what a decision changed, so that it can be settled, or undone when its answer never left.
enum Effects {
    static func insert(_ db: Database, _ order: SpendOrder) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO effects (decision, tenant, agent, at, confirmed, settled, approval)
                VALUES (?, ?, ?, ?, 0, 0, ?)
                """
        ).execute(arguments: [
            order.decisionID.blob, order.tenant, order.agent, order.now.nanoseconds,
            order.token?.approvalID.description,
        ])
    }

    static func release(_ db: Database, _ decision: DecisionID, now: Timestamp) throws {
        let select = try db.cachedStatement(sql: "SELECT tenant, approval FROM effects WHERE decision = ?")
        guard let row = try Row.fetchOne(select, arguments: [decision.blob]) else { return }
        let tenant: String = row[0]
        let approvalName: String? = row[1]
        for (budget, amount) in try BudgetRows.charges(db, of: decision) {
            try db.cachedStatement(sql: "UPDATE budgets SET charged = ? WHERE id = ?")
                .execute(arguments: [max(0, budget.charged - amount), budget.id])
        }
        if let approvalName {
            guard let id = ApprovalID(parsing: approvalName),
                var approval = try ApprovalRows.fetch(db, id, tenant: tenant)
            else { throw StateStoreError(.corrupt, "decision \(decision) redeemed an approval that is not there") }
            approval.release(decisionID: decision.description, now: now)
            try ApprovalRows.update(db, approval, after: approval.events.count)
        }
        for table in ["charges", "answers", "effects"] {
            try db.cachedStatement(sql: "DELETE FROM \(table) WHERE decision = ?").execute(arguments: [decision.blob])
        }
    }

    static func settle(
        _ db: Database, _ decision: DecisionID, tenant: String, agent: String, cost: MicroUnits
    ) throws -> Settlement {
        let select = try db.cachedStatement(
            sql: "SELECT settled FROM effects WHERE decision = ? AND tenant = ? AND agent = ?")
        guard let settled = try Bool.fetchOne(select, arguments: [decision.blob, tenant, agent]) else {
            return .unknown
        }
        guard !settled else { return .alreadySettled }
        var closed: [BudgetKey] = []
        var returned: Int64 = 0
        var overrun: Int64 = 0
        for (budget, amount) in try BudgetRows.charges(db, of: decision) {
            let difference = cost.value - amount
            let (sum, overflow) = budget.charged.addingReportingOverflow(difference)
            try db.cachedStatement(sql: "UPDATE budgets SET charged = ?, closed = ? WHERE id = ?")
                .execute(arguments: [overflow ? .max : max(0, sum), budget.closed || difference > 0, budget.id])
            try db.cachedStatement(sql: "UPDATE charges SET amount = ? WHERE decision = ? AND budget = ?")
                .execute(arguments: [cost.value, decision.blob, budget.id])
            if difference > 0 {
                closed.append(try BudgetRows.key(db, budget.id))
                overrun = max(overrun, difference)
            } else {
                returned = max(returned, -difference)
            }
        }
        try db.cachedStatement(sql: "UPDATE effects SET settled = 1 WHERE decision = ?")
            .execute(arguments: [decision.blob])
        guard closed.isEmpty else { return .overrun(by: MicroUnits(overrun) ?? .zero, closed: closed) }
        return .settled(returned: MicroUnits(returned) ?? .zero)
    }
}
