import RegoValues
import Testing

@testable import PolicyDocuments

private let permit = "tools: [payments.transfer]\neffect: allow"

private func deny(_ condition: String) -> String {
    "tools: [payments.transfer]\neffect: allow\nrules: [{name: no, effect: deny, when: ['\(condition.replacing("'", with: "''"))']}]"
}

private func allow(_ condition: String) -> String {
    "tools: [payments.transfer]\nrules: [{name: yes, effect: allow, when: ['\(condition.replacing("'", with: "''"))']}]"
}

@Suite struct FailClosedTests {
    /// Amounts that are no number above zero, for a policy whose deny rule they might slip by.
    static let amounts = [
        #""6,000""#, #""6000""#, #""NaN""#, #""Infinity""#, #"{"value": 6000}"#, "[6000]", "null", "true", "-1", "0",
        #""""#,
    ]

    @Test(arguments: amounts)
    func `a value that the schema does not take is denied whatever the rules say`(_ amount: String) throws {
        for policy in [deny("params.amount > 5000"), deny("not params.amount <= 5000"), permit] {
            let call = Call(params: #"{"amount": \#(amount), "currency": "EUR"}"#)
            #expect(try Catalog.tree(policy).decide(call).code == "parameter_invalid")
        }
    }

    @Test(arguments: [#"{"currency": "EUR"}"#, "{}", "[]", "null", #""x""#, "7"])
    func `parameters that are missing or no object are denied`(_ params: String) throws {
        #expect(try Catalog.tree(permit).decide(Call(params: params)).code == "parameter_invalid")
    }

    static let unclear = [
        Row("a missing fact", [deny("context.risk > 5")], Call(), "deny evaluation_error p1/no"),
        Row("a missing fact under not", [deny("not context.risk > 5")], Call(), "deny evaluation_error p1/no"),
        Row(
            "a string where a number is compared", [deny("context.risk > 5")], Call(context: #"{"risk": "6,000"}"#),
            "deny evaluation_error p1/no"),
        Row(
            "the same under not", [deny("not context.risk > 5")], Call(context: #"{"risk": "6,000"}"#),
            "deny evaluation_error p1/no"),
        Row(
            "an object where a number is compared", [deny("context.risk <= 5")],
            Call(context: #"{"risk": {"value": 6}}"#), "deny evaluation_error p1/no"),
        Row(
            "null where a number is compared", [deny("context.risk < 5")], Call(context: #"{"risk": null}"#),
            "deny evaluation_error p1/no"),
        Row(
            "text where a flag is meant", [deny("context.flagged")], Call(context: #"{"flagged": "no"}"#),
            "deny evaluation_error p1/no"),
        Row(
            "a number that is not listed as one", [deny("to_number(context.risk) > 5")],
            Call(context: #"{"risk": "NaN"}"#), "deny evaluation_error p1/no"),
        Row(
            "a builtin that fails", [deny("startswith(context.risk, \"x\")")], Call(context: #"{"risk": 5}"#),
            "deny evaluation_error p1/no"),
        Row(
            "a builtin that fails under not", [deny("not startswith(context.risk, \"x\")")],
            Call(context: #"{"risk": 5}"#), "deny evaluation_error p1/no"),
        Row(
            "membership in what is no collection", [deny("\"a\" in context.labels")],
            Call(context: #"{"labels": "a"}"#), "deny evaluation_error p1/no"),
        Row(
            "a division by zero", [deny("params.amount / context.n > 5")], Call(context: #"{"n": 0}"#),
            "deny evaluation_error p1/no"),
        Row(
            "a default that was not filled in", [deny("params.urgent")],
            Call(params: #"{"amount": 1, "currency": "EUR"}"#), "deny evaluation_error p1/no"),
        Row(
            "an allow rule is not matched", [allow("context.risk <= 5")], Call(context: #"{"risk": "1"}"#),
            "deny no_matching_rule"),
        Row(
            "an allow rule is not matched under not", [allow("not context.risk > 5")], Call(context: #"{"risk": "9"}"#),
            "deny no_matching_rule"),
        Row(
            "an approval rule holds the call",
            [
                "tools: [payments.transfer]\neffect: allow\napproval_needed: context.risk > 5\napproval: {approvers: [\"role:x\"]}"
            ],
            Call(), "approval_needed evaluation_error p1/approval_needed"),
    ]

    @Test(arguments: unclear)
    func `what cannot be evaluated never counts as no match of a deny`(_ row: Row) throws {
        #expect(try row.outcome().summary == row.expected)
    }

    static let settled = [
        Row(
            "false beats an error",
            [
                "tools: [payments.transfer]\neffect: allow\nrules: [{name: no, effect: deny, when: [params.amount > 5000, context.risk > 5]}]"
            ], Call(), "allow policy_allow p1/effect"),
        Row(
            "false beats an error, the other way around",
            [
                "tools: [payments.transfer]\neffect: allow\nrules: [{name: no, effect: deny, when: [context.risk > 5, params.amount > 5000]}]"
            ], Call(), "allow policy_allow p1/effect"),
        Row(
            "an absent optional parameter fails its presence test",
            [
                "tools: [payments.transfer]\neffect: allow\nrules: [{name: no, effect: deny, when: [params.memo, 'contains(params.memo, \"x\")']}]"
            ], Call(), "allow policy_allow p1/effect"),
        Row(
            "a present one is looked at",
            [
                "tools: [payments.transfer]\neffect: allow\nrules: [{name: no, effect: deny, when: ['\"memo\" in object.keys(params)', 'contains(params.memo, \"x\")']}]"
            ], Call(params: #"{"amount": 1, "currency": "EUR", "memo": "xyz"}"#), "deny policy_deny p1/no"),
        Row(
            "not of a true condition is false", [deny("not params.amount > 50")], Call(), "allow policy_allow p1/effect"
        ),
        Row("not of a false condition is true", [deny("not params.amount > 500")], Call(), "deny policy_deny p1/no"),
        Row("membership", [deny("params.currency in [\"EUR\"]")], Call(), "deny policy_deny p1/no"),
        Row("labels of the agent", [deny("agent.labels.team == \"treasury\"")], Call(), "deny policy_deny p1/no"),
        Row("the tool's risk", [deny("tool.risk == \"high\"")], Call(), "deny policy_deny p1/no"),
        Row(
            "labels of the session", [deny("\"phi\" in session.labels")], Call(session: #"{"labels": ["phi"]}"#),
            "deny policy_deny p1/no"),
        Row("the chain", [deny("\"planner\" in chain")], Call(chain: #"["planner"]"#), "deny policy_deny p1/no"),
        Row("the time", [deny("time.weekday(now) == \"Sunday\"")], Call(), "allow policy_allow p1/effect"),
        Row(
            "a number beyond what a double holds", [deny("params.amount > 9007199254740992")],
            Call(params: #"{"amount": 9007199254740993, "currency": "EUR"}"#), "deny policy_deny p1/no"),
    ]

    @Test(arguments: settled)
    func `what can be evaluated is`(_ row: Row) throws {
        #expect(try row.outcome().summary == row.expected)
    }

    @Test func `an allow rule that could not be evaluated is told`() throws {
        let outcome = try Catalog.tree(allow("context.risk <= 5")).decide(Call())
        #expect(
            outcome.root.lookup("also").json
                == #"[{"code":"evaluation_error","message":"`yes` of policy `p1` could not be evaluated","policy":"p1","rule":"yes"}]"#
        )
    }

    @Test(arguments: ["-1", "\"5\"", "null", "{}"])
    func `a cost that is no amount is null`(_ cost: String) throws {
        let tree = Catalog.tree("tools: [payments.transfer]\neffect: allow\ndaily_budget: $1\ncost: context.cost")
        let outcome = try tree.decide(Call(context: #"{"cost": \#(cost)}"#))
        #expect(outcome.root.lookup("budgets").elements.first?.lookup("cost").json == "null")
    }

    /// Hosts and paths that a server could read as others than they look.
    @Test(arguments: [
        ("EUR.acme.example", "/v1/transfers", "allow"), ("eur.acme.example:443", "/v1/transfers", "allow"),
        ("eur.acme.example.", "/v1/transfers?q=1", "allow"), ("acme.example", "/v1/transfers", "egress_not_allowed"),
        ("evilacme.example", "/v1/transfers", "egress_not_allowed"),
        (".acme.example", "/v1/transfers", "egress_not_allowed"),
        ("a@eur.acme.example", "/v1/transfers", "egress_not_allowed"), ("", "/v1/transfers", "egress_not_allowed"),
        ("eur.acme.example", "/v1/../admin", "endpoint_not_allowed"),
        ("eur.acme.example", "/v1/%2e%2e/admin", "endpoint_not_allowed"),
        ("eur.acme.example", "/v1/a%2Fb", "endpoint_not_allowed"),
        ("eur.acme.example", "/v1//admin", "endpoint_not_allowed"),
        ("eur.acme.example", "/v1/..;/admin", "endpoint_not_allowed"),
        ("eur.acme.example", #"/v1\\admin"#, "endpoint_not_allowed"),
        ("eur.acme.example", "/v1/a/b", "endpoint_not_allowed"), ("eur.acme.example", "/v1/", "endpoint_not_allowed"),
        ("eur.acme.example", "/v2/x", "endpoint_not_allowed"), ("eur.acme.example", "v1/x", "endpoint_not_allowed"),
    ])
    func `a wire request is what it is`(_ host: String, _ path: String, _ expected: String) throws {
        let tree = Catalog.tree(
            "tools: [payments.transfer]\neffect: allow\nallowed_domains: [\"*.acme.example\"]\nallowed_endpoints: [\"POST /v1/*\"]"
        )
        let outcome = try tree.decide(Call(request: #"{"method": "POST", "host": "\#(host)", "path": "\#(path)"}"#))
        #expect(outcome.outcome == "allow" ? expected == "allow" : outcome.code == expected)
    }
}
