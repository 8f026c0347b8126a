# Role-based access: people have roles, roles carry grants, a lock list overrides both, and owners may work on what is theirs.
package bench.access

import rego.v1

default allow := false

allow if {
	not locked
	some role in data.members[input.subject].roles
	some grant in data.grants[role]
	grant.verb == input.verb
	grant.kind == input.object.kind
}

allow if {
	not locked
	input.object.owner == input.subject
	input.verb in {"view", "edit", "share"}
}

locked if input.subject in data.locked
