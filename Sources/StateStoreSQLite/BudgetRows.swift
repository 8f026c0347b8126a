import Approvals
import Decisions
import Foundation
import GRDB

/// The `budgets` and `charges` tables.
enum BudgetRows {
    struct BudgetRow {
        var id: Int64
        var charged: Int64
        var closed: Bool
    }

    /// The budget's row; nil before anything was charged.
    static func row(_ db: Database, _ key: BudgetKey) throws -> BudgetRow? {
        let select = try db.cachedStatement(
            sql: """
                SELECT id, charged, closed FROM budgets WHERE tenant = ? AND books = ? AND policy = ? AND rule = ?
                AND scope = ? AND subject = ? AND window = ? AND window_start = ? AND currency = ?
                """)
        return try Row.fetchOne(select, arguments: arguments(key)).map {
            BudgetRow(id: $0[0], charged: $0[1], closed: $0[2])
        }
    }

    /// - Returns: the new row's number.
    static func insert(_ db: Database, _ key: BudgetKey) throws -> Int64 {
        try db.cachedStatement(
            sql: """
                INSERT INTO budgets
                (tenant, books, policy, rule, scope, subject, window, window_start, currency, charged, closed)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)
                """
        ).execute(arguments: arguments(key))
        return db.lastInsertedRowID
    }

    /// - Parameter latest: when the last decision was admitted that has charged it.
    static func store(_ db: Database, id: Int64, charged: Int64, latest: Timestamp) throws {
        try db.cachedStatement(
            sql: "UPDATE budgets SET charged = ?, charged_at = max(charged_at, ?) WHERE id = ?"
        ).execute(arguments: [charged, latest.nanoseconds, id])
    }

    struct ChargeRow {
        var budget: BudgetRow
        var books: String
        var currency: String
        var amount: Int64
        var isRefundable: Bool
        var isSettled: Bool
        /// Of the budget at the time of the charge; 0 where it is not known.
        var limit: Int64
    }

    /// The charges of a decision, with what their budgets hold, inside a transaction that may change them.
    static func charges(_ db: Database, of decision: DecisionID) throws -> [ChargeRow] {
        try Effects.unpack(db, decision)
        let select = try db.cachedStatement(
            sql: """
                SELECT b.id, b.charged, b.closed, b.books, b.currency, c.amount, c.refundable, c.settled, c.budget_limit
                FROM charges c JOIN budgets b ON b.id = c.budget WHERE c.decision = ? ORDER BY b.id
                """)
        return try Row.fetchAll(select, arguments: [decision.blob]).map { row in
            ChargeRow(
                budget: BudgetRow(id: row[0], charged: row[1], closed: row[2]), books: row[3], currency: row[4],
                amount: row[5], isRefundable: row[6], isSettled: row[7], limit: row[8])
        }
    }

    static func key(_ db: Database, _ id: Int64) throws -> BudgetKey {
        let select = try db.cachedStatement(
            sql: """
                SELECT tenant, books, policy, rule, scope, subject, window, window_start, currency
                FROM budgets WHERE id = ?
                """)
        guard let row = try Row.fetchOne(select, arguments: [id]), let books = StateBooks(rawValue: row[1]),
            let scope = SpendScope(rawValue: row[4]), let window = BudgetWindow(rawValue: row[6])
        else { throw StateStoreError(.corrupt, "budget row \(id) cannot be read") }
        return BudgetKey(
            counter: CounterKey(
                tenant: row[0], books: books, policy: row[2], rule: row[3], scope: scope, subject: row[5]),
            window: window, windowStart: row[7], currency: row[8])
    }

    private static func arguments(_ key: BudgetKey) -> StatementArguments {
        [
            key.counter.tenant, key.counter.books.rawValue, key.counter.policy, key.counter.rule,
            key.counter.scope.rawValue, key.counter.subject, key.window.rawValue, key.windowStart, key.currency,
        ]
    }
}
