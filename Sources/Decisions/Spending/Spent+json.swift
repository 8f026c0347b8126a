import Approvals
public import RegoValues

extension Spent {
    /// The `spent` of a record, as canonical JSON: amounts as decimal texts, so that no reader rounds them.
    ///
    ///     {"charges":[{"amount":"0.02","currency":"USD","limit":"20.00","policy":"llm-budget","rule":"daily","scope":"agent",
    ///       "subject":"llm-agent","window":"day","window_start":1795910400}],
    ///      "rates":[{"burst":10,"milli_calls_per_second":1000,"policy":…,"rule":…,"scope":…,"subject":…}]}
    ///
    /// `window_start` is in seconds since 1970. What is usual is left out: the enforced books, no currency, a charge that may be given
    /// back, a total without a beginning.
    func write(to json: inout JSONText) {
        json.object { json in
            if !charges.isEmpty {
                json.key("charges")
                json.array { json in for charge in charges { Spent.write(charge, to: &json) } }
            }
            if !rates.isEmpty {
                json.key("rates")
                json.array { json in for draw in rates { Spent.write(draw, to: &json) } }
            }
        }
    }

    private static func write(_ charge: SpendOrder.BudgetCharge, to json: inout JSONText) {
        let key = charge.key
        json.object { json in
            json.field("amount", charge.amount.decimalText)
            if key.counter.books != .enforced { json.field("books", key.counter.books.rawValue) }
            if !key.currency.isEmpty { json.field("currency", key.currency) }
            json.field("limit", charge.limit.decimalText)
            json.field("policy", key.counter.policy)
            if !charge.isRefundable {
                json.key("refundable")
                json.boolean(false)
            }
            write(key.counter, to: &json)
            json.field("window", key.window.rawValue)
            if key.windowStart != 0 {
                json.field("window_start", key.windowStart)
            }
        }
    }

    private static func write(_ draw: SpendOrder.RateDraw, to json: inout JSONText) {
        json.object { json in
            if draw.key.books != .enforced { json.field("books", draw.key.books.rawValue) }
            json.field("burst", draw.limit.burst)
            json.field("milli_calls_per_second", draw.limit.milliCallsPerSecond)
            json.field("policy", draw.key.policy)
            write(draw.key, to: &json)
        }
    }

    private static func write(_ key: CounterKey, to json: inout JSONText) {
        json.field("rule", key.rule)
        json.field("scope", key.scope.rawValue)
        json.field("subject", key.subject)
    }
}

extension RecordedSpending {
    /// A record whose `spent` is none that a version of this program wrote.
    public struct Malformed: Error, Hashable {}

    /// Reads a record of a decision.
    /// - Returns: nil where it has spent nothing.
    /// - Throws: ``Malformed``.
    public init?(record: Value) throws(Malformed) {
        let spent = record.lookup("spent")
        guard !spent.isUndefined else { return nil }
        guard spent.kind == .object, let tenant = record.lookup("tenant").string,
            let id = record.lookup("decision_id").string.flatMap(DecisionID.init(parsing:)),
            let agent = record.lookup("agent_id").string,
            let at = record.lookup("evaluated_at").string.flatMap(Timestamp.init(parsing:))
        else { throw Malformed() }
        let charges = try Self.list(spent.lookup("charges")) { SpendOrder.BudgetCharge($0, tenant: tenant) }
        let rates = try Self.list(spent.lookup("rates")) { SpendOrder.RateDraw($0, tenant: tenant) }
        guard !charges.isEmpty || !rates.isEmpty else { throw Malformed() }
        self.init(
            decisionID: id, tenant: tenant, agent: agent, at: at, spent: Spent(rates: rates, charges: charges))
    }

    private static func list<Element>(_ value: Value, _ read: (Value) -> Element?) throws(Malformed) -> [Element] {
        guard !value.isUndefined else { return [] }
        let elements = value.kind == .array ? value.elements.compactMap(read) : []
        guard !elements.isEmpty, elements.count == value.elements.count else { throw Malformed() }
        return elements
    }
}

extension Value {
    /// The text of a member that may be left out; nil where it is no text.
    fileprivate func text(_ name: StaticString, else usual: String) -> String? {
        let member = lookup(name)
        return member.isUndefined ? usual : member.string
    }
}

extension CounterKey {
    fileprivate init?(_ value: Value, tenant: String) {
        guard let books = value.text("books", else: "enforced").flatMap(StateBooks.init(rawValue:)),
            let policy = value.lookup("policy").string, let rule = value.lookup("rule").string,
            let scope = value.lookup("scope").string.flatMap(SpendScope.init(rawValue:)),
            let subject = value.lookup("subject").string
        else { return nil }
        self.init(tenant: tenant, books: books, policy: policy, rule: rule, scope: scope, subject: subject)
    }
}

extension SpendOrder.BudgetCharge {
    fileprivate init?(_ value: Value, tenant: String) {
        func micros(_ name: StaticString) -> MicroUnits? {
            value.lookup(name).string.flatMap { MicroUnits(roundingUp: $0.utf8) }
        }
        let start = value.lookup("window_start")
        guard let counter = CounterKey(value, tenant: tenant), let amount = micros("amount"),
            let limit = micros("limit"),
            let window = value.lookup("window").string.flatMap(BudgetWindow.init(rawValue:)),
            let begin = start.isUndefined ? 0 : start.int64, let currency = value.text("currency", else: "")
        else { return nil }
        let key = BudgetKey(
            counter: counter, window: window, windowStart: begin, currency: currency)
        self.init(key: key, limit: limit, amount: amount, isRefundable: value.lookup("refundable").isUndefined)
    }
}

extension SpendOrder.RateDraw {
    fileprivate init?(_ value: Value, tenant: String) {
        guard let key = CounterKey(value, tenant: tenant), let burst = value.lookup("burst").int64,
            let flow = value.lookup("milli_calls_per_second").int64,
            let limit = RateLimit(milliCallsPerSecond: flow, burst: burst)
        else { return nil }
        self.init(key: key, limit: limit)
    }
}
