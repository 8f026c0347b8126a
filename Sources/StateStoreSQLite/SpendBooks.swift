import Approvals
import Decisions
import GRDB

/// What is known of budgets and rates in memory: each is read from the file once, and written once for all decisions that spend of it
/// between two transactions.
///
/// One at a time has the books, see ``BookLender``.
final class SpendBooks {
    final class Budget {
        let key: BudgetKey
        /// The row's number, for the writer alone; ``unwritten`` before anything was charged.
        var id: Int64
        var charged: Int64
        var closed: Bool
        var isChanged = false

        init(_ key: BudgetKey, _ row: BudgetRows.BudgetRow?) {
            self.key = key
            id = row?.id ?? Budget.unwritten
            charged = row?.charged ?? 0
            closed = row?.closed ?? false
        }

        static let unwritten: Int64 = 0
    }

    final class Bucket {
        let key: CounterKey
        var bucket: TokenBucket
        var isChanged = false

        init(_ key: CounterKey, _ bucket: TokenBucket) {
            self.key = key
            self.bucket = bucket
        }
    }

    /// A decision whose effects are on the books, and not in the file.
    struct Spender {
        var decision: DecisionID
        var tenant: String
        var agent: String
        var at: Timestamp
        /// What it has redeemed; a token that was refused has redeemed nothing.
        var approval: ApprovalID?
        /// Whether it is known from its record.
        var isRecorded = false
        var charges: [(budget: Budget, charge: SpendOrder.BudgetCharge)]
    }

    private enum Undo {
        case budget(Budget, charged: Int64, isChanged: Bool)
        case bucket(Bucket, TokenBucket, isChanged: Bool)
    }

    private var budgets: [BudgetKey: Budget] = [:]
    private var buckets: [CounterKey: Bucket] = [:]
    /// Those that have been changed since they were written.
    private var changedBudgets: [Budget] = []
    private var changedBuckets: [Bucket] = []
    private var undo: [Undo] = []
    private(set) var spenders: [Spender] = []
    /// When the last of them was admitted.
    private var latest: Timestamp?
    private static let limit = 16_384

    func forgetIfFull() {
        let isWritten = spenders.isEmpty && changedBudgets.isEmpty && changedBuckets.isEmpty
        if isWritten, budgets.count + buckets.count > Self.limit { forget() }
    }

    // MARK: Spending

    /// Whether all that the order counts on is here.
    func knows(_ order: SpendOrder) -> Bool {
        order.charges.allSatisfy { budgets[$0.key] != nil } && order.rates.allSatisfy { buckets[$0.key] != nil }
            && order.shadowCharges.allSatisfy { budgets[$0.key] != nil }
            && order.shadowRates.allSatisfy { buckets[$0.key] != nil }
    }

    /// Reads what is not here yet.
    func read(_ db: Database, for order: SpendOrder) throws {
        let all = order.spent(isRefused: false, isShadowRefused: false)
        try read(db, for: all, now: order.now)
    }

    func read(_ db: Database, for spent: Spent, now: Timestamp) throws {
        for charge in spent.charges where budgets[charge.key] == nil {
            budgets[charge.key] = Budget(charge.key, try BudgetRows.row(db, charge.key))
        }
        for draw in spent.rates where buckets[draw.key] == nil {
            buckets[draw.key] = Bucket(draw.key, try RateRows.bucket(db, draw, now: now))
        }
    }

    /// Takes over what another change has made of these budgets. Nothing of them may wait to be written.
    func readAgain(_ db: Database, _ changed: Set<Int64>) throws {
        guard !changed.isEmpty else { return }
        for id in changed {
            let key = try BudgetRows.key(db, id)
            guard let budget = budgets[key], let row = try BudgetRows.row(db, key) else { continue }
            (budget.charged, budget.closed) = (row.charged, row.closed)
        }
    }

    struct Taken {
        var refusal: SpendRefusal?
        var shadowRefusal: SpendRefusal?
        var receipt = SpendReceipt()

        var result: SpendResult {
            SpendResult(
                outcome: refusal.map(SpendResult.Outcome.refused) ?? .committed(receipt), shadowRefusal: shadowRefusal)
        }
    }

    /// Takes all that the order counts, or nothing; the shadow's books stand apart. What it counts on must be here.
    /// - Parameter refusal: what stands against the order already.
    func take(_ order: SpendOrder, refusal: SpendRefusal? = nil) -> Taken {
        undo.removeAll(keepingCapacity: true)
        var taken = Taken()
        taken.refusal = refusal ?? take(order.rates, order.charges, now: order.now, receipt: &taken.receipt)
        var unseen = SpendReceipt()
        taken.shadowRefusal = take(order.shadowRates, order.shadowCharges, now: order.now, receipt: &unseen)
        return taken
    }

    /// Takes back what the last order took.
    func takeBack() { takeBack(to: 0) }

    /// Keeps for the writer that the order was taken.
    func note(_ order: SpendOrder, _ taken: Taken, redeeming approval: ApprovalID? = nil) {
        latest = order.now
        let spent = order.spent(isRefused: taken.refusal != nil, isShadowRefused: taken.shadowRefusal != nil)
        let isClaimed = taken.refusal == nil && order.idempotency != nil
        guard !spent.charges.isEmpty || approval != nil || isClaimed else { return }
        spenders.append(
            Spender(
                decision: order.decisionID, tenant: order.tenant, agent: order.agent, at: order.now,
                approval: approval,
                charges: spent.charges.compactMap { charge in budgets[charge.key].map { ($0, charge) } }))
    }

