import RegoValues
import Testing

@testable import PolicyDocuments

/// One row: policies, a call, and what comes out.
struct Row: CustomTestStringConvertible, Sendable {
    let name: String
    let policies: [String]
    var call = Call()
    let expected: String

    init(_ name: String, _ policies: [String], _ call: Call = Call(), _ expected: String) {
        self.name = name
        self.policies = policies
        self.call = call
        self.expected = expected
    }

    var testDescription: String { name }

    func outcome() throws -> Outcome {
        var text = [Catalog.agents, Catalog.transfer, Catalog.list].joined(separator: "---\n")
        for (index, policy) in policies.enumerated() {
            text += "---\naegis: v1\nkind: Policy\nname: p\(index + 1)\nagents: [finance-agent]\n\(policy)\n"
        }
        return try PolicyTree(text).decide(call)
    }
}

private let allow = "tools: [payments.transfer]\neffect: allow"
private let ask =
    "tools: [payments.transfer]\napproval_needed: params.amount > 50\napproval: {approvers: [\"role:treasurer\"]}"
private let large = Call(params: #"{"amount": 6000, "currency": "EUR", "urgent": false, "tags": []}"#)

@Suite struct CompositionTests {
    static let guards = [
        Row(
            "a deny rule beats a permit", [allow, "rules: [{name: no, effect: deny}]"], Call(), "deny policy_deny p2/no"
        ),
        Row("a deny rule beats an approval", [ask, "effect: deny"], Call(), "deny policy_deny p2/effect"),
        Row(
            "a deny rule beats a redeemed approval", [ask, "effect: deny"], Call(approval: "apr_1"),
            "deny policy_deny p2/effect"),
        Row(
            "an amount above the hard maximum", [allow + "\nhard_max_amount: 5000"], large,
            "deny amount_exceeded p1/hard_max_amount"),
        Row(
            "an amount at the hard maximum", [allow + "\nhard_max_amount: 6000"], large, "allow policy_allow p1/effect"),
        Row("max_amount alone denies", [allow + "\nmax_amount: 5000"], large, "deny amount_exceeded p1/max_amount"),
        Row(
            "a hard maximum beats a redeemed approval", [ask + "\nhard_max_amount: 5000"],
            Call(params: large.params, approval: "apr_1"), "deny amount_exceeded p1/hard_max_amount"),
        Row(
            "an endpoint on the list", [allow + "\nallowed_endpoints: [\"POST /v1/*\"]"], Call(),
            "allow policy_allow p1/effect"),
        Row(
            "another method", [allow + "\nallowed_endpoints: [\"GET /v1/*\"]"], Call(),
            "deny endpoint_not_allowed p1/allowed_endpoints"),
        Row(
            "no request to look at", [allow + "\nallowed_endpoints: [\"POST /v1/*\"]"], Call(request: nil),
            "deny endpoint_not_allowed p1/allowed_endpoints"),
        Row(
            "a host on the list", [allow + "\nallowed_domains: [\"*.acme.example\"]"], Call(),
            "allow policy_allow p1/effect"),
        Row(
            "a host that is not", [allow + "\nallowed_domains: [acme.example]"], Call(),
            "deny egress_not_allowed p1/allowed_domains"),
        Row(
            "no host at all", [allow + "\nallowed_domains: [\"*\"]"], Call(request: nil),
            "deny egress_not_allowed p1/allowed_domains"),
        Row(
            "an empty list of domains", [allow + "\nallowed_domains: []"], Call(),
            "deny egress_not_allowed p1/allowed_domains"),
        Row("the purpose is there", [allow + "\nrequire: {purpose: care}"], Call(), "allow policy_allow p1/effect"),
        Row(
            "one of the purposes", [allow + "\nrequire: {purpose: [audit, care]}"], Call(),
            "allow policy_allow p1/effect"),
        Row("another purpose", [allow + "\nrequire: {purpose: audit}"], Call(), "deny purpose_missing p1/require"),
        Row(
            "no purpose", [allow + "\nrequire: {purpose: care}"], Call(context: "{}"), "deny purpose_missing p1/require"
        ),
        Row(
            "a denied caller", [allow + "\ndenied_callers: [planner]"], Call(chain: #"["planner"]"#),
            "deny caller_not_allowed p1/denied_callers"),
        Row(
            "a denied caller by glob", [allow + "\ndenied_callers: [\"pl*\"]"], Call(chain: #"["planner"]"#),
            "deny caller_not_allowed p1/denied_callers"),
        Row(
            "a chain that is too deep", [allow + "\nmax_chain_depth: 0"], Call(chain: #"["planner"]"#),
            "deny chain_too_deep p1/max_chain_depth"),
        Row(
            "a chain within its depth", [allow + "\nmax_chain_depth: 1"], Call(chain: #"["planner"]"#),
            "allow policy_allow p1/effect"),
        Row(
            "a guard never permits", ["tools: [payments.transfer]\nhard_max_amount: 5000"], Call(),
            "deny no_matching_rule"),
        Row("a tool outside of the agent's scopes", [allow], Call(agent: "planner"), "deny no_matching_rule"),
        Row("an unknown agent", [allow], Call(agent: "nobody"), "deny unauthenticated_agent /agent"),
        Row("an unknown tool", [allow], Call(tool: "payments.burn"), "deny unknown_tool /tool"),
        Row("another tenant", [allow], Call(tenant: "evil"), "deny tenant_mismatch /tenant"),
        Row("an unknown caller in the chain", [allow], Call(chain: #"["nobody"]"#), "deny chain_invalid /chain"),
        Row("a chain that is no list", [allow], Call(chain: "null"), "deny chain_invalid /chain"),
        Row(
            "a caller that the agent does not accept", [allow], Call(chain: #"["finance-agent"]"#),
            "deny caller_not_allowed /accepts_from"),
        Row(
            "a caller that the first caller does not accept", [allow], Call(chain: #"["finance-agent", "planner"]"#),
            "deny chain_invalid /accepts_from"),
    ]

    @Test(arguments: guards)
    func `guards and deny rules come first`(_ row: Row) throws {
        #expect(try row.outcome().summary == row.expected)
    }

    static let approvals = [
        Row(
            "an approval holds a permitted call", [allow, ask], Call(),
            "approval_needed approval_required p2/approval_needed"),
        Row(
            "one that does not match does not", [allow, ask], Call(params: #"{"amount": 50, "currency": "EUR"}"#),
            "allow policy_allow p1/effect"),
        Row("a redeemed one permits", [ask], Call(approval: "apr_1"), "allow approval_granted p1/approval_needed"),
        Row(
            "one without a match permits nothing", [ask],
            Call(params: #"{"amount": 50, "currency": "EUR"}"#, approval: "apr_1"),
            "deny no_matching_rule"),
        Row(
            "max_amount with approval_needed asks", [ask + "\neffect: allow\nmax_amount: 20"],
            Call(params: #"{"amount": 30, "currency": "EUR"}"#), "approval_needed approval_required p1/max_amount"),
        Row(
            "the effect approval_needed asks for all",
            ["tools: [payments.transfer]\neffect: approval_needed\napproval: {approvers: [\"role:treasurer\"]}"],
            Call(), "approval_needed approval_required p1/effect"),
    ]

    @Test(arguments: approvals)
    func `then approvals that are not redeemed`(_ row: Row) throws {
        #expect(try row.outcome().summary == row.expected)
    }

    static let permits = [
        Row("an allow effect permits", [allow], Call(), "allow policy_allow p1/effect"),
        Row(
            "an allow rule permits",
            ["tools: [payments.transfer]\nrules: [{name: small, effect: allow, when: [params.amount < 200]}]"],
            Call(), "allow policy_allow p1/small"),
        Row(
            "an allow rule that does not match does not",
            ["tools: [payments.transfer]\nrules: [{name: small, effect: allow, when: [params.amount < 100]}]"],
            Call(), "deny no_matching_rule"),
        Row(
            "a policy about another tool does not", ["tools: [payments.list]\neffect: allow"], Call(),
            "deny no_matching_rule"),
        Row(
            "a glob permits what it matches", ["tools: [\"pay*\"]\neffect: allow"],
            Call(tool: "payments.list", params: #"{"page": 1}"#, request: nil),
            "allow policy_allow p1/effect"),
        Row(
            "sanitizing is no permit", ["tools: [payments.transfer]\nsanitize: [{detectors: [email]}]"], Call(),
            "deny no_matching_rule"),
        Row("without any policy", [], Call(), "deny no_matching_rule"),
    ]

    @Test(arguments: permits)
    func `then a permit is required`(_ row: Row) throws {
        #expect(try row.outcome().summary == row.expected)
    }

    @Test func `sanitizing is an obligation that an approval does not lose`() throws {
        let policies = [ask, "sanitize: [{detectors: [email], paths: [\"$.memo\"]}]"]
        let expected =
            #"[{"detectors":["email"],"paths":["$.memo"],"policy":"p2","rule":"sanitize"}]"#
        let held = try Row(
            "", policies.map { $0.replacing("sanitize:", with: "tools: [payments.transfer]\nsanitize:") }, Call(), ""
        ).outcome()
        #expect(held.root.lookup("sanitize").json == expected)
        #expect(held.outcome == "approval_needed")
        let redeemed = try Row(
            "", policies.map { $0.replacing("sanitize:", with: "tools: [payments.transfer]\nsanitize:") },
            Call(approval: "apr_1"), ""
        ).outcome()
        #expect(redeemed.root.lookup("sanitize").json == expected)
        #expect(redeemed.outcome == "allow")
    }

    @Test func `budgets and rates are obligations of allowed calls alone`() throws {
        let budget = "tools: [payments.transfer]\ndaily_budget: $20\ncost: params.amount / 1000\nper: session\nrps: 2.5"
        let allowed = try Row("", [allow, budget], Call(), "").outcome()
        #expect(
            allowed.root.lookup("budgets").json
                == #"[{"cost":0.1,"currency":"USD","limit_micros":20000000,"per":"session","policy":"p2","rule":"daily_budget","window":"day"}]"#
        )
        #expect(
            allowed.root.lookup("rates").json == #"[{"burst":3,"per":"session","policy":"p2","rps":2.5,"rule":"rps"}]"#)
        let kept = try Row("", [allow, budget + "\nrefund: never"], Call(), "").outcome()
        #expect(kept.root.lookup("budgets").json.contains(#""policy":"p2","refund":"never","rule":"daily_budget""#))
        let held = try Row("", [ask, budget], Call(), "").outcome()
        #expect(held.root.lookup("budgets").json == "[]")
        #expect(held.root.lookup("rates").json == "[]")
    }

    @Test func `the reason is the first in document order and the others are listed`() throws {
        let outcome = try Row(
            "",
            [
                allow, "rules: [{name: b, effect: deny}, {name: a, effect: deny}]",
                "effect: deny\nhard_max_amount: 1\ntools: [payments.transfer]",
            ],
            Call(), ""
        ).outcome()
        #expect(outcome.summary == "deny policy_deny p2/b")
        #expect(outcome.also == ["a", "effect", "hard_max_amount"])
    }

    @Test func `everybody is asked whom a rule names that holds the call, in the shortest time of all`() throws {
        let second =
            "tools: [payments.transfer]\napproval_needed: true\napproval: {approvers: [\"role:risk\"], quorum: 2, expires_after: 10m, notify: [\"slack:#risk\"]}"
        let outcome = try Row("", [ask, second], Call(), "").outcome()
        #expect(
            outcome.root.lookup("approval").json
                == #"{"expires_after_s":600,"message":"policy `p1` asks for approval of this call","notify":["slack:#risk"],"policy":"p1","requirements":["#
                + #"{"approvers":["role:treasurer"],"policy":"p1","quorum":1,"rule":"approval_needed"},"#
                + #"{"approvers":["role:risk"],"policy":"p2","quorum":2,"rule":"approval_needed"}],"rule":"approval_needed"}"#
        )
    }

    static let consents: [([[String]], String)] = [
        ([["p1", "approval_needed"], ["p2", "approval_needed"]], "allow approval_granted p1/approval_needed"),
        ([["p1", "approval_needed"]], "approval_needed approval_required p1/approval_needed"),
        ([["p2", "approval_needed"]], "approval_needed approval_required p1/approval_needed"),
        ([["p1", "approval_needed"], ["p2", "other"]], "approval_needed approval_required p1/approval_needed"),
        ([], "approval_needed approval_required p1/approval_needed"),
    ]

    @Test(arguments: consents)
    func `consent to one rule does not release what another holds`(released: [[String]], summary: String) throws {
        let second = ask.replacing("role:treasurer", with: "role:cfo")
        let outcome = try Row("", [ask, second], Call(approval: "apr_1", released: released), "").outcome()
        #expect(outcome.summary == summary)
        guard outcome.outcome == "approval_needed" else { return }
        #expect(outcome.root.lookup("approval").lookup("requirements").elements.count == 2, "all are asked anew")
    }

    @Test func `each rule escalates by its own terms`() throws {
        let first =
            "tools: [payments.transfer]\napproval_needed: true\napproval: {approvers: [\"role:treasurer\"], escalate_after: 10m, escalate_to: [\"role:cfo\"]}"
        let second =
            "tools: [payments.transfer]\napproval_needed: true\napproval: {approvers: [\"role:risk\"], escalate_after: 5m, escalate_to: [\"person:ben\"]}"
        let approval = try Row("", [ask, first, second], Call(), "").outcome().root.lookup("approval")
        #expect(
            approval.lookup("requirements").json
                == #"[{"approvers":["role:treasurer"],"policy":"p1","quorum":1,"rule":"approval_needed"},"#
                + #"{"approvers":["role:treasurer"],"escalate_after_s":600,"escalate_to":["role:cfo"],"policy":"p2","quorum":1,"rule":"approval_needed"},"#
                + #"{"approvers":["role:risk"],"escalate_after_s":300,"escalate_to":["person:ben"],"policy":"p3","quorum":1,"rule":"approval_needed"}]"#
        )
    }

    static let shadows = [
        Row(
            "a shadow deny is not enforced", [allow, "mode: shadow\neffect: deny"], Call(),
            "allow policy_allow p1/effect, would deny"),
        Row(
            "a shadow permit permits nothing", ["mode: shadow\n" + allow], Call(), "deny no_matching_rule, would allow"),
        Row(
            "without shadow policies there is no other outcome", [allow], Call(),
            "allow policy_allow p1/effect, would null"),
        Row(
            "a shadow policy about another tool", [allow, "mode: shadow\ntools: [payments.list]\neffect: deny"], Call(),
            "allow policy_allow p1/effect, would null"),
        Row(
            "guards count in both", [allow, "mode: shadow\neffect: deny"], Call(tenant: "evil"),
            "deny tenant_mismatch /tenant, would deny"),
    ]

    @Test(arguments: shadows)
    func `shadow policies count only in what would be`(_ row: Row) throws {
        let outcome = try row.outcome()
        #expect("\(outcome.summary), would \(outcome.would)" == row.expected)
    }
}
