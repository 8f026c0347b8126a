# Policy p1, written in policies.yaml:36.
package aegis.policies["p1"]

verdict := object.union(data.aegis.no_findings, found)

found := {
	"allow": allow,
	"distinct": distinct,
}

# max_distinct: params.currency, 3
distinct contains [0, {
	"policy": "p1", "rule": "max_distinct params.currency",
	"limit": 3, "value": counted,
}]

# Null when there is none: the call is then denied.
default counted := null

counted := input.params.currency

# max_distinct: session.id, 2
distinct contains [0, {
	"policy": "p1", "rule": "max_distinct session.id",
	"limit": 2, "value": counted_2,
}]

# Null when there is none: the call is then denied.
default counted_2 := null

counted_2 := input.session.id

# rule untouched: allow
allow contains [1, "untouched", "policy_allow", "policy `p1` permits this call"] if {
	not "untrusted" in input.session.labels
	input.session.calls < 100
}