    /// Takes what was taken before a crash, whatever the limits are now.
    /// - Parameter drawnUntil: when the file's buckets were drawn from last: what was drawn until then is in them.
    func restore(_ spending: RecordedSpending, drawnUntil: [CounterKey: Timestamp]) {
        latest = spending.at
        for one in spending.spent.rates where drawnUntil[one.key].map({ $0 < spending.at }) ?? true {
            if let bucket = buckets[one.key] { _ = draw(one, of: bucket, now: spending.at) }
        }
        let charges = spending.spent.charges.compactMap { charge in budgets[charge.key].map { ($0, charge) } }
        guard !charges.isEmpty else { return }
        for (budget, charge) in charges {
            let (sum, overflow) = budget.charged.addingReportingOverflow(charge.amount.value)
            set(budget, overflow ? .max : sum)
        }
        spenders.append(
            Spender(
                decision: spending.decisionID, tenant: spending.tenant, agent: spending.agent, at: spending.at,
                isRecorded: true, charges: charges))
    }

    private func draw(_ draw: SpendOrder.RateDraw, of bucket: Bucket, now: Timestamp) -> SpendRefusal? {
        var drawn = bucket.bucket
        switch drawn.draw(draw.limit, now: now) {
        case .refused(let seconds): return .rate(draw.key, draw.limit, retryAfterSeconds: seconds)
        case .taken:
            undo.append(.bucket(bucket, bucket.bucket, isChanged: bucket.isChanged))
            bucket.bucket = drawn
            if !bucket.isChanged { changedBuckets.append(bucket) }
            bucket.isChanged = true
            return nil
        }
    }

    private func take(
        _ draws: [SpendOrder.RateDraw], _ charges: [SpendOrder.BudgetCharge], now: Timestamp,
        receipt: inout SpendReceipt
    ) -> SpendRefusal? {
        let start = undo.count
        for one in draws {
            guard let bucket = buckets[one.key] else { continue }
            if let refusal = draw(one, of: bucket, now: now) { return refuse(refusal, from: start) }
        }
        for charge in charges {
            guard let budget = budgets[charge.key] else { continue }
            let (sum, overflow) = budget.charged.addingReportingOverflow(charge.amount.value)
            guard !budget.closed, !overflow, sum <= charge.limit.value,
                let rest = MicroUnits(charge.limit.value - sum)
            else {
                return refuse(
                    .budget(
                        charge.key, limit: charge.limit, charged: MicroUnits(budget.charged) ?? .zero,
                        asked: charge.amount, closed: budget.closed), from: start)
            }
            set(budget, sum)
            receipt.remaining.append(rest)
        }
        return nil
    }

    private func refuse(_ refusal: SpendRefusal, from start: Int) -> SpendRefusal {
        takeBack(to: start)
        return refusal
    }

    private func set(_ budget: Budget, _ charged: Int64) {
        undo.append(.budget(budget, charged: budget.charged, isChanged: budget.isChanged))
        budget.charged = charged
        if !budget.isChanged { changedBudgets.append(budget) }
        budget.isChanged = true
    }

    private func takeBack(to start: Int) {
        for change in undo[start...].reversed() {
            switch change {
            case .budget(let budget, let charged, let isChanged):
                if !isChanged { changedBudgets.removeLast() }
                (budget.charged, budget.isChanged) = (charged, isChanged)
            case .bucket(let bucket, let before, let isChanged):
                if !isChanged { changedBuckets.removeLast() }
                (bucket.bucket, bucket.isChanged) = (before, isChanged)
            }
        }
        undo.removeSubrange(start...)
    }

    // MARK: Writing

    /// What has changed since the last page was torn out, as it is now.
    func tearOut() -> BookPage {
        defer {
            spenders = []
            latest = nil
            changedBudgets.removeAll(keepingCapacity: true)
            changedBuckets.removeAll(keepingCapacity: true)
        }
        var page = BookPage(spenders: spenders, latest: latest)
        for budget in changedBudgets where budget.isChanged {
            page.budgets.append((budget, budget.charged, budget.closed))
            budget.isChanged = false
        }
        for bucket in changedBuckets where bucket.isChanged {
            page.buckets.append((bucket, bucket.bucket))
            bucket.isChanged = false
        }
        return page
    }

    /// Puts a page back that did not get into the file. What its budgets and buckets have come to since stays.
    func putBack(_ page: BookPage) {
        spenders = page.spenders + spenders
        latest = latest ?? page.latest
        for (budget, _, _) in page.budgets where !budget.isChanged {
            budget.isChanged = true
            changedBudgets.append(budget)
        }
        for (bucket, _) in page.buckets where !bucket.isChanged {
            bucket.isChanged = true
            changedBuckets.append(bucket)
        }
    }

    /// The same where all that came after the page is to be forgotten, too.
    func goBack(to page: BookPage) {
        forget()
        for (budget, charged, closed) in page.budgets {
            (budget.charged, budget.closed) = (charged, closed)
            budgets[budget.key] = budget
        }
        for (bucket, before) in page.buckets {
            bucket.bucket = before
            buckets[bucket.key] = bucket
        }
        putBack(page)
    }

    /// Writes what has changed, inside a transaction.
    func write(_ db: Database) throws {
        var page = tearOut()
        try page.write(db) { _ in false }
    }

    /// For whoever writes to the tables themselves. Nothing may wait to be written.
    func forget() {
        budgets.removeAll(keepingCapacity: true)
        buckets.removeAll(keepingCapacity: true)
        for budget in changedBudgets { budget.isChanged = false }
        for bucket in changedBuckets { bucket.isChanged = false }
        changedBudgets.removeAll(keepingCapacity: true)
        changedBuckets.removeAll(keepingCapacity: true)
        spenders = []
        latest = nil
    }
}
