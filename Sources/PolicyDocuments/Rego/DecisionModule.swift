/// `aegis/decision.rego`: how findings become one decision. It is the same for every tenant.
enum DecisionModule {
    static let path = "aegis/decision.rego"

    static let text = #"""
        # One decision about one call. This file is the same for all tenants: what differs is in data.aegis and below
        # aegis/policies and aegis/tools.
        #
        # Findings are arrays: the policy's place among all policies, the clause's place in its policy, the clause's name,
        # a reason code, a message, the policy's name. Sets of them are sorted, so the first is the first as written.
        #
        # `not` stands before names of rules and before calls whose arguments are there, never before a call whose argument
        # may be undefined: OPA takes such an expression for undefined, and a guard would be lost. Comprehensions stand in bodies,
        # not in heads that have one, and no variable has the name of a rule: there are engines that stumble there.
        package aegis

        decision := object.union(outcome(false), {"would": would}) if not about_result

        # Asked where shadow policies' own Rego stops the decision, which it must not.
        decision_without_shadow := object.union(outcome(false), {"would": shadow_fault}) if not about_result

        shadow_fault := stop("deny", {[0, 0, "", "evaluation_error", "the shadow policies could not be evaluated", ""]}, null, [])

        # Of a tool's answer nothing is decided any more: only what has to be taken out of it.
        decision := {
        	"outcome": "allow",
        	"reason": {"code": "policy_allow", "message": "the result of a call", "policy": "", "rule": ""},
        	"also": [],
        	"approval": null,
        	"sanitize": sanitizers(false),
        	"budgets": [],
        	"rates": [],
        	"would": null,
        } if {
        	about_result
        }

        about_result if input.phase == "result"

        # The outcome with shadow policies counted in; null when none of them speaks about this call.
        default would := null

        would := outcome(true) if {
        	is_shadowed
        	shadow_speaks
        }

        would := outcome(false) if {
        	is_shadowed
        	not shadow_speaks
        }

        # Shadow policies that find nothing leave the outcome as it is.
        default shadow_speaks := false

        shadow_speaks if {
        	some [entry, found] in heard(true)
        	entry.shadow
        	says(found)
        }

        says(found) if {
        	some findings in found
        	count(findings) > 0
        }

        is_shadowed if {
        	some entry in selected
        	entry.shadow
        }

        is_shadowed if {
        	some entry in narrowing
        	entry.shadow
        }

        # Guards and denials, then approvals not yet redeemed, then permits; else deny.
        outcome(shadow) := result if {
        	reasons := denials(shadow)
        	count(reasons) > 0
        	result := stop("deny", reasons, null, [])
        } else := result if {
        	reasons := approvals(shadow)
        	count(reasons) > 0
        	not all_released(reasons)
        	result := stop("approval_needed", reasons, approval(reasons), sanitizers(shadow))
        } else := result if {
        	reasons := permits(shadow)
        	count(reasons) > 0
        	result := {
        		"outcome": "allow",
        		"reason": reason(min(reasons)),
        		"also": rest(reasons),
        		"approval": null,
        		"sanitize": sanitizers(shadow),
        		"budgets": budgets(shadow),
        		"rates": rates(shadow),
        		"distinct": distinct(shadow),
        	}
        } else := {
        	"outcome": "deny",
        	"reason": {
        		"code": "no_matching_rule",
        		"message": concat("", ["no policy permits `", input.agent.id, "` to call `", input.tool.name, "`"]),
        		"policy": "",
        		"rule": "",
        	},
        	"also": doubts(shadow),
        	"approval": null,
        	"sanitize": [],
        	"budgets": [],
        	"rates": [],
        	"distinct": [],
        }

        # Permits that could not be evaluated.
        doubts(shadow) := [reason(finding) | some finding in unclear(shadow)]

