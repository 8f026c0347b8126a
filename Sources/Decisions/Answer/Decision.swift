public import Approvals
public import Redaction

/// The answer to one call, in the one form that every enforcement point renders.
public struct Decision: Sendable, Hashable {
    public struct ApprovalState: Sendable, Hashable {
        public var id: String
        public var status: String
        public var url: String?
        public var expiresAt: Timestamp
    }

    public struct Would: Sendable, Hashable {
        public var outcome: Outcome
        public var reason: DecisionReason

        init(_ outcome: Outcome, _ reason: DecisionReason) {
            self.outcome = outcome
            self.reason = reason
        }
    }

    public struct Limits: Sendable, Hashable {
        /// Of the tightest budget charged, or of the one that refused, such as `13.40 USD`.
        public var budgetRemaining: String?
        /// When a refused rate lets the next call through, or the window of a refused budget ends; nil where waiting does not help.
        public var retryAfterSeconds: Int64?

        public init(budgetRemaining: String? = nil, retryAfterSeconds: Int64? = nil) {
            self.budgetRemaining = budgetRemaining
            self.retryAfterSeconds = retryAfterSeconds
        }
    }

    public var id: DecisionID
    public var outcome: Outcome
    public var reason: DecisionReason
    public var policyVersion: String?
    public var mode: TenantSettings.Mode
    /// The outcome with shadow policies counted in; nil where nothing shadows.
    public var would: Would?
    /// The candidate bundle that `would` speaks for; nil where that is the active bundle's own shadow.
    public var candidateVersion: String?
    public var tenant: String?
    /// How the caller was proven; not part of the answer's text.
    public var proof: Caller.Method?
    public var agentID: String?
    public var toolName: String?
    public var approval: ApprovalState?
    /// The rewritten parameters as JSON where the outcome is `sanitize`.
    public var parameters: [UInt8]?
    /// Whether the call's result must go through `POST /v1/results` before the agent sees it.
    public var mustCheckResult = false
    public var redactions: [RedactedPlace]
    public var limits: Limits
    public var traceID: String?
    /// The decision's own span, under which the call goes on; not part of the answer's text.
    public var span: TraceContext?
    public var isDryRun: Bool
    /// The signed chain for the agent behind the tool, where the tool is one and the call may run.
    public var delegation: String?
    /// nil where the record is not durable; then the outcome is a deny.
    public var receipt: DecisionReceipt?
    /// Set where no decision was made about a call at all: answered as 400, 401 or 413.
    public var problem: AdmissionError?
    /// The answer as it was given the first time, where this is the retry of a call under an idempotency key.
    public var repeatedAnswer: [UInt8]?

    public var wouldOutcome: Outcome? { would?.outcome }

    /// Whether the call may run, as it is or rewritten.
    public var isPermitted: Bool { outcome == .allow || outcome == .sanitize }
}

/// Where a decision stands in the audit trail.
public struct DecisionReceipt: Sendable, Hashable {
    public var log: String
    public var index: UInt64
    /// The Merkle leaf, 64 hexadecimal digits.
    public var leafHash: String
    /// The size of a durable checkpoint that covers the record; more than `index`.
    public var checkpointSize: UInt64

    public init(log: String, index: UInt64, leafHash: String, checkpointSize: UInt64) {
        self.log = log
        self.index = index
        self.leafHash = leafHash
        self.checkpointSize = checkpointSize
    }
}
