import PolicyDocuments
import RegoSyntax
import Testing

@testable import PolicyImpact

@Suite struct PolicyDiffTests {
    struct Edit: Sendable, CustomTestStringConvertible {
        let old: String
        let new: String
        let effect: PolicyChange.Effect
        let words: String

        init(_ old: String, _ new: String, _ effect: PolicyChange.Effect, _ words: String) {
            (self.old, self.new, self.effect, self.words) = (old, new, effect, words)
        }

        var testDescription: String { "\(old) → \(new)" }
    }

    static let edits = [
        // Limits
        Edit(
            "hard_max_amount: 50000", "hard_max_amount: 60000", .widens,
            "`hard_max_amount` was raised from 50000 to 60000"),
        Edit(
            "hard_max_amount: 50000", "hard_max_amount: 40000", .narrows,
            "`hard_max_amount` was lowered from 50000 to 40000"),
        Edit("hard_max_amount: 50000\n", "", .widens, "the guard `hard_max_amount` is gone: params.amount > 50000"),
        Edit("max_chain_depth: 2", "max_chain_depth: 3", .widens, "`max_chain_depth` was raised from 2 to 3"),
        Edit("daily_budget: $100", "daily_budget: $99.99", .narrows, "`daily_budget` was lowered"),
        Edit("daily_budget: $100", "daily_budget: €100", .mayWiden, "`daily_budget` is in another currency"),
        Edit("cost: params.amount", "cost: params.amount / 2", .mayWiden, "`cost` changed"),
        Edit("rps: 5", "rps: 5\nburst: 100", .widens, "`rps` was raised"),
        Edit("limit: 3}", "limit: 4}", .widens, "a session may have 4 different values of params.to"),
        // Guards
        Edit("[payroll, invoice]", "[payroll]", .narrows, "`require` asks more of the context's `purpose`"),
        Edit(
            "[payroll, invoice]", "[payroll, invoice, fun]", .widens, "`require` asks less of the context's `purpose`"),
        Edit(
            "[pay.example.com]", "[pay.example.com, x.example.com]", .widens,
            "`allowed_domains` also names `x.example.com`"),
        Edit(
            "denied_callers: [other-agent]", "denied_callers: []", .widens,
            "`denied_callers` names no more `other-agent`"),
        // Approvals
        Edit("quorum: 2", "quorum: 1", .widens, "`quorum` was lowered from 2 to 1"),
        Edit("expires_after: 30m", "expires_after: 1h", .widens, "`expires_after` was raised from 1800 s to 3600 s"),
        Edit(
            #"["role:treasurer"], quorum"#, #"["role:treasurer", "role:cfo"], quorum"#, .widens,
            "`role:cfo` may approve too"),
        Edit(
            "approval_needed: params.amount > 5000", "approval_needed: params.amount > 9000", .widens,
            "holds fewer calls"),
        Edit(
            "approval_needed: params.amount > 5000", "approval_needed: params.amount > 900", .narrows,
            "holds more calls"),
        Edit(
            "approval_needed: params.amount > 5000", "approval_needed: params.amount != 7", .mayWiden,
            "holds other calls"),
        // Rules
        Edit("params.amount <= 100", "params.amount <= 200", .widens, "`small` permits more calls"),
        Edit("params.amount <= 100", "params.amount < 100", .narrows, "`small` permits fewer calls"),
        Edit(", params.amount > 10]", "]", .narrows, "`no-usd` denies more calls"),
        Edit(", params.amount > 10]", ", params.amount > 20]", .widens, "`no-usd` denies fewer calls"),
        Edit("{name: no-usd, effect: deny", "{name: no-usd, effect: allow", .widens, "the denial `no-usd` is gone"),
        Edit("[email, us_ssn]", "[email]", .widens, "leaves in: us_ssn at $.to"),
        Edit("[email, us_ssn]", "[email, us_ssn, iban]", .narrows, "takes out: iban at $.to"),
        Edit(
            "name: payments\nagents", "name: payments\nmode: shadow\nagents", .widens,
            "the guard `hard_max_amount` is gone"),
        // Who speaks about what
        Edit(
            "tools: [payments.transfer]", "tools: [payments.transfer, payments.refund]", .widens,
            "gains `payments.refund`"),
        Edit(
            "agents: [finance-agent]\ntools", "agents: [finance-agent, other-agent]\ntools", .widens,
            "`other-agent` gains `payments.transfer`"),
        // Agents and tools
        Edit(#"scopes: ["payments.*"]"#, "scopes: [payments.refund]", .narrows, "loses `payments.transfer`"),
        Edit(
            "{api_key: finance-1}", "{api_key: finance-1}, {api_key: spare}", .widens,
            "can also prove itself by `api_key spare`"),
        Edit(
            "accepts_from: [finance-agent]", "accepts_from: []", .narrows,
            "accepts no calls any more from `finance-agent`"),
        Edit("owner: treasury", "owner: somebody", .mayWiden, "may not approve its calls"),
        Edit("path: /t}", "path: /u}", .mayWiden, "`match` changed: other requests are calls of this tool"),
        Edit("sensitive: [\"$.to\"]\n", "", .widens, "stands in clear"),
        Edit("maximum: 100000", "maximum: 200000", .widens, "`params.amount`: `maximum` was raised"),
        Edit("enum: [EUR, USD]", "enum: [EUR]", .narrows, "`params.currency`: fewer values are accepted"),
        Edit(
            "required: [amount, currency, to]", "required: [amount, currency, to]\n  additionalProperties: false",
            .narrows, "members that are not declared are refused"),
        Edit("maxLength: 40", "maxLength: 40, pattern: \"^x\"", .mayWiden, "`params.to`: `pattern` changed"),
        Edit(
            #"members: ["role:treasurer"]"#, #"members: ["role:treasurer", "person:joe"]"#, .widens,
            "`person:joe` may decide too"),
        Edit(
            "kind: Policy\nname: payments", "kind: Policy\ndescription: hello\nname: payments", .neutral,
            "`description` changed"),
    ]

    @Test(arguments: edits)
    func `a change is told by what it means`(_ edit: Edit) throws {
        let diff = try Diffs.diff(edit.old, edit.new)
        #expect(
            diff.changes.contains { $0.effect == edit.effect && $0.words.contains(edit.words) },
            "\(diff.changes.map { "\($0.effect): \($0.words)" })")
        let loosens = edit.effect == .widens || edit.effect == .mayWiden
        if !loosens { #expect(diff.widenings.map(\.words) == []) }
    }

    @Test func `equal policies do not differ, wherever their lines stand`() throws {
        let text = [Diffs.agents, Diffs.tools, Diffs.policy].joined(separator: "---\n")
        let diff = try PolicyDiff(from: Diffs.tree(text), to: Diffs.tree("# a comment\n" + text))
        #expect(diff.changes == [])
    }

    @Test func `a permit that goes takes the tool from its agents`() throws {
        let old = [Diffs.agents, Diffs.tools, Diffs.policy].joined(separator: "---\n")
        let new = old.replacing("effect: allow\napproval", with: "approval").replacing(
            "  - {name: small, effect: allow, when: [params.amount <= 100]}\n", with: ""
        ).replacing(
            "approval_needed: params.amount > 5000\n", with: ""
        )
        .replacing("approval: {approvers: [\"role:treasurer\"], quorum: 2, expires_after: 30m}\n", with: "")
        let diff = try PolicyDiff(from: Diffs.tree(old), to: Diffs.tree(new))
        #expect(diff.lost.map { "\($0.agent) \($0.tool)" } == ["finance-agent payments.transfer"])
        #expect(diff.gained.isEmpty)
    }

    @Test func `new agents and tools are told by what they bring`() throws {
        let old = [Diffs.agents, Diffs.tools, Diffs.policy].joined(separator: "---\n")
        let agent = """
            ---
            aegis: v1
            kind: Agent
            name: desk
            identities: [{api_key: desk-1}]
            scopes: ["payments.*"]
            may_act_as: [finance-agent]

            """
        let tool = "---\naegis: v1\nkind: Tool\nname: payments.note\nemits: [noted]\n"
        let diff = try PolicyDiff(from: Diffs.tree(old), to: Diffs.tree(old + agent + tool))
        #expect(
            diff.changes.map { "\($0.effect.rawValue): \($0.words)" } == [
                "widens: the agent is new; what it can call is told apart, and it may call for `finance-agent`",
                "may_widen: the tool is new; who can call it is told apart; its results label the session `noted`",
            ])
    }

    @Test func `what does not compile is not compared`() throws {
        #expect(throws: Diagnostics.self) {
            try Diffs.diff("params.amount <= 100", "params.amnt <= 100")
        }
    }
}
