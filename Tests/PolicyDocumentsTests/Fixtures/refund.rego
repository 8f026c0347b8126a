# Policy p1, written in policies.yaml:36.
package aegis.policies["p1"]

verdict := object.union(data.aegis.no_findings, found)

found := {
	"budgets": budgets,
}

# daily_budget
budgets contains [0, {
	"policy": "p1", "rule": "daily_budget", "window": "day", "per": "agent",
	"limit_micros": 20000000, "currency": "USD", "cost": cost, "refund": "never",
}]

# cost: params.amount * 0.01
# Null when it is no number, or a negative one: the call is then denied.
default cost := null

cost := amount if {
	amount := input.params.amount * 0.01
	is_number(amount)
	amount >= 0
}
