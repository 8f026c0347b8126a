/// Something that is worth a record and is no decision: a settled cost, an exhausted budget.
public struct TrailEvent: Sendable, Hashable {
    public enum Kind: String, Sendable { case budget }

    public var kind: Kind
    /// Names the event, so that it is told once.
    public var key: String
    public var tenant: String
    public var agent: String
    public var decisionID: DecisionID
    public var policyVersion: String?
    /// Names to texts; nothing sensitive.
    public var detail: [String: String]

    public init(
        _ kind: Kind, key: String, tenant: String, agent: String, decisionID: DecisionID, policyVersion: String? = nil,
        detail: [String: String]
    ) {
        self.kind = kind
        self.key = key
        self.tenant = tenant
        self.agent = agent
        self.decisionID = decisionID
        self.policyVersion = policyVersion
        self.detail = detail
    }
}
