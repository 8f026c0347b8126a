/// What records are asked for. A field that is nil asks for nothing; those that are set must all hold.
public struct AuditQuery: Sendable, Hashable {
    /// Nanoseconds since 1970, inclusive.
    public var from: Int64?
    /// Nanoseconds since 1970, exclusive.
    public var until: Int64?
    public var kind: String?
    public var tenant: String?
    public var agent: String?
    public var tool: String?
    /// `allow`, `deny`, `sanitize`, `approval_needed`.
    public var decision: String?
    /// The policy that the reason names.
    public var policy: String?
    public var approval: String?
    public var decisionID: String?
    /// A reason code.
    public var code: String?
    public var session: String?
    public var trace: String?
    /// The version that decided, or the beginning of it, such as `acme/42`.
    public var policyVersion: String?
    /// Only records of a lower index. Indexes are those of one log.
    public var before: UInt64?

    public init() {}

    /// Whether the record is one of those asked for.
    public func matches(_ record: AuditRecordLine) -> Bool {
        func holds(_ wanted: String?, _ found: @autoclosure () -> String?) -> Bool {
            wanted == nil || wanted == found()
        }
        guard holds(kind, record["kind"]), holds(tenant, record["tenant"]), holds(agent, record["agent_id"]),
            holds(tool, record["tool_name"]), holds(decision, record["decision"]),
            holds(approval, record["approval_id"]), holds(decisionID, record["decision_id"]),
            holds(session, record["session_id"]), holds(trace, record["trace_id"]),
            holds(policy, record["decision_reason", "policy"]), holds(code, record["decision_reason", "code"])
        else { return false }
        if let before, record["index"].flatMap({ UInt64($0) }) ?? .max >= before { return false }
        if let policyVersion, record["policy_version"]?.hasPrefix(policyVersion) != true { return false }
        guard from != nil || until != nil else { return true }
        guard let time = record["time"].flatMap(Timestamp.read) else { return false }
        return from ?? .min <= time && time < until ?? .max
    }
}
