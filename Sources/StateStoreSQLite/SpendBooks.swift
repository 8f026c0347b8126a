import Approvals
import Decisions
import GRDB

/// What is known of budgets and rates in memory: each is read from the file once, and written once for all decisions that spend of it
/// between two transactions.
///
/// One at a time has the books, see ``BookLender``.
final class SpendBooks {
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

    /// Reads what is not here yet.
    func read(_ db: Database, for order: SpendOrder) throws {
        for charge in order.charges + order.shadowCharges { _ = try budget(db, charge.key) }
        for draw in order.rates + order.shadowRates { _ = try bucket(db, draw, now: order.now) }
    }

    private func budget(_ db: Database, _ key: BudgetKey) throws -> Budget {
        if let known = budgets[key] { return known }
        let budget = Budget(key, try BudgetRows.row(db, key))
        budgets[key] = budget
        return budget
    }

    private func bucket(_ db: Database, _ draw: SpendOrder.RateDraw, now: Timestamp) throws -> Bucket {
        if let known = buckets[draw.key] { return known }
        let bucket = Bucket(draw.key, try RateRows.bucket(db, draw, now: now))
        buckets[draw.key] = bucket
        return bucket
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
        /// What has been charged, on all books.
        var charges: [(budget: Budget, charge: SpendOrder.BudgetCharge)] = []

        var result: SpendResult {
            SpendResult(
                outcome: refusal.map(SpendResult.Outcome.refused) ?? .committed(receipt), shadowRefusal: shadowRefusal)
        }
    }

    /// Something that an order counts on has not been read.
    struct NotHere: Error {}

    /// Takes all that the order counts, or nothing; the shadow's books stand apart.
    /// - Parameter refusal: what stands against the order already.
    /// - Throws: ``NotHere``; then nothing is taken.
    func take(_ order: SpendOrder, refusal: SpendRefusal? = nil) throws(NotHere) -> Taken {
        undo.removeAll(keepingCapacity: true)
        var taken = Taken()
        taken.refusal = refusal
        do throws(NotHere) {
            if refusal == nil {
                taken.refusal = try take(
                    order.rates, order.charges, now: order.now, charged: &taken.charges, receipt: &taken.receipt)
            }
            var unseen = SpendReceipt()
            taken.shadowRefusal = try take(
                order.shadowRates, order.shadowCharges, now: order.now, charged: &taken.charges, receipt: &unseen)
        } catch {
            takeBack()
            throw error
        }
        return taken
    }

    /// Takes back what the last order took.
    func takeBack() { takeBack(to: 0) }

    /// Keeps for the writer that the order was taken.
    func note(_ order: SpendOrder, _ taken: Taken, redeeming approval: ApprovalID? = nil, isBehind: Bool = false) {
        latest = order.now
        let isClaimed = taken.refusal == nil && order.idempotency != nil
        guard !taken.charges.isEmpty || approval != nil || isClaimed else { return }
        spenders.append(
            Spender(
                decision: order.decisionID, tenant: order.tenant, agent: order.agent, at: order.now,
                approval: approval, isBehind: isBehind, charges: taken.charges))
    }

    /// Takes what was taken before a crash, whatever the limits are now.
    /// - Parameter drawnUntil: when the file's buckets were drawn from last: what was drawn until then is in them.
    func restore(_ db: Database, _ spending: RecordedSpending, drawnUntil: [CounterKey: Timestamp]) throws {
        latest = spending.at
        for one in spending.spent.rates where drawnUntil[one.key].map({ $0 < spending.at }) ?? true {
            _ = draw(one, of: try bucket(db, one, now: spending.at), now: spending.at)
        }
        let charges = try spending.spent.charges.map { (budget: try budget(db, $0.key), charge: $0) }
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
        case .refused(let seconds):
            // Only its time may be another, where the clock was far ahead.
            bucket.bucket = drawn
            return .rate(draw.key, draw.limit, retryAfterSeconds: seconds)
        case .taken:
            undo.append(.bucket(bucket, bucket.bucket, isChanged: bucket.isChanged))
            bucket.bucket = drawn
            if !bucket.isChanged { changedBuckets.append(bucket) }
            bucket.isChanged = true
            return nil
        }
    }

    /// - Returns: what stands against it; then nothing of it is taken.
    private func take(
        _ draws: [SpendOrder.RateDraw], _ charges: [SpendOrder.BudgetCharge], now: Timestamp,
        charged: inout [(budget: Budget, charge: SpendOrder.BudgetCharge)], receipt: inout SpendReceipt
    ) throws(NotHere) -> SpendRefusal? {
        let (start, before) = (undo.count, charged.count)
        for one in draws {
            guard let bucket = buckets[one.key] else { throw NotHere() }
            if let refusal = draw(one, of: bucket, now: now) {
                takeBack(to: start)
                return refusal
            }
        }
        charged.reserveCapacity(before + charges.count)
        receipt.remaining.reserveCapacity(charges.count)
        for charge in charges {
            guard let budget = budgets[charge.key] else { throw NotHere() }
            let (sum, overflow) = budget.charged.addingReportingOverflow(charge.amount.value)
            guard !budget.closed, !overflow, sum <= charge.limit.value,
                let rest = MicroUnits(charge.limit.value - sum)
            else {
                takeBack(to: start)
                charged.removeSubrange(before...)
                return .budget(
                    charge.key, limit: charge.limit, charged: MicroUnits(budget.charged) ?? .zero,
                    asked: charge.amount, closed: budget.closed)
            }
            set(budget, sum)
            charged.append((budget, charge))
            receipt.remaining.append(rest)
        }
        return nil
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
        for budget in changedBudgets {
            page.budgets.append((budget, budget.charged, budget.closed))
            budget.isChanged = false
        }
        for bucket in changedBuckets {
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
        // The list is the transaction's own; what comes here after it is marked in its row.
        var unlisted = OpenRecords()
        try page.write(db, open: &unlisted) { _ in false }
        try Effects.confirm(db, unlisted.decisions, false)
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
