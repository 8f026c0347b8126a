public import Approvals
public import Decisions
import Foundation
import GRDB

extension SQLiteStateStore: SpendLedger {
    public func spend(_ order: SpendOrder) async throws -> SpendResult {
        var attempt = try spendAtOnce(order)
        if case .needsBooks = attempt {
            try await lender.returned()
            attempt = try spendAtOnce(order)
        }
        if case .spent(let result) = attempt { return result }
        return try await spendInFile(order)
    }

    private func spendAtOnce(_ order: SpendOrder) throws -> BookLender.Spending {
        // Where the file cannot be written, nobody spends on trust: the writer tries again each second.
        if lender.isOpen, let fault = writer.fault { throw StateStoreError(.write, fault) }
        let (spending, isFirst) = try lender.spend(order)
        if isFirst { writer.writeSoon() }
        return spending
    }

    private func spendInFile(_ order: SpendOrder) async throws -> SpendResult {
        try await writer.spend { [confirmed, seal] db, books in
            try Spending(db: db, books: books, order: order, confirmed: confirmed, seal: seal).run()
        }
    }

    public func priorAnswer(
        tenant: String, agent: String, claim: SpendOrder.IdempotencyClaim, now: Timestamp
    ) async throws -> SpendResult.Outcome? {
        try await pool.read { [confirmed, seal] db in
            try AnswerBook.prior(
                db, tenant: tenant, agent: agent, claim: claim, now: now, confirmed: confirmed, seal: seal)
        }
    }

    public func confirm(_ decision: DecisionID) { confirmed.insert(decision) }

    public func release(_ decision: DecisionID, now: Timestamp) async throws {
        try await change(decision) { db in try Effects.release(db, decision, now: now) }
    }

    public func settle(
        _ decision: DecisionID, tenant: String, agent: String, report: ReportedCost, now: Timestamp,
        telling: @escaping @Sendable (SettledCost) -> [TrailEvent]
    ) async throws -> Settlement {
        try await change(decision) { db in
            let settlement = try Settling(db: db, decision: decision).run(report, tenant: tenant, agent: agent)
            if case .settled(let settled) = settlement {
                for event in telling(settled) { try BudgetEventRows.insert(db, event) }
            }
            return settlement
        }
    }

    /// Changes the charges of one decision, and what the books say of their budgets.
    private func change<Result: Sendable>(
        _ decision: DecisionID, _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await writer.spend { db, books in
            try books.write(db)
            let budgets = Set(try BudgetRows.charges(db, of: decision).map(\.budget.id))
            let result = try body(db)
            try books.readAgain(db, budgets)
            return result
        }
    }

    public func untold(of decision: DecisionID?, limit: Int) async throws -> [TrailEvent] {
        // Before the tables are read: what leaves the waiting marks is in them.
        let waiting = confirmed.now
        return try await pool.read { db in
            try BudgetEventRows.untold(db, of: decision, limit: limit, waiting: waiting)
        }
    }

    public func markTold(_ keys: [String]) { confirmed.insert(told: keys) }

    public func unconfirmed() async throws -> [DecisionID] {
        let (rows, listed) = try await pool.read { db in
            (
                try Data.fetchAll(db, sql: "SELECT decision FROM effects WHERE confirmed = 0"),
                // One that was released has no row any more.
                try SpendingLag.open(db).decisions.filter { try Effects.has(db, $0) }
            )
        }
        let marked = try rows.map { blob in
            guard let decision = DecisionID(blob: blob) else {
                throw StateStoreError(.corrupt, "a decision's name in the state store is not 16 bytes")
            }
            return decision
        }
        return Set(marked + listed).sorted()
    }

    public func recover(durable: Set<DecisionID>, now: Timestamp) async throws -> [DecisionID] {
        let open = try await unconfirmed()
        return try await writer.performOnCounters { db in
            try Effects.confirm(db, open.filter(durable.contains))
            let released = open.filter { !durable.contains($0) }
            for decision in released { try Effects.release(db, decision, now: now) }
            try SpendingLag.note(db, OpenRecords())
            return released
        }
    }

    /// After a crash: up to where the file has all that was spent; nil where nothing can be missing.
    public func spendingMayBeMissing() async throws -> MissingSpending.Mark? { try await pool.read(SpendingLag.mark) }

    /// After a crash: takes what recorded decisions have spent and the file does not know of, whatever the limits are. To be handed over
    /// all at once.
    /// - Parameter recorded: the oldest first, as far as its order is known.
    /// - Returns: how many had charges that were missing.
    public func restore(_ recorded: [RecordedSpending]) async throws -> Int {
        try await writer.spend { db, books in
            var drawnUntil: [CounterKey: Timestamp] = [:]
            var (restored, seen) = (0, Set<DecisionID>())
            for spending in recorded where seen.insert(spending.decisionID).inserted {
                if try Effects.has(db, spending.decisionID) { continue }
                for draw in spending.spent.rates where drawnUntil[draw.key] == nil {
                    drawnUntil[draw.key] = try RateRows.drawnAt(db, draw.key) ?? Timestamp(nanoseconds: .min)
                }
                try books.restore(db, spending, drawnUntil: drawnUntil)
                restored += spending.spent.charges.isEmpty ? 0 : 1
            }
            return restored
        }
    }
}
