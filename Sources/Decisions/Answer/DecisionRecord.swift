public import Approvals
public import RegoValues

/// What the audit trail is told of a decision. Nothing in it is in clear that policy calls sensitive: the digest has yet
/// to be salted, the parameters shown are redacted.
public struct DecisionRecord {
    public var answer: Decision
    public var at: Timestamp
    public var admittedAt: Timestamp
    public var callerIdentity: String?
    public var actingFor: String?
    /// The agents before this one, oldest first.
    public var chain: [String]
    public var sessionID: String?
    /// What the policies saw of the session.
    public var session: SessionFacts
    /// What the call did to it; nil where it was not permitted.
    public var sessionEffects: SessionEffects?
    /// What it has taken from rates and budgets.
    public var spent: Spent
    public var idempotencyKey: String?
    public var spanID: String?
    public var region: String?
    /// SHA-256 of the canonical parameters; never to be recorded unsalted.
    public var parametersDigest: String?
    /// Lives in the request's heap.
    public var parametersShown: Value?
    /// What the digest is over, in the request's heap: the parameters, or a tool's answer.
    public var committed: Value?
    /// What the policies were asked, in the request's heap; nil where they were not.
    public var input: Value?
    public var facts: StateFacts
    public var bundleDigest: String?
    public var point: String
    public var approvalID: String?
    /// How long it is kept, where the policies say so.
    public var retentionClass: String?
    /// Set where it is about a tool's answer; then the digest is the answer's.
    public var result: ResultNote?

    /// What a record says of a tool's answer, besides what was taken out of it.
    public struct ResultNote: Sendable, Hashable {
        /// The decision that let the call through, as the caller says.
        public var decisionID: String?
        public var labels: [String]
    }
}

/// Makes decisions durable. Implementers MUST return only when the record and a checkpoint that covers it are on disk.
public protocol DecisionRecorder: Sendable {
    func record(_ record: DecisionRecord) async throws -> DecisionReceipt

    /// Makes something durable that is no decision.
    func note(_ event: TrailEvent, at time: Timestamp) async throws
}
