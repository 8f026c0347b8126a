import Approvals
import Redaction
import RegoValues

/// What `data.aegis.decision` said, read strictly: a result that is not understood is a fault, never an allow.
final class PolicyVerdict: Sendable {
    enum Ruling: String, Sendable {
        case allow, deny
        case approvalNeeded = "approval_needed"

        var strictness: Int {
            switch self {
            case .allow: 0
            case .approvalNeeded: 1
            case .deny: 2
            }
        }
    }

    struct Budget: Sendable {
        var policy: String
        var rule: String
        var window: BudgetWindow
        var scope: SpendScope
        var limit: MicroUnits
        var currency: String
        /// nil where the cost could not be evaluated.
        var cost: MicroUnits?
        /// Whether the agent's report may give any of it back.
        var isRefundable: Bool
    }

    struct Rate: Sendable {
        var policy: String
        var rule: String
        var scope: SpendScope
        var limit: RateLimit
    }

    /// A value of which a session may have only so many different ones.
    struct Distinct {
        var policy: String
        var rule: String
        var limit: Int
        /// Lives in the request's heap; null where it could not be evaluated.
        var value: Value
    }

    let ruling: Ruling
    let reason: DecisionReason
    let approval: ApprovalTerms?
    let sanitize: [SanitizeObligation]
    let budgets: [Budget]
    let rates: [Rate]
    let distinct: [Distinct]

    /// Why a result is not one; never shows values.
    struct Malformed: Error {
        var field: String
    }

    /// The verdict, and the one that counts the shadow policies in where there are any.
    static func read(_ result: Value) throws(Malformed) -> (enforced: PolicyVerdict, would: PolicyVerdict?) {
        let would = result.lookup("would")
        let enforced = try PolicyVerdict(result)
        switch would.kind {
        case .null: return (enforced, nil)
        default:
            // It is the bundle's own that there is an outcome; what shadow policies put into it wrongly is theirs alone.
            guard would.lookup("outcome").string.flatMap(Ruling.init(rawValue:)) != nil else {
                throw Malformed(field: "would")
            }
            return (enforced, (try? PolicyVerdict(would)) ?? PolicyVerdict.shadowFault)
        }
    }

    /// What shadow policies have said that could not be evaluated.
    static let shadowFault = PolicyVerdict(
        denyingFor: DecisionReason(.evaluationError, "the shadow policies could not be evaluated"))

    var isShadowFault: Bool { ruling == .deny && reason == Self.shadowFault.reason }

    private init(denyingFor reason: DecisionReason) {
        ruling = .deny
        self.reason = reason
        approval = nil
        sanitize = []
        budgets = []
        rates = []
        distinct = []
    }

    init(_ value: Value) throws(Malformed) {
        guard let ruling = value.lookup("outcome").string.flatMap(Ruling.init(rawValue:)) else {
            throw Malformed(field: "outcome")
        }
        self.ruling = ruling
        var reason = try PolicyVerdict.reason(value.lookup("reason"), ruling)
        for also in try PolicyVerdict.list(value, "also").prefix(DecisionReason.mostOthers) {
            reason.also.append(try PolicyVerdict.reason(also, ruling))
        }
        self.reason = reason
        approval = ruling == .approvalNeeded ? try PolicyVerdict.approval(value.lookup("approval")) : nil
        sanitize = try PolicyVerdict.list(value, "sanitize", SanitizeObligation.init)
        budgets = try PolicyVerdict.list(value, "budgets", Budget.init)
        rates = try PolicyVerdict.list(value, "rates", Rate.init)
        // Bundles of before this field have none.
        let countsDistinct = !value.lookup("distinct").isUndefined
        distinct = countsDistinct ? try PolicyVerdict.list(value, "distinct", Distinct.init) : []
    }

    private init(_ other: PolicyVerdict, sanitize: [SanitizeObligation]) {
        ruling = other.ruling
        reason = other.reason
        approval = other.approval
        self.sanitize = sanitize
        budgets = other.budgets
        rates = other.rates
        distinct = other.distinct
    }

    /// The same with no other duties than those about results.
    var aboutResults: PolicyVerdict { PolicyVerdict(self, sanitize: sanitize.filter { $0.target == .result }) }

