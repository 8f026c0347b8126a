# Policy p1, written in policies.yaml:36.
package aegis.policies["p1"]

verdict := object.union(data.aegis.no_findings, found)

found := {
	"budgets": budgets,
	"rates": rates,
}

# hourly_budget
budgets contains [0, {
	"policy": "p1", "rule": "hourly_budget", "window": "hour", "per": "session",
	"limit_micros": 5000000, "currency": "USD", "cost": cost,
}]

# cost: params.amount * 0.01
# Null when it is no number, or a negative one: the call is then denied.
default cost := null

cost := amount if {
	amount := input.params.amount * 0.01
	is_number(amount)
	amount >= 0
}

# daily_budget
budgets contains [1, {
	"policy": "p1", "rule": "daily_budget", "window": "day", "per": "session",
	"limit_micros": 20500000, "currency": "USD", "cost": cost,
}]

# monthly_budget
budgets contains [2, {
	"policy": "p1", "rule": "monthly_budget", "window": "month", "per": "session",
	"limit_micros": 300000000, "currency": "USD", "cost": cost,
}]

# total_budget
budgets contains [3, {
	"policy": "p1", "rule": "total_budget", "window": "total", "per": "session",
	"limit_micros": 1000000000, "currency": "USD", "cost": cost,
}]

# rps: 2.5
rates contains [4, {"policy": "p1", "rule": "rps", "per": "session", "rps": 2.5, "burst": 10}]
