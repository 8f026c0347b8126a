/// Which records count: those whose fields have one of the values named, for every field that is named. Nothing named:
/// every record.
struct RecordSelector: Codable, Sendable, Hashable {
    var kind: [String]?
    var decision: [String]?
    /// `decision_reason.code`.
    var code: [String]?

    func matches(_ facts: RecordFacts) -> Bool {
        (kind?.contains(facts.kind) ?? true) && (decision?.contains(facts.decision) ?? true)
            && (code?.contains(facts.code) ?? true)
    }

    /// Whether the record would count, had what shadows been enforced. Why it would have been stopped is not recorded.
    func matchesShadow(_ facts: RecordFacts) -> Bool {
        code == nil && kind == ["decision"] && (decision?.contains(facts.wouldDecision) ?? true)
    }
}

extension RecordSelector {
    static let everyRecord = RecordSelector()
    static let decisions = RecordSelector(kind: ["decision"])
    static let denials = RecordSelector(kind: ["decision"], decision: ["deny"])
    static let holds = RecordSelector(kind: ["decision"], decision: ["approval_needed"])
    static let redactions = RecordSelector(kind: ["decision"], decision: ["sanitize"])
    static let approvals = RecordSelector(kind: ["approval", "token"])
    static let policyChanges = RecordSelector(kind: ["bundle", "policy_review"])
    static let configuration = RecordSelector(kind: ["config"])
    static let keys = RecordSelector(kind: ["key"])
    static let retention = RecordSelector(kind: ["retention"])
    static let heartbeats = RecordSelector(kind: ["heartbeat"])
    static let unproven = RecordSelector(
        kind: ["decision"], code: ["unauthenticated_agent", "tenant_mismatch", "chain_invalid", "caller_not_allowed"])
    static let egress = RecordSelector(kind: ["decision"], code: ["egress_not_allowed", "endpoint_not_allowed"])
    static let purpose = RecordSelector(kind: ["decision"], code: ["purpose_missing"])
    static let inputs = RecordSelector(kind: ["decision"], code: ["parameter_invalid", "request_too_large"])
    static let limits = RecordSelector(kind: ["decision"], code: ["rate_exceeded", "budget_exceeded"])
    static let budgets = RecordSelector(kind: ["budget"])
}
