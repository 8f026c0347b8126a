/// What tests may expect.
package enum PolicyTestVocabulary {
    static let outcomes = ["allow", "deny", "sanitize", "approval_needed"]

    /// The codes of `Decisions`, which stands above: a test holds the two together.
    package static let reasonCodes = [
        "policy_allow", "policy_deny", "no_matching_rule", "approval_required", "approval_granted", "approval_denied",
        "approval_expired", "amount_exceeded", "egress_not_allowed", "endpoint_not_allowed", "purpose_missing",
        "parameter_invalid", "caller_not_allowed", "chain_too_deep", "scope_exceeded", "token_invalid", "token_used",
        "budget_exceeded", "rate_exceeded", "distinct_exceeded", "idempotency_conflict", "idempotency_in_flight",
        "sanitize_unsupported", "unauthenticated_agent", "agent_disabled", "tenant_mismatch", "chain_invalid",
        "unknown_tool", "dry_run_not_granted", "request_invalid", "request_too_large", "bundle_unavailable",
        "bundle_stale",
        "evaluation_error", "state_unavailable", "audit_unavailable",
    ]
}
