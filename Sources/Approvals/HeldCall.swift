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

    public init(
        policy: String, rule: String, message: String, approvers: [String], quorum: Int = 1,
        expiresAfterSeconds: Int64 = 1800, notify: [String] = []
    ) {
        self.policy = policy
        self.rule = rule
        self.message = message
        self.approvers = approvers
        self.quorum = max(1, quorum)
        self.expiresAfterSeconds = max(1, expiresAfterSeconds)
        self.notify = notify
    }
}

/// An approval that a decision asks for, before the ledger has created it or found an identical one.
public struct ApprovalDraft: Sendable, Hashable {
    public var id: ApprovalID
    public var call: HeldCall
    public var terms: ApprovalTerms
    /// The decision that held the call.
    public var decisionID: String
    /// Names that must never decide: the agent itself, who it acts for, and the agent's owner where policy says so.
    public var excluded: [String]
    /// The call's parameters as JSON for the human: sensitive paths and detected personal data are never in clear.
    public var shownParameters: String
    public var sessionID: String?

    public init(
        id: ApprovalID, call: HeldCall, terms: ApprovalTerms, decisionID: String, excluded: [String],
        shownParameters: String, sessionID: String? = nil
    ) {
        self.id = id
        self.call = call
        self.terms = terms
        self.decisionID = decisionID
        self.excluded = excluded
        self.shownParameters = shownParameters
        self.sessionID = sessionID
    }
}
