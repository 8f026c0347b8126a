internal import Crypto

/// What the policies ask of an approval: the consent of those whom each rule that holds the call names.
public struct ApprovalTerms: Sendable, Hashable, Codable {
    /// The first of the rules in document order, and what it says.
    public var policy: String
    public var rule: String
    public var message: String
    /// One for each rule that holds the call, in document order. All have to be met; one person may count for several.
    public var requirements: [ApprovalRequirement]
    public var expiresAfterSeconds: Int64
    /// Channels to tell, such as `slack:#payments`.
    public var notify: [String]

    public init(
        policy: String, rule: String, message: String, requirements: [ApprovalRequirement],
        expiresAfterSeconds: Int64 = 1800, notify: [String] = []
    ) {
        self.policy = policy
        self.rule = rule
        self.message = message
        self.requirements = requirements
        self.expiresAfterSeconds = max(1, expiresAfterSeconds)
        self.notify = notify
    }

    /// The terms of a call that one rule holds.
    public init(
        policy: String, rule: String, message: String, approvers: [String], quorum: Int = 1,
        expiresAfterSeconds: Int64 = 1800, notify: [String] = [], escalateAfterSeconds: Int64? = nil,
        escalateTo: [String] = []
    ) {
        self.init(
            policy: policy, rule: rule, message: message,
            requirements: [
                ApprovalRequirement(
                    policy: policy, rule: rule, approvers: approvers, quorum: quorum,
                    escalateAfterSeconds: escalateAfterSeconds, escalateTo: escalateTo)
            ], expiresAfterSeconds: expiresAfterSeconds, notify: notify)
    }

    /// The highest of the requirements' quorums: so many people take part at least.
    public var quorum: Int { requirements.map(\.quorum).max() ?? 1 }

    /// The rules that consent releases.
    public var rules: [HoldingRule] {
        requirements.map {
            HoldingRule(policy: $0.policy, rule: $0.rule, reasonDigest: $0.reason.map(HoldingRule.digest(of:)))
        }
    }
}

/// Whose consent one rule asks for.
public struct ApprovalRequirement: Sendable, Hashable, Codable {
    public var policy: String
    public var rule: String
    /// Who may decide: `role:NAME`, or a person's name.
    public var approvers: [String]
    /// How many different people of these must approve; at least 1.
    public var quorum: Int
    /// After how long without a verdict `escalateTo` may decide too; nil: never.
    public var escalateAfterSeconds: Int64?
    /// Who may decide besides `approvers`, once the call has waited so long.
    public var escalateTo: [String]
    /// What a Rego file says, where consent is to that and to nothing else that it may say. Nil: to the rule.
    public var reason: String?

    public init(
        policy: String, rule: String, approvers: [String], quorum: Int = 1, escalateAfterSeconds: Int64? = nil,
        escalateTo: [String] = [], reason: String? = nil
    ) {
        self.reason = reason
        self.policy = policy
        self.rule = rule
        self.approvers = approvers
        self.quorum = max(1, quorum)
        self.escalateAfterSeconds = escalateTo.isEmpty ? nil : escalateAfterSeconds.map { max(1, $0) }
        self.escalateTo = escalateTo
    }

    /// When more people may decide about a call that was asked for at `start`.
    func escalation(from start: Timestamp) -> Timestamp? { escalateAfterSeconds.map(start.advanced) }

    /// Who may decide about such a call, once it was escalated at `escalatedAt`.
    func entitled(from start: Timestamp, escalatedAt: Timestamp?) -> [String] {
        guard let escalatedAt, let time = escalation(from: start), time <= escalatedAt else { return approvers }
        return approvers + escalateTo
    }
}

/// A rule that holds a call, or that an approval has released.
public struct HoldingRule: Sendable, Hashable, Codable {
    public var policy: String
    public var rule: String
    /// SHA-256 over ``ApprovalRequirement/reason``, as 64 lowercase hexadecimal digits, where it is about that alone: an agent
    /// need not read it, and it may be long.
    public var reasonDigest: String?

    public init(policy: String, rule: String, reasonDigest: String? = nil) {
        self.policy = policy
        self.rule = rule
        self.reasonDigest = reasonDigest
    }

    /// The rule as tokens and policies name it: policy, rule, and the digest of the reason where there is one.
    public var names: [String] { [policy, rule] + (reasonDigest.map { [$0] } ?? []) }

    static func digest(of reason: String) -> String {
        ShownCall.hexadecimal(SHA256.hash(data: Array(reason.utf8)))
    }
}
