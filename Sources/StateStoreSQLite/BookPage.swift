import Approvals
import Decisions
import Foundation
import GRDB

/// What the books have that the file has not, at one moment.
struct BookPage {
    var spenders: [SpendBooks.Spender]
    /// When the last decision that spent was admitted; nil where none has.
    var latest: Timestamp?
    var budgets: [(budget: SpendBooks.Budget, charged: Int64, closed: Bool)] = []
    var buckets: [(bucket: SpendBooks.Bucket, TokenBucket)] = []
    /// Those that it was written with a durable record of.
    private(set) var confirmed: Set<DecisionID> = []
    /// Budgets that have got their rows from this page.
    private var begun: [SpendBooks.Budget] = []
    /// So many decisions are written before others are let go first.
    private static let atOnce = 8
    /// Where more than these are to be written, nobody is let go first: who always gives way writes less than is spent, until no more can
    /// wait and calls are refused.
    private static let backlog = 512

    init(spenders: [SpendBooks.Spender], latest: Timestamp?) {
        self.spenders = spenders
        self.latest = latest
    }

    var isEmpty: Bool { spenders.isEmpty && budgets.isEmpty && buckets.isEmpty && latest == nil }

    /// Writes the page, inside a transaction.
    /// - Parameters:
    ///   - givesWay: whether calls that are being decided come first: a thread that works without a pause for milliseconds keeps them
    ///     waiting where processors are few.
    ///   - recorded: a decision that was on record before the page was torn out.
    ///   - open: gets those that have spent in memory and are not known to be on record.
    ///   - isConfirmed: whether a decision's record is durable already.
    mutating func write(
        _ db: Database, givesWay: Bool = false, recorded: DecisionID? = nil, open: inout OpenRecords,
        isConfirmed: (DecisionID) -> Bool
    ) throws {
        var effects = try Effects.insertion(db)
        for (place, spender) in spenders.enumerated() {
            if givesWay, Self.letsOthersGo(before: place, of: spenders.count) { sched_yield() }
            let isConfirmed = spender.isRecorded || isConfirmed(spender.decision)
            if isConfirmed {
                confirmed.insert(spender.decision)
            } else if spender.isBehind {
                open.insert(spender.decision)
            }
            for (budget, _) in spender.charges where budget.id == SpendBooks.Budget.unwritten {
                budget.id = try BudgetRows.insert(db, budget.key)
                begun.append(budget)
            }
            try Effects.insert(&effects, spender, isConfirmed: isConfirmed || spender.isBehind)
        }
        for (budget, charged, _) in budgets where budget.id != SpendBooks.Budget.unwritten {
            try BudgetRows.store(db, id: budget.id, charged: charged, latest: latest ?? Timestamp(nanoseconds: 0))
        }
        for (bucket, value) in buckets { try RateRows.store(db, bucket.key, value) }
        if let latest { try SpendingLag.note(db, latest, recorded: recorded) }
    }

    static func letsOthersGo(before place: Int, of count: Int) -> Bool {
        count <= backlog && place % atOnce == atOnce - 1
    }

    /// Forgets the rows that did not last.
    func unwrite() { for budget in begun { budget.id = SpendBooks.Budget.unwritten } }
}
