/// Why a decision is what it is: a closed list, documented in `docs/reference/decisions.md`.
public enum ReasonCode: String, Sendable, CaseIterable {
    // What policy said.
    case policyAllow = "policy_allow"
    case policyDeny = "policy_deny"
    case noMatchingRule = "no_matching_rule"
    case approvalRequired = "approval_required"
    case approvalGranted = "approval_granted"
    case approvalDenied = "approval_denied"
    case approvalExpired = "approval_expired"
    case amountExceeded = "amount_exceeded"
    case egressNotAllowed = "egress_not_allowed"
    case endpointNotAllowed = "endpoint_not_allowed"
    case purposeMissing = "purpose_missing"
    case parameterInvalid = "parameter_invalid"
    case callerNotAllowed = "caller_not_allowed"
    case chainTooDeep = "chain_too_deep"
    case scopeExceeded = "scope_exceeded"
    // What state said.
    case tokenInvalid = "token_invalid"
    case tokenUsed = "token_used"
    case budgetExceeded = "budget_exceeded"
    case rateExceeded = "rate_exceeded"
    case distinctExceeded = "distinct_exceeded"
    case idempotencyConflict = "idempotency_conflict"
    case idempotencyInFlight = "idempotency_in_flight"
    // What the enforcement point can do.
    case sanitizeUnsupported = "sanitize_unsupported"
    // Who calls, and what.
    case unauthenticatedAgent = "unauthenticated_agent"
    case agentDisabled = "agent_disabled"
    case tenantMismatch = "tenant_mismatch"
    case chainInvalid = "chain_invalid"
    case unknownTool = "unknown_tool"
    case dryRunNotGranted = "dry_run_not_granted"
    // A request that is no request.
    case requestInvalid = "request_invalid"
    case requestTooLarge = "request_too_large"
    // A fault on our side; never an allow.
    case bundleUnavailable = "bundle_unavailable"
    case bundleStale = "bundle_stale"
    case evaluationError = "evaluation_error"
    case stateUnavailable = "state_unavailable"
    case auditUnavailable = "audit_unavailable"

    /// Faults of identity and integrity, which deny even where a tenant only shadows.
    public var deniesInShadow: Bool {
        switch self {
        case .unauthenticatedAgent, .agentDisabled, .tenantMismatch, .chainInvalid, .tokenInvalid, .tokenUsed,
            .requestInvalid,
            .requestTooLarge, .bundleUnavailable, .bundleStale, .stateUnavailable, .auditUnavailable,
            .idempotencyConflict,
            .idempotencyInFlight, .dryRunNotGranted:
            true
        case .policyAllow, .policyDeny, .noMatchingRule, .approvalRequired, .approvalGranted, .approvalDenied,
            .approvalExpired, .amountExceeded, .egressNotAllowed, .endpointNotAllowed, .purposeMissing,
            .parameterInvalid, .callerNotAllowed, .chainTooDeep, .scopeExceeded, .budgetExceeded, .rateExceeded,
            .distinctExceeded,
            .sanitizeUnsupported, .unknownTool, .evaluationError:
            false
        }
    }
}

/// A reason in words, and where in the policies it stands.
public struct DecisionReason: Sendable, Hashable {
    public var code: ReasonCode
    /// For the operator and the agent; never holds a parameter's value. At most ``longestMessage`` bytes and an ellipsis.
    public let message: String
    public var policy: String?
    public var rule: String?
    /// The other rules of the winning step, in document order; ``mostOthers`` of them.
    public var also: [DecisionReason]

    public init(
        _ code: ReasonCode, _ message: String, policy: String? = nil, rule: String? = nil, also: [DecisionReason] = []
    ) {
        self.code = code
        self.message = message.utf8.count <= DecisionReason.longestMessage ? message : DecisionReason.shortened(message)
        self.policy = policy
        self.rule = rule
        self.also = also
    }

    /// A record has room for a reason whatever policies say: it must not be what makes a decision go unrecorded.
    public static let longestMessage = 1024
    public static let mostOthers = 16

    private static func shortened(_ message: String) -> String {
        var scalars = String(decoding: message.utf8.prefix(longestMessage), as: UTF8.self).unicodeScalars
        while scalars.last == "\u{fffd}" { scalars.removeLast() }
        return String(scalars) + "…"
    }
}

public enum Outcome: String, Sendable, CaseIterable {
    case allow, deny, sanitize
    case approvalNeeded = "approval_needed"
}
