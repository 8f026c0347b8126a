public import Approvals
public import Decisions
import Foundation
import GRDB

extension SQLiteStateStore: SpendLedger {
    public func spend(_ order: SpendOrder) async throws -> SpendResult {
        try await writer.perform { [confirmed, seal] db in
            try SpendTransaction(db: db, order: order, confirmed: confirmed, seal: seal).run()
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
        try await writer.perform { db in try Effects.release(db, decision, now: now) }
    }

    public func settle(
        _ decision: DecisionID, tenant: String, agent: String, report: ReportedCost, now: Timestamp,
        telling: @escaping @Sendable (SettledCost) -> [TrailEvent]
    ) async throws -> Settlement {
        try await writer.perform { db in
            let settlement = try Settling(db: db, decision: decision).run(report, tenant: tenant, agent: agent)
            if case .settled(let settled) = settlement {
                for event in telling(settled) { try BudgetEventRows.insert(db, event) }
            }
            return settlement
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
        let rows = try await pool.read { db in
            try Data.fetchAll(db, sql: "SELECT decision FROM effects WHERE confirmed = 0 ORDER BY decision")
        }
        return try rows.map { blob in
            guard let decision = DecisionID(blob: blob) else {
                throw StateStoreError(.corrupt, "a decision's name in the state store is not 16 bytes")
            }
            return decision
        }
    }

    public func recover(durable: Set<DecisionID>, now: Timestamp) async throws -> [DecisionID] {
        let open = try await unconfirmed()
        return try await writer.perform { db in
            var released: [DecisionID] = []
            for decision in open {
                if durable.contains(decision) {
                    try db.cachedStatement(sql: "UPDATE effects SET confirmed = 1 WHERE decision = ?")
                        .execute(arguments: [decision.blob])
                } else {
                    try Effects.release(db, decision, now: now)
                    released.append(decision)
                }
            }
            return released
        }
    }
}

/// One spend inside the writer's savepoint. What is refused is rolled back whole; the shadow's books stand apart.
struct SpendTransaction {
    let db: Database
    let order: SpendOrder
    let confirmed: Confirmations
    let seal: AnswerSeal

    func run() throws -> SpendResult {
        if let claim = order.idempotency,
            let prior = try AnswerBook.prior(
                db, tenant: order.tenant, agent: order.agent, claim: claim, now: order.now, confirmed: confirmed,
                seal: seal)
        {
            return SpendResult(outcome: prior)
        }
        var receipt = SpendReceipt()
        let refusal = try atomically { () throws(Refused) in
            try redeemToken()
            try draw(order.rates)
            receipt = SpendReceipt(remaining: try charge(order.charges))
        }
        let shadowRefusal = try atomically { () throws(Refused) in
            try draw(order.shadowRates)
            _ = try charge(order.shadowCharges)
        }
        let tookAnything =
            refusal == nil && (order.token != nil || !order.charges.isEmpty || order.idempotency != nil)
        if tookAnything || (shadowRefusal == nil && !order.shadowCharges.isEmpty) {
            try Effects.insert(db, order, redeeming: refusal == nil ? order.token?.approvalID : nil)
        }
        if let refusal { return SpendResult(outcome: .refused(refusal), shadowRefusal: shadowRefusal) }
        if let claim = order.idempotency {
            try AnswerBook.insert(db, order, claim: claim, answer: order.answer(receipt, shadowRefusal), seal: seal)
        }
        for event in order.telling(receipt) { try BudgetEventRows.insert(db, event) }
        return SpendResult(outcome: .committed(receipt), shadowRefusal: shadowRefusal)
    }

    /// A refusal undoes the step; a failure undoes the whole decision.
    enum Refused: Error {
        case refusal(SpendRefusal)
        case failure(any Error)
    }

    /// Runs `step` in a savepoint, and undoes it where it is refused.
    private func atomically(_ step: () throws(Refused) -> Void) throws -> SpendRefusal? {
        try db.cachedStatement(sql: "SAVEPOINT step").execute()
        var refusal: SpendRefusal?
        do throws(Refused) {
            try step()
        } catch {
            switch error {
            case .refusal(let reason): refusal = reason
            case .failure(let cause): throw cause
            }
            try db.cachedStatement(sql: "ROLLBACK TO step").execute()
        }
        try db.cachedStatement(sql: "RELEASE step").execute()
        return refusal
    }

    private func orFail<Result>(_ body: () throws -> Result) throws(Refused) -> Result {
        do { return try body() } catch { throw .failure(error) }
    }

    private func redeemToken() throws(Refused) {
        guard let token = order.token else { return }
        guard let approval = try orFail({ try ApprovalRows.fetch(db, token.approvalID, tenant: order.tenant) }) else {
            throw .refusal(
                .token(ApprovalError(.invalidToken, "the token names \(token.approvalID), which does not exist")))
        }
        var redeemed = approval
        do {
            try redeemed.redeem(
                tokenID: token.tokenID, decisionID: order.decisionID.description, now: order.now)
        } catch {
            throw .refusal(.token(error))
        }
        try orFail { try ApprovalRows.update(db, redeemed, after: redeemed.events.count) }
    }

    private func draw(_ draws: [SpendOrder.RateDraw]) throws(Refused) {
        for draw in draws {
            var bucket = try orFail { try RateRows.bucket(db, draw, now: order.now) }
            switch bucket.draw(draw.limit, now: order.now) {
            case .refused(let seconds): throw .refusal(.rate(draw.key, draw.limit, retryAfterSeconds: seconds))
            case .taken: try orFail { try RateRows.store(db, draw.key, bucket) }
            }
        }
    }

    private func charge(_ charges: [SpendOrder.BudgetCharge]) throws(Refused) -> [MicroUnits] {
        var remaining: [MicroUnits] = []
        for charge in charges {
            let row = try orFail { try BudgetRows.row(db, charge.key) }
            let (sum, overflow) = row.charged.addingReportingOverflow(charge.amount.value)
            guard !row.closed, !overflow, sum <= charge.limit.value, let rest = MicroUnits(charge.limit.value - sum)
            else {
                throw .refusal(
                    .budget(
                        charge.key, limit: charge.limit, charged: MicroUnits(row.charged) ?? .zero,
                        asked: charge.amount, closed: row.closed))
            }
            try orFail { try BudgetRows.take(db, charge, of: row.id, to: sum, for: order.decisionID) }
            remaining.append(rest)
        }
        return remaining
    }
}