        stop(outcome, reasons, approval, sanitize) := {
        	"outcome": outcome,
        	"reason": reason(min(reasons)),
        	"also": rest(reasons),
        	"approval": approval,
        	"sanitize": sanitize,
        	"budgets": [],
        	"rates": [],
        	"distinct": [],
        }

        reason(finding) := {"code": finding[3], "message": finding[4], "policy": finding[5], "rule": finding[2]}

        rest(findings) := [reason(finding) |
        	first := min(findings)
        	some finding in findings
        	finding != first
        ]

        # A verified override token for this very call came with it, and names the rules to which people have consented. Where
        # another rule holds the call by now, that one asks.
        all_released(findings) if {
        	every finding in findings {
        		released(finding)
        	}
        }

        released(finding) if {
        	is_string(input.approval.id)
        	consent(finding) in input.approval.releases
        }

        # To a rule, whatever its message. A Rego file has one for all that it says, so there consent is to what was said.
        consent(finding) := [finding[5], finding[2], crypto.sha256(said(finding[4]))] if {
        	has(finding[6], "each_reason")
        } else := [finding[5], finding[2]]

        said(message) := message if {
        	is_string(message)
        } else := json.marshal(message)

        # ---- which policies speak about this call ----

        selected contains entry if some entry in data.aegis.tables.everywhere

        selected contains entry if some entry in data.aegis.tables.by_agent[agent_class]

        selected contains entry if some entry in data.aegis.tables.by_tool[tool_class]

        selected contains entry if some entry in data.aegis.tables.by_pair[agent_class][tool_class]

        agent_class := data.aegis.tables.agent_class[input.agent.id]

        tool_class := data.aegis.tables.tool_class[input.tool.name]

        # A policy's findings by their kinds; a kind of which it has no rule is not there. Its `verdict` has all of them.
        verdicts contains [entry, verdict(entry.policy)] if some entry in selected

        no_findings := {
        	"deny": [],
        	"approval": [],
        	"allow": [],
        	"unclear": [],
        	"sanitize": [],
        	"budgets": [],
        	"rates": [],
        	"distinct": [],
        }

        # Policies about agents in the chain can only hold the call back: they permit nothing, and nothing is charged for them.
        narrowing contains entry if {
        	some caller in input.chain
        	some entry in data.aegis.tables.by_agent[data.aegis.tables.agent_class[caller]]
        }

        narrowing contains entry if {
        	some caller in input.chain
        	some entry in data.aegis.tables.by_pair[data.aegis.tables.agent_class[caller]][tool_class]
        }

        restraints contains [entry, verdict(entry.policy)] if some entry in narrowing

        # The verdicts that count: all of them, or those of enforced policies.
        counted(true) := verdicts

        counted(false) := {[entry, verdict(entry.policy)] | some entry in selected; not entry.shadow}

        # Those of the chain that count.
        narrowed(true) := restraints

        narrowed(false) := {[entry, verdict(entry.policy)] | some entry in narrowing; not entry.shadow}

        heard(shadow) := counted(shadow) | narrowed(shadow)

        # ---- what they find ----

        denials(shadow) := guards | {finding |
        	some [entry, found] in heard(shadow)
        	some [place, rule, code, message] in found.deny
        	finding := [entry.order, place, rule, code, message, entry.policy]
        }

        # The chain's policies ask only about what could pass: an approval of theirs is no permit.
        approvals(shadow) := own_approvals(shadow) | {finding |
        	some [entry, found] in narrowed(shadow)
        	some [place, rule, code, message, terms] in found.approval
        	count(allowed(shadow)) + count(own_approvals(shadow)) > 0
        	finding := [entry.order, place, rule, code, message, entry.policy, terms]
        }

        own_approvals(shadow) := {finding |
        	some [entry, found] in counted(shadow)
        	some [place, rule, code, message, terms] in found.approval
        	finding := [entry.order, place, rule, code, message, entry.policy, terms]
        }

        permits(shadow) := allowed(shadow) | redemptions(shadow)

