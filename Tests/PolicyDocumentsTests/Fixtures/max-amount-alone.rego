# Policy p1, written in policies.yaml:36.
package aegis.policies["p1"]

verdict := object.union(data.aegis.no_findings, found)

found := {
	"deny": deny,
}

# max_amount: 99.95
deny contains [0, "max_amount", "amount_exceeded", "the amount is above 99.95"] if input.params.amount > 99.95
