/// The exact call that an approval is about. Two calls are identical when all of it agrees.
public struct HeldCall: Sendable, Hashable, Codable {
    public var tenant: String
    public var agent: String
    public var tool: String
    /// SHA-256 of the parameters' RFC 8785 form, defaults filled in, as 64 lowercase hexadecimal digits.
    public var parametersDigest: String
    /// SHA-256, written likewise, of how the call is made: the RFC 8785 form of `acting_for`, `chain`, `context` and `request`
    /// (method, host, path), as policies see them. Empty in calls of before there was one, which equal no other.
    public var circumstancesDigest: String
    public var policyVersion: String

    public init(
        tenant: String, agent: String, tool: String, parametersDigest: String, circumstancesDigest: String,
        policyVersion: String
    ) {
        self.tenant = tenant
        self.agent = agent
        self.tool = tool
        self.parametersDigest = parametersDigest
        self.circumstancesDigest = circumstancesDigest
        self.policyVersion = policyVersion
    }
}