        allowed(shadow) := {finding |
        	some [entry, found] in counted(shadow)
        	some [place, rule, code, message] in found.allow
        	finding := [entry.order, place, rule, code, message, entry.policy]
        }

        redemptions(shadow) := {finding |
        	is_string(input.approval.id)
        	some held in own_approvals(shadow)
        	released(held)
        	finding := [held[0], held[1], held[2], "approval_granted", "this very call was approved", held[5]]
        }

        unclear(shadow) := {finding |
        	some [entry, found] in counted(shadow)
        	some [place, rule, code, message] in found.unclear
        	finding := [entry.order, place, rule, code, message, entry.policy]
        }

        # The approval that is asked for: of those whom each rule names that holds the call, in the shortest time of all.
        approval(findings) := {
        	"policy": first[5],
        	"rule": first[2],
        	"message": first[4],
        	"requirements": requirements,
        	"expires_after_s": life,
        	"notify": channels,
        } if {
        	first := min(findings)
        	requirements := [requirement(held) | some held in findings]
        	life := min({held[6].expires_after_s | some held in findings})
        	channels := [channel | some channel in {name | some held in findings; some name in held[6].notify}]
        }

        requirement(held) := object.union(object.union(asked(held), escalation(held[6])), because(held))

        asked(held) := {
        	"policy": held[5],
        	"rule": held[2],
        	"approvers": approvers(held[6].approvers),
        	"quorum": held[6].quorum,
        }

        escalation(terms) := {"escalate_after_s": terms.escalate_after_s, "escalate_to": terms.escalate_to} if {
        	has(terms, "escalate_after_s")
        } else := {}

        because(held) := {"reason": said(held[4])} if {
        	has(held[6], "each_reason")
        } else := {}

        # Rules that name no approvers go to those who decide the tool's risk.
        approvers(named) := named if count(named) > 0

        approvers([]) := object.get(data.aegis.tables.approvers_for_risk, object.get(catalog_tool, "risk", ""), [])

        sanitizers(shadow) := [duty[3] | some duty in {item |
        	some [entry, found] in heard(shadow)
        	some [place, position, sanitizer] in found.sanitize
        	item := [entry.order, place, position, sanitizer]
        }]

        budgets(shadow) := [duty[2] | some duty in {item |
        	some [entry, found] in counted(shadow)
        	some [place, budget] in found.budgets
        	item := [entry.order, place, budget]
        }]

        rates(shadow) := [duty[2] | some duty in {item |
        	some [entry, found] in counted(shadow)
        	some [place, rate] in found.rates
        	item := [entry.order, place, rate]
        }]

        distinct(shadow) := [duty[2] | some duty in {item |
        	some [entry, found] in counted(shadow)
        	some [place, limit] in found.distinct
        	item := [entry.order, place, limit]
        }]

        # ---- guards that no policy can lift ----

        catalog_agent := data.aegis.catalog.agents[input.agent.id]

        catalog_tool := data.aegis.catalog.tools[input.tool.name]

        guards contains [-1, 0, "tenant", "tenant_mismatch", "the call and the policies belong to different tenants", ""] if {
        	not tenant_matches
        }

        tenant_matches if input.tenant == data.aegis.catalog.tenant

        guards contains [-1, 1, "agent", "unauthenticated_agent", "the agent is not registered", ""] if not catalog_agent

        guards contains [-1, 2, "tool", "unknown_tool", "the tool is not registered", ""] if not catalog_tool

        guards contains [-1, 3, "chain", "chain_invalid", "the call chain is not a list of registered agents", ""] if {
        	not chain_is_known
        }

        chain_is_known if {
        	is_array(input.chain)
        	every caller in input.chain {
        		data.aegis.catalog.agents[caller]
        	}
        }

        # Who delegates must be accepted by the next in the chain, up to the agent.
        guards contains [-1, 4, "accepts_from", "caller_not_allowed", "the agent accepts no calls from its caller", ""] if {
        	count(input.chain) > 0
        	not accepts(input.agent.id, input.chain[count(input.chain) - 1])
        }

