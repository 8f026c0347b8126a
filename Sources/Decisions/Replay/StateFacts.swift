import Approvals
import RegoValues

/// What state added to a decision that the policies alone do not give: enough to come to the same outcome again without
/// the ledgers of that moment.
public struct StateFacts: Sendable, Hashable {
    /// Who keeps the state that was asked.
    public enum Keeper: String, Sendable, CaseIterable {
        /// Whether the chain can be handed on to the agent behind the tool.
        case delegation
        /// What the session has come to.
        case session
        /// Tokens, rates, budgets, approvals.
        case spending = "spend"
    }

    public struct Refusal: Sendable, Hashable {
        public var keeper: Keeper
        public var reason: DecisionReason

        public init(by keeper: Keeper, _ reason: DecisionReason) {
            self.keeper = keeper
            self.reason = reason
        }
    }

    /// Why the call did not pass, where it was for its state; at most one does it.
    public var refusal: Refusal?
    /// What the books of shadow policies would have refused.
    public var shadowRefusal: DecisionReason?
    public var isTokenRedeemed = false
    /// The evaluation was given up for want of time.
    public var isInterrupted = false
    /// The session without the calls that were under way, as policies see it, in JSON: where they oblige to more by it than by the
    /// one in the input.
    public var certainSession: String?
    /// Whether the enforcement point could put rewritten parameters in the place of the caller's.
    public var canRewrite = true
    /// Whether the policies were asked about the call's result before it.
    public var isResultForeseen = false
    /// What is in shadow could not be evaluated, perhaps for want of time or memory.
    public var isShadowFaulted = false

    public init() {}

    /// `{"spend":null,"token":"redeemed",…}`: `spend` and `token` always, the rest where there is something to tell.
    func write(to json: inout JSONText) {
        json.object { json in
            if !canRewrite {
                json.key("can_rewrite")
                json.boolean(false)
            }
            if let certainSession {
                json.key("certain_session")
                json.raw(Array(certainSession.utf8))
            }
            for keeper in Keeper.allCases {
                guard keeper == refusal?.keeper || keeper == .spending else { continue }
                json.key(keeper.rawValue)
                StateFacts.write(refusal?.keeper == keeper ? refusal?.reason : nil, to: &json)
            }
            if isInterrupted { json.field("evaluation", "interrupted") }
            if isResultForeseen {
                json.key("result_foreseen")
                json.boolean(true)
            }
            if let shadowRefusal {
                json.key("shadow")
                StateFacts.write(shadowRefusal, to: &json)
            }
            if isShadowFaulted {
                json.key("shadow_faulted")
                json.boolean(true)
            }
            json.field("token", isTokenRedeemed ? "redeemed" : nil)
        }
    }

    private static func write(_ reason: DecisionReason?, to json: inout JSONText) {
        guard let reason else { return json.null() }
        json.object { json in
            json.field("code", reason.code.rawValue)
            json.field("message", reason.message)
            if let policy = reason.policy { json.field("policy", policy) }
            if let rule = reason.rule { json.field("rule", rule) }
        }
    }

    /// - Returns: nil for anything but what ``write(to:)`` writes.
    init?(_ value: Value) {
        self.init()
        guard value.kind == .object else { return nil }
        for keeper in Keeper.allCases {
            let told = keeper.told(in: value)
            guard told.kind == .object else { continue }
            guard let reason = StateFacts.reason(told) else { return nil }
            refusal = Refusal(by: keeper, reason)
        }
        if value.lookup("shadow").kind == .object {
            guard let reason = StateFacts.reason(value.lookup("shadow")) else { return nil }
            shadowRefusal = reason
        }
        let session = value.lookup("certain_session")
        if !session.isUndefined {
            guard session.kind == .object else { return nil }
            certainSession = JSONWriter.text(session)
        }
        isTokenRedeemed = value.lookup("token").string == "redeemed"
        isInterrupted = value.lookup("evaluation").string == "interrupted"
        canRewrite = value.lookup("can_rewrite") != .false
        isResultForeseen = value.lookup("result_foreseen") == .true
        isShadowFaulted = value.lookup("shadow_faulted") == .true
    }

    /// The input with the session that was certain; nil where it makes no difference.
    func certain(_ input: Value, in heap: Heap) -> Value? {
        guard let certainSession, let session = try? heap.parseJSON(Array(certainSession.utf8)) else { return nil }
        return heap.object(input.entries.map { ($0.key, $0.key.string == "session" ? session : $0.value) })
    }

    private static func reason(_ value: Value) -> DecisionReason? {
        guard let code = value.lookup("code").string.flatMap(ReasonCode.init(rawValue:)),
            let message = value.lookup("message").string
        else { return nil }
        return DecisionReason(
            code, message, policy: value.lookup("policy").string, rule: value.lookup("rule").string)
    }
}

extension StateFacts.Keeper {
    fileprivate func told(in facts: Value) -> Value {
        switch self {
        case .delegation: facts.lookup("delegation")
        case .session: facts.lookup("session")
        case .spending: facts.lookup("spend")
        }
    }
}
