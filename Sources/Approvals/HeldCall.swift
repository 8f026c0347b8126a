/// The exact call that an approval is about. Two calls are identical when all five agree.
public struct HeldCall: Sendable, Hashable, Codable {
    public var tenant: String
    public var agent: String
    public var tool: String
    /// SHA-256 of the parameters' RFC 8785 form, defaults filled in, as 64 lowercase hexadecimal digits.
    public var parametersDigest: String
    public var policyVersion: String

    public init(tenant: String, agent: String, tool: String, parametersDigest: String, policyVersion: String) {
        self.tenant = tenant
        self.agent = agent
        self.tool = tool
        self.parametersDigest = parametersDigest
        self.policyVersion = policyVersion
    }
}

/// What the policy asks of an approval.
public struct ApprovalTerms: Sendable, Hashable, Codable {
    public var policy: String
    public var rule: String
    public var message: String
    /// Who may decide: `role:NAME`, or a person's name.
    public var approvers: [String]
    /// How many different people must approve; at least 1.
    public var quorum: Int
    public var expiresAfterSeconds: Int64
    /// Channels to tell, such as `slack:#payments`.
    public var notify: [String]
    /// After how long without a verdict `escalateTo` may decide too; nil: never.
    public var escalateAfterSeconds: Int64?
    /// Who may decide besides `approvers`, once the call has waited so long.
    public var escalateTo: [String]

    public init(
        policy: String, rule: String, message: String, approvers: [String], quorum: Int = 1,
        expiresAfterSeconds: Int64 = 1800, notify: [String] = [], escalateAfterSeconds: Int64? = nil,
        escalateTo: [String] = []
    ) {
        self.policy = policy
        self.rule = rule
        self.message = message
        self.approvers = approvers
        self.quorum = max(1, quorum)
        self.expiresAfterSeconds = max(1, expiresAfterSeconds)
        self.notify = notify
        self.escalateAfterSeconds = escalateAfterSeconds.map { max(1, $0) }
        self.escalateTo = escalateTo
    }
}