        guards contains [-1, 5, "accepts_from", "chain_invalid", "a caller in the chain accepts no calls from the one before it", ""] if {
        	some place, caller in input.chain
        	place > 0
        	not accepts(caller, input.chain[place - 1])
        }

        accepts(agent, caller) if data.aegis.tables.accepts[agent][caller]

        accepts(agent, _) if data.aegis.tables.accepts[agent]["*"]

        # Authority is the intersection along the chain.
        guards contains [-1, 6, "scopes", "scope_exceeded", "the tool is outside of the agent's scopes", ""] if {
        	not in_scope(input.agent.id)
        }

        guards contains [-1, 7, "scopes", "scope_exceeded", "the tool is outside of the scopes of a caller in the chain", ""] if {
        	some caller in input.chain
        	not in_scope(caller)
        }

        in_scope(agent) if data.aegis.tables.scopes[data.aegis.tables.scope_class[agent]][input.tool.name]

        in_scope(agent) if data.aegis.tables.scopes[data.aegis.tables.scope_class[agent]]["*"]

        guards contains [-1, 8 + place, "parameters", "parameter_invalid", message, ""] if {
        	catalog_tool
        	some [place, message] in problems(input.tool.name)
        }

        guards contains [-1, 8, "parameters", "parameter_invalid", "the parameters are not an object", ""] if {
        	not has_parameters
        }

        has_parameters if is_object(input.params)

        # ---- the request on the wire ----

        # Addresses, and names that stand for this machine or hand out its credentials, are reached only where a tool or a
        # policy names them in full: a `*` means names of others.
        guards contains [-1, 7, "host", "egress_not_allowed", "the host is an address or a service of the machine, and nothing names it in full", ""] if {
        	not data.aegis.tables.named_hosts[wire_host]
        	is_private(wire_host)
        }

        lower_host := lower(input.request.host)

        wire_host := trim_suffix(lower_host, ".") if {
        	not contains(lower_host, ":")
        } else := trim_suffix(regex.replace(lower_host, `:[0-9]*$`, ""), ".")

        # An IPv6 address; a last label that is a number, which makes a host an IPv4 address in one of its forms.
        is_private(host) if regex.match(`^\[|(^|[.])([0-9]+|0x[0-9a-f]*)$|(^|[.])localhost$`, host)

        is_private(host) if {
        	host in {
        		"metadata", "metadata.google.internal", "metadata.goog", "metadata.azure.internal", "metadata.tencentyun.com",
        		"api.metadata.cloud.ibm.com", "localhost.localdomain", "ip6-localhost", "ip6-loopback", "kubernetes",
        		"kubernetes.default",
        	}
        }

        # Amazon's names carry their region; a cluster's those of its domain.
        is_private(host) if regex.match(`^instance-data($|[.]([a-z0-9-]+[.])?(ec2|compute)[.]internal$)|^kubernetes[.]default[.]svc($|[.])`, host)

        # The host in lower case, without port and final dot; undefined when it is no host name.
        request_host := host if {
        	host := trim_suffix(split(lower_host, ":")[0], ".")
        	regex.match(`^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$`, host)
        }

        # The path without its query; undefined when a server could read it as another one.
        request_path := path if {
        	path := split(input.request.path, "?")[0]
        	startswith(path, "/")
        	not contains(path, "\\")
        	not regex.match(`(^|/)[.]{1,2}(/|$)|//|;|%2[eEfF]|%3[bB]|%5[cC]|#|[^!-~]`, path)
        }

        # ---- comparisons of values whose type is not known before the call ----
        # Undefined when the two are not of one type that has an order: not the same as false.

        comparable(a, b) if {
        	is_number(a)
        	is_number(b)
        }

        comparable(a, b) if {
        	is_string(a)
        	is_string(b)
        }

        is_less(a, b) := a < b if comparable(a, b)

        is_at_most(a, b) := a <= b if comparable(a, b)

