import Approvals
import Decisions

/// What stands on the books.
extension SpendBooks {
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
        /// Whether it has spent in memory: it has neither an answer for retries nor anything to tell.
        var isBehind = false
        var charges: [(budget: Budget, charge: SpendOrder.BudgetCharge)]
    }
}
