# Policy p1, written in policies.yaml:36.
package aegis.policies["p1"]

verdict := object.union(data.aegis.no_findings, found)

found := {
	"deny": deny,
	"approval": approval,
	"allow": allow,
	"sanitize": sanitize,
}

# rule small: allow
allow contains [0, "small", "policy_allow", "policy `p1` permits this call"] if input.params.amount <= 5000

# rule large: approval_needed
approval contains [1, "large", "approval_required", "Transfers above 5000 need a treasurer", {"approvers": ["role:treasurer"], "quorum": 1, "expires_after_s": 1800, "notify": []}] if {
	input.params.amount > 5000
	input.params.amount <= 50000
}

# rule urgent: deny
deny contains [2, "urgent", "policy_deny", "policy `p1` denies this call"] if urgent_holds

deny contains [2, "urgent", "evaluation_error", "`urgent` of policy `p1` could not be evaluated"] if {
	not urgent_holds
	not urgent_fails
}

urgent_holds if {
	input.params.urgent == true
	data.aegis.catalog.agents[input.agent.id].labels.team != "treasury"
}

urgent_fails if input.params.urgent == false

urgent_fails if data.aegis.catalog.agents[input.agent.id].labels.team == "treasury"

# rule after-phi: deny
deny contains [3, "after-phi", "policy_deny", "policy `p1` denies this call"] if "phi" in input.session.labels

# rule memo: sanitize
sanitize contains [4, 0, {"policy": "p1", "rule": "memo", "detectors": ["email"], "paths": ["$.memo"]}] if "memo" in object.keys(input.params)

# rule risky: deny
deny contains [5, "risky", "policy_deny", "policy `p1` denies this call"] if risky_holds

deny contains [5, "risky", "evaluation_error", "`risky` of policy `p1` could not be evaluated"] if {
	not risky_holds
	not risky_fails
}

risky_holds if data.aegis.is_more(input.context.risk, 5)

risky_fails if data.aegis.is_more(input.context.risk, 5) == false