    /// The same with the duties that it does not have; nil where it has them all.
    func adding(_ duties: [SanitizeObligation]) -> PolicyVerdict? {
        let missing = duties.filter { !sanitize.contains($0) }
        return missing.isEmpty ? nil : PolicyVerdict(self, sanitize: sanitize + missing)
    }

    /// What comes of two verdicts about one call, each of which may be the one: the stricter ruling, and what either obliges to.
    func joined(with other: PolicyVerdict) -> PolicyVerdict { joining(other) ?? self }

    /// The same; nil where the other adds nothing.
    func joining(_ other: PolicyVerdict) -> PolicyVerdict? {
        guard other.ruling.strictness > ruling.strictness else { return adding(other.sanitize) }
        return other.adding(sanitize) ?? other
    }

    private static func list(_ value: Value, _ name: StaticString) throws(Malformed) -> UnsafeBufferPointer<Value> {
        let list = value.lookup(name)
        guard list.kind == .array || list.kind == .set else { throw Malformed(field: "\(name)") }
        return list.elements
    }

    private static func list<Element>(
        _ value: Value, _ name: StaticString, _ read: (Value) throws(Malformed) -> Element
    ) throws(Malformed) -> [Element] {
        let list = try list(value, name)
        var elements: [Element] = []
        elements.reserveCapacity(list.count)
        for entry in list { elements.append(try read(entry)) }
        return elements
    }

    /// A code that is not in the closed list keeps its message under the general code of its outcome.
    private static func reason(_ value: Value, _ ruling: Ruling) throws(Malformed) -> DecisionReason {
        guard let name = value.lookup("code").string else { throw Malformed(field: "reason.code") }
        let general: ReasonCode =
            switch ruling {
            case .allow: .policyAllow
            case .deny: .policyDeny
            case .approvalNeeded: .approvalRequired
            }
        return DecisionReason(
            ReasonCode(rawValue: name) ?? general, value.lookup("message").string ?? "",
            policy: origin(value.lookup("policy")), rule: origin(value.lookup("rule")))
    }

    /// What speaks for no policy or rule carries an empty name.
    private static func origin(_ value: Value) -> String? { value.string.flatMap { $0.isEmpty ? nil : $0 } }

    /// Nobody reads more of them; and a token names each.
    private static let mostRequirements = 100

    private static func approval(_ value: Value) throws(Malformed) -> ApprovalTerms {
        guard let policy = value.lookup("policy").string, let seconds = value.lookup("expires_after_s").int64,
            seconds > 0
        else { throw Malformed(field: "approval") }
        // Bundles of before this field ask for one consent, in the same words.
        var asked = [value]
        if !value.lookup("requirements").isUndefined { asked = Array(try list(value, "requirements")) }
        var requirements: [ApprovalRequirement] = []
        for entry in asked {
            let requirement = try ApprovalRequirement(entry)
            // A rule may hold a call for several reasons.
            if !requirements.contains(requirement) { requirements.append(requirement) }
        }
        guard (1...mostRequirements).contains(requirements.count) else {
            throw Malformed(field: "approval.requirements")
        }
        return ApprovalTerms(
            policy: policy, rule: value.lookup("rule").string ?? "", message: value.lookup("message").string ?? "",
            requirements: requirements, expiresAfterSeconds: seconds, notify: try strings(value, "notify"))
    }

    fileprivate static func strings(_ value: Value, _ name: StaticString) throws(Malformed) -> [String] {
        var texts: [String] = []
        for element in try list(value, name) {
            guard let text = element.string else { throw Malformed(field: "approval.\(name)") }
            texts.append(text)
        }
        return texts
    }
}

extension ApprovalRequirement {
    fileprivate init(_ value: Value) throws(PolicyVerdict.Malformed) {
        guard let policy = value.lookup("policy").string, let quorum = value.lookup("quorum").int64,
            (1...1000).contains(quorum)
        else { throw PolicyVerdict.Malformed(field: "approval.requirements") }
        let delay = value.lookup("escalate_after_s")
        guard delay.isUndefined || (delay.int64 ?? 0) > 0 else {
            throw PolicyVerdict.Malformed(field: "approval.escalate_after_s")
        }
        self.init(
            policy: policy, rule: value.lookup("rule").string ?? "",
            approvers: try PolicyVerdict.strings(value, "approvers"), quorum: Int(quorum),
            escalateAfterSeconds: delay.int64,
            escalateTo: delay.isUndefined ? [] : try PolicyVerdict.strings(value, "escalate_to"),
            reason: value.lookup("reason").string)
    }
}

