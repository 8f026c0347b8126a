/// Which books a charge or draw stands in: those that are enforced, those that shadow policies keep for themselves, those of
/// candidates, or those for attempts that only ask for an approval.
public enum StateBooks: String, Sendable, Hashable { case enforced, shadow, candidate, attempts }

/// Whom a budget or rate is counted for.
public enum SpendScope: String, Sendable, Hashable, CaseIterable { case agent, tool, session, tenant }

/// One counter: a rule's budget or rate for one subject of one tenant.
public struct CounterKey: Sendable, Hashable {
    public var tenant: String
    public var books: StateBooks
    public var policy: String
    public var rule: String
    public var scope: SpendScope
    /// The agent, tool, session or tenant counted.
    public var subject: String

    public init(
        tenant: String, books: StateBooks, policy: String, rule: String, scope: SpendScope, subject: String
    ) {
        self.tenant = tenant
        self.books = books
        self.policy = policy
        self.rule = rule
        self.scope = scope
        self.subject = subject
    }
}

/// A budget's counter in one window.
public struct BudgetKey: Sendable, Hashable {
    public var counter: CounterKey
    public var window: BudgetWindow
    /// Seconds since the epoch; 0 for ``BudgetWindow/total``.
    public var windowStart: Int64
    public var currency: String

    public init(counter: CounterKey, window: BudgetWindow, windowStart: Int64, currency: String) {
        self.counter = counter
        self.window = window
        self.windowStart = windowStart
        self.currency = currency
    }
}
