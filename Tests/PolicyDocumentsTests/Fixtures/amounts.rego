# Policy p1, written in policies.yaml:36.
package aegis.policies["p1"]

verdict := object.union(data.aegis.no_findings, found)

found := {
	"deny": deny,
	"approval": approval,
	"allow": allow,
}

# effect: allow
allow contains [0, "effect", "policy_allow", "policy `p1` permits this call"]

# max_amount: 5000
approval contains [1, "max_amount", "approval_required", "an amount above 5000 needs approval", {"approvers": ["role:treasurer"], "quorum": 2, "expires_after_s": 7200, "notify": ["slack:#payments"]}] if input.params.amount > 5000

# approval_needed: params.currency == "USD"
approval contains [2, "approval_needed", "approval_required", "policy `p1` asks for approval of this call", {"approvers": ["role:treasurer"], "quorum": 2, "expires_after_s": 7200, "notify": ["slack:#payments"]}] if input.params.currency == "USD"

# hard_max_amount: 50000
deny contains [3, "hard_max_amount", "amount_exceeded", "the amount is above 50000"] if input.params.amount > 50000