        is_more(a, b) := a > b if comparable(a, b)

        is_at_least(a, b) := a >= b if comparable(a, b)

        is_member(item, collection) := item in collection if is_array(collection)

        is_member(item, collection) := item in collection if is_object(collection)

        is_member(item, collection) := item in collection if is_set(collection)

        # ---- parameter checks ----

        has(object, name) if {
        	_ = object[name]
        }

        # Whether an object has a member of a type. The object itself must be there: `not f(x)` is undefined, and not true,
        # where `x` is.
        member_is(object, name, type) if type_name(object[name]) == type

        member_is_integer(object, name) if is_integer(object[name])

        is_integer(value) if {
        	is_number(value)
        	floor(value) == value
        }

        is_integer(value) if {
        	is_number(value)
        	abs(value) >= 9007199254740992
        	is_multiple(value, 1, 0)
        }

        # Whether `value` is a multiple of `factor` / 10^`places`, judged by its digits: no binary fraction is exact.
        is_multiple(value, factor, places) if {
        	text := json.marshal(value)
        	regex.match(`^-?[0-9]+([.][0-9]+)?$`, text)
        	parts := split(trim_prefix(text, "-"), ".")
        	decimals := concat("", [fraction(parts), "000000000"])
        	not regex.match(`[1-9]`, substring(decimals, places, -1))
        	divides(factor, trim_left(concat("", [parts[0], substring(decimals, 0, places)]), "0"))
        }

        fraction(parts) := parts[1] if count(parts) == 2

        fraction(parts) := "" if count(parts) == 1

        # Likewise where the number is written with an exponent.
        is_multiple(value, factor, places) if {
        	parts := regex.find_all_string_submatch_n(`^-?([0-9]+)[.]?([0-9]*)[eE]([+-]?)0*([0-9]{1,3})$`, json.marshal(value), 1)[0]
        	digits := concat("", [parts[1], parts[2]])
        	shift := (power(parts[3], parts[4]) + places) - count(parts[2])
        	moved(factor, digits, shift)
        }

        # Whether the number that `digits` make, times 10^`shift`, is a multiple of `factor`.
        moved(factor, digits, shift) if {
        	shift >= 0
        	zeros := [zero | some _ in numbers.range(1, shift); zero := "0"]
        	divides(factor, trim_left(concat("", array.concat([digits], array.slice(zeros, 0, shift))), "0"))
        }

        moved(factor, digits, shift) if {
        	shift < 0
        	padded := concat("", ["00000000000000000000", digits])
        	whole := max([0, count(padded) + shift])
        	not regex.match(`[1-9]`, substring(padded, whole, -1))
        	divides(factor, trim_left(substring(padded, 0, whole), "0"))
        }

        power("-", digits) := 0 - to_number(digits)

        power(sign, digits) := to_number(digits) if sign != "-"

        divides(_, "") := true

        divides(factor, digits) if {
        	digits != ""
        	count(digits) <= 18
        	to_number(digits) % factor == 0
        }

        # OPA keeps 64 bits of a number. What is longer ends in zeros, and is reduced nine of them at a time: factors are at
        # most 10^9, so 36 zeros hold every power of two or five that a factor can have.
        divides(factor, digits) if {
        	count(digits) > 18
        	head := trim_right(digits, "0")
        	count(head) <= 18
        	zeros := min([36, count(digits) - count(head)])
        	first := shifted(shifted(to_number(head) % factor, zeros, factor), zeros - 9, factor)
        	shifted(shifted(first, zeros - 18, factor), zeros - 27, factor) == 0
        }

        shifted(part, zeros, factor) := (part * tens[max([0, min([9, zeros])])]) % factor

        tens := [1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000]

        # ---- what Rego files of policies see beside input ----

        agent := object.union(catalog_agent, {"id": input.agent.id})

        tool := object.union(object.remove(catalog_tool, ["match", "parameters", "sensitive"]), {"name": input.tool.name})

        """#
}