/// One policy's wish: rewrite what these detectors find at these paths.
struct SanitizeObligation: Sendable, Hashable {
    /// Where it is to be carried out.
    enum Target: String, Sendable {
        case parameters, result
    }

    var policy: String
    var rule: String?
    var target: Target
    var order: RedactionOrder
}

extension SanitizeObligation {
    fileprivate init(_ value: Value) throws(PolicyVerdict.Malformed) {
        guard let policy = value.lookup("policy").string else {
            throw PolicyVerdict.Malformed(field: "sanitize.policy")
        }
        let action = value.lookup("action")
        let form = action.string.flatMap(RedactionForm.init(rawValue:))
        guard action.isUndefined || action.kind == .null || form != nil else {
            throw PolicyVerdict.Malformed(field: "sanitize.action")
        }
        let on = value.lookup("on")
        guard let target = on.isUndefined ? .parameters : on.string.flatMap(Target.init(rawValue:)) else {
            throw PolicyVerdict.Malformed(field: "sanitize.on")
        }
        var detectors: [String] = []
        for element in value.lookup("detectors").elements {
            guard let name = element.string else { throw PolicyVerdict.Malformed(field: "sanitize.detectors") }
            detectors.append(name)
        }
        var paths: [JSONPathPattern] = []
        for element in value.lookup("paths").elements {
            guard let path = element.string.flatMap(JSONPathPattern.init) else {
                throw PolicyVerdict.Malformed(field: "sanitize.paths")
            }
            paths.append(path)
        }
        guard !detectors.isEmpty, !paths.isEmpty else { throw PolicyVerdict.Malformed(field: "sanitize") }
        self.init(
            policy: policy, rule: value.lookup("rule").string, target: target,
            order: RedactionOrder(detectors: detectors, paths: paths, form: form))
    }
}

extension PolicyVerdict.Budget {
    fileprivate init(_ value: Value) throws(PolicyVerdict.Malformed) {
        guard let policy = value.lookup("policy").string, let rule = value.lookup("rule").string,
            let window = value.lookup("window").string.flatMap(BudgetWindow.init(rawValue:)),
            let scope = value.lookup("per").string.flatMap(SpendScope.init(rawValue:)),
            let limit = value.lookup("limit_micros").int64.flatMap(MicroUnits.init)
        else { throw PolicyVerdict.Malformed(field: "budgets") }
        let cost = value.lookup("cost")
        let refund = value.lookup("refund")
        guard refund.isUndefined || refund.string == "agent" || refund.string == "never" else {
            throw PolicyVerdict.Malformed(field: "budgets.refund")
        }
        self.init(
            policy: policy, rule: rule, window: window, scope: scope, limit: limit,
            currency: value.lookup("currency").string ?? "",
            cost: cost.kind == .number ? cost.numberText.flatMap { MicroUnits(roundingUp: $0.utf8) } : nil,
            isRefundable: refund.isUndefined || refund.string == "agent")
    }
}

extension PolicyVerdict.Distinct {
    fileprivate init(_ value: Value) throws(PolicyVerdict.Malformed) {
        guard let policy = value.lookup("policy").string, let rule = value.lookup("rule").string,
            let limit = value.lookup("limit").int64, (1...10_000).contains(limit)
        else { throw PolicyVerdict.Malformed(field: "distinct") }
        self.init(policy: policy, rule: rule, limit: Int(limit), value: value.lookup("value"))
    }
}

extension PolicyVerdict.Rate {
    fileprivate init(_ value: Value) throws(PolicyVerdict.Malformed) {
        let flow = value.lookup("rps")
        guard let policy = value.lookup("policy").string, let rule = value.lookup("rule").string,
            let scope = value.lookup("per").string.flatMap(SpendScope.init(rawValue:)),
            let perSecond = flow.numberText.flatMap({ MicroUnits(roundingUp: $0.utf8) })
        else { throw PolicyVerdict.Malformed(field: "rates") }
        let milli = perSecond.value / 1000
        let burst = value.lookup("burst").int64 ?? max(1, milli / 1000)
        guard let limit = RateLimit(milliCallsPerSecond: milli, burst: burst) else {
            throw PolicyVerdict.Malformed(field: "rates")
        }
        self.init(policy: policy, rule: rule, scope: scope, limit: limit)
    }
}
