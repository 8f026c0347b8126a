public import Approvals

/// What a decision has taken from rates and budgets, on all books. Its record tells it, so that the trail knows what a crash may have
/// kept from the state store.
public struct Spent: Sendable, Hashable {
    public var rates: [SpendOrder.RateDraw]
    public var charges: [SpendOrder.BudgetCharge]

    public init(rates: [SpendOrder.RateDraw] = [], charges: [SpendOrder.BudgetCharge] = []) {
        self.rates = rates
        self.charges = charges
    }

    public var isEmpty: Bool { rates.isEmpty && charges.isEmpty }
}

extension SpendOrder {
    /// What of the order has been taken.
    public func spent(isRefused: Bool, isShadowRefused: Bool) -> Spent {
        var spent = isRefused ? Spent() : Spent(rates: rates, charges: charges)
        guard !isShadowRefused else { return spent }
        spent.rates += shadowRates
        spent.charges += shadowCharges
        return spent
    }

    func spent(_ result: SpendResult) -> Spent {
        switch result.outcome {
        case .committed: spent(isRefused: false, isShadowRefused: result.shadowRefusal != nil)
        case .refused: spent(isRefused: true, isShadowRefused: result.shadowRefusal != nil)
        case .repeated: Spent()
        }
    }
}

/// A decision that is on record, with what it has spent.
public struct RecordedSpending: Sendable, Hashable {
    public var decisionID: DecisionID
    public var tenant: String
    public var agent: String
    /// When it was admitted.
    public var at: Timestamp
    public var spent: Spent

    public init(decisionID: DecisionID, tenant: String, agent: String, at: Timestamp, spent: Spent) {
        self.decisionID = decisionID
        self.tenant = tenant
        self.agent = agent
        self.at = at
        self.spent = spent
    }
}
