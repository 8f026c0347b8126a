# Policy p1, written in policies.yaml:36.
package aegis.policies["p1"]

verdict := object.union(data.aegis.no_findings, found)

found := {
	"deny": deny,
}

# require: purpose
deny contains [0, "require", "purpose_missing", "the context must say purpose `care`"] if not required_purpose

required_purpose if input.context.purpose == "care"

# require: ticket-kind
deny contains [0, "require", "policy_deny", "the context must say ticket-kind `audit` or `7`"] if not required_ticket_kind

required_ticket_kind if input.context["ticket-kind"] in {"audit", 7}

# denied_callers
deny contains [1, "denied_callers", "caller_not_allowed", "a caller in the chain is denied"] if {
	some caller in input.chain
	caller in {"planner"}
}

deny contains [1, "denied_callers", "caller_not_allowed", "a caller in the chain is denied"] if {
	some caller in input.chain
	regex.match("^fin.*$", caller)
}

# max_chain_depth: 4
deny contains [2, "max_chain_depth", "chain_too_deep", "more than 4 callers stand before the agent"] if count(input.chain) > 4
