/// All that the caller knows of a record. The journal adds `log`, `index`, `prev_hash` and `hash`.
///
/// Fields that are nil or empty are left out of the record. Nothing here is looked at or redacted any more: what must
/// not be read in clear must not be put in.
public struct AuditRecordDraft: Sendable {
    public var kind: AuditRecordKind
    /// Whose log it goes to: 1 to 128 of `A-Z a-z 0-9 . _ - ~ @ :`.
    public var tenant: String
    /// Nanoseconds since 1970 UTC.
    public var time: Int64

    public var decisionID: String?
    public var idempotencyKey: String?
    public var traceID: String?
    public var spanID: String?
    public var region: String?
    public var agentID: String?
    /// On whose behalf, where an orchestrator called for the agent.
    public var actingFor: String?
    /// The identity that was proven, such as `spiffe://acme/ns/fin/sa/agent`.
    public var agentIdentity: String?
    /// Callers before the agent, oldest first.
    public var callChain: [String] = []
    public var sessionID: String?
    public var toolName: String?
    /// Salted, so that it cannot be guessed from likely parameters.
    public var parametersDigest: String?
    /// The parameters with everything sensitive replaced.
    public var parametersShown: CanonicalJSON?
    /// Salted, over the whole plain form of the sealed input.
    public var inputDigest: String?
    /// Where the sealed input is kept for re-execution.
    public var inputRef: String?
    public var stateDigest: String?
    /// What the call added to its session: labels, and keyed hashes of the values that policies count.
    public var sessionEffects: CanonicalJSON?
    /// What the call took from rates and budgets.
    public var spent: CanonicalJSON?
    /// The time that the policy saw, nanoseconds since 1970 UTC.
    public var evaluatedAt: Int64?
    /// `allow`, `deny`, `sanitize`, `approval_needed`.
    public var decision: String?
    public var decisionReason: AuditReason?
    public var wouldDecision: String?
    public var mode: String?
    public var policyVersion: String?
    public var bundleDigest: String?
    public var rule: String?
    public var approvalID: String?
    public var redactions: [AuditRedaction] = []
    public var limits: CanonicalJSON?
    public var enforcementPoint: String?
    /// Microseconds from admission to this record.
    public var latencyMicroseconds: Int64?
    public var retentionClass: String?
    /// What kinds other than `decision` have to say.
    public var detail: CanonicalJSON?

    public init(kind: AuditRecordKind, tenant: String, time: Int64) {
        self.kind = kind
        self.tenant = tenant
        self.time = time
    }
    /// Whether a tenant can have a log by this name.
    public static func canName(tenant: String) -> Bool { LogName.isTenant(tenant) }
}
