import RegoSyntax
import Testing

@testable import PolicyDocuments

@Suite struct PolicyTestDocumentTests {
    static let policy = """
        aegis: v1
        kind: Policy
        name: payments
        agents: [finance-agent]
        tools: [payments.transfer]
        effect: allow
        hard_max_amount: 500
        daily_budget: $20
        cost: params.amount

        """

    static func tree(_ test: String) -> PolicyTree {
        PolicyTree(
            [
                Catalog.agents, Catalog.transfer, policy,
                "aegis: v1\nkind: PolicyTest\nname: t\n" + test,
            ].joined(separator: "---\n"))
    }

    struct Wrong: Sendable {
        let test: String
        let told: String
    }

    static let given = "given: {agent: finance-agent, tool: payments.transfer}"

    @Test(arguments: [
        Wrong(
            test: "cases: [{name: a, given: {agent: finance-agnt, tool: payments.transfer}, expect: {outcome: deny}}]",
            told: "policy.unknown-agent: there is no agent `finance-agnt` | did you mean `finance-agent`?"),
        Wrong(
            test: "cases: [{name: a, given: {agent: finance-agent, tool: payments.transfr}, expect: {outcome: deny}}]",
            told: "policy.unknown-tool: there is no tool `payments.transfr` | did you mean `payments.transfer`?"),
        Wrong(
            test: "cases: [{name: a, given: {agent: finance-agent}, expect: {outcome: deny}}]",
            told: "policy.missing-field: a given call needs `tool` or `request` | add `tool`: what is called"),
        Wrong(
            test: "\(given)\ncases: [{name: a, expect: {outcome: alow}}]",
            told: "policy.unknown-value: `outcome` cannot be `alow` | did you mean `allow`?"),
        Wrong(
            test: "\(given)\ncases: [{name: a, expect: {outcome: deny, reason: amount_exceded}}]",
            told: "policy.unknown-value: `reason` cannot be `amount_exceded` | did you mean `amount_exceeded`?"),
        Wrong(
            test: "\(given)\ncases: [{name: a, expect: {outcome: deny, policy: payment}}]",
            told: "policy.unknown-policy: there is no policy `payment` | did you mean `payments`?"),
        Wrong(
            test: "\(given)\ncases: [{name: a, expect: {outcome: deny, policy: payments, rule: hard_max_amout}}]",
            told:
                "policy.unknown-rule: the policy `payments` has no rule `hard_max_amout` | did you mean `hard_max_amount`?"
        ),
        Wrong(
            test: "\(given)\ncases: [{name: a, expect: {outcome: deny}}, {name: a, expect: {outcome: deny}}]",
            told: "policy.duplicate-name: the test has two cases named `a` | give it a name of its own"),
        Wrong(
            test: "\(given)\ncases: [{name: a, given: {now: today}, expect: {outcome: deny}}]",
            told: "policy.invalid-time: `today` is not a time in UTC | write it like `2026-03-01T09:30:00Z`"),
        Wrong(
            test:
                "\(given)\ncases: [{name: a, given: {session: {tools: {payments.transfer: many}}}, expect: {outcome: deny}}]",
            told: "policy.out-of-range: `payments.transfer` is no count of calls | write a whole number from 0 to 1000"),
        Wrong(
            test:
                "\(given)\ncases: [{name: a, given: {spent: [{policy: payments, budget: total_budget, amount: $1}]}, expect: {outcome: deny}}]",
            told: "policy.needs-field: the policy `payments` has no `total_budget` | name a budget that it has"),
        Wrong(
            test:
                "\(given)\ncases: [{name: a, given: {spent: [{policy: payments, budget: daily_budget, amount: €1}]}, expect: {outcome: deny}}]",
            told: "policy.contradiction: `daily_budget` is in USD, and this in EUR | write the amount in USD"),
        Wrong(
            test: "\(given)\ncases: []",
            told: "policy.empty-list: `cases` is empty | name at least one, or remove the field"),
        Wrong(
            test: "\(given)\ncases: [{name: a, given: {parameters: 5}, expect: {outcome: deny}}]",
            told:
                "policy.wrong-type: `parameters` is a number, and should be a mapping of names to values | write a mapping of names to values"
        ),
    ])
    func `a wrong test is told with its place and its fix`(_ wrong: Wrong) {
        let found = PolicyCompiler.lint(Self.tree(wrong.test)).filter { $0.severity == .error }
        #expect(found.map { "\($0.code): \($0.message) | \($0.fix ?? "")" } == [wrong.told])
    }

    @Test func `a case's given goes over its document's, member by member where that makes sense`() throws {
        let test = """
            given:
              agent: finance-agent
              tool: payments.transfer
              parameters: {amount: 5, currency: EUR, tags: [a]}
              context: {purpose: care}
              chain: [planner]
            cases:
              - name: one
                given: {parameters: {amount: 7, tags: []}, context: {ticket: 4}, chain: []}
                expect: {outcome: allow}
            """
        let tree = Self.tree(test)
        let one = try #require(PolicyCatalog(tree, findings: Findings(files: tree.files)).tests.first?.cases.first)
        #expect(one.given.parameters == #"{"currency": "EUR", "amount": 7, "tags": []}"#)
        #expect(one.given.context == #"{"purpose": "care", "ticket": 4}"#)
        #expect(one.given.chain == [])
        #expect(one.given.tool == "payments.transfer")
        #expect(one.given.now == GivenCall.usualTime)
    }

    @Test func `tests are kept in the bundle as authored, and are no rules of it`() throws {
        let rego = "package payments_test\n\nimport rego.v1\n\ntest_it if data.aegis.decision\n"
        let tree = Self.tree("\(Self.given)\ncases: [{name: a, expect: {outcome: deny}}]\n")
        let both = PolicyTree(files: tree.files + [SourceFile(name: "more/payments_test.rego", text: rego)])
        #expect(PolicyCompiler.lint(both).map(\.rendered) == [])
        let compiled = try both.compiled()
        #expect(compiled.modules.map(\.name).filter { $0.contains("test") } == [])
        #expect(compiled.tests.map(\.name) == ["more/payments_test.rego"])
        #expect(compiled.text("policies/more/payments_test.rego.txt") == rego)
        #expect(!String(decoding: compiled.data, as: UTF8.self).contains("PolicyTest"))
        #expect(
            PolicyTree(bundleFiles: compiled.files.map { ($0.path, $0.bytes) }).files.map(\.name)
                == both.files.map(\.name))
    }

    @Test func `a Rego test that does not compile is told where it is wrong`() {
        let tree = PolicyTree(
            files: Self.tree("\(Self.given)\ncases: [{name: a, expect: {outcome: deny}}]\n").files + [
                SourceFile(name: "x_test.rego", text: "package x_test\n\ntest_it if nothing(1)\n")
            ])
        #expect(PolicyCompiler.lint(tree).map { "\($0.location) \($0.code)" } == ["x_test.rego:3:12 policy.rego-file"])
    }

    @Test(arguments: [
        (
            "deny contains \"x\" if input.params.amnt > 5",
            "policy.unknown-parameter: none of the policy's tools has a parameter `amnt` | did you mean `amount`?"
        ),
        (
            "import input.params\n\ndeny contains \"x\" if { some t in params.tgs; t == \"a\" }",
            "policy.unknown-parameter: none of the policy's tools has a parameter `tgs` | did you mean `tags`?"
        ),
        (
            "deny contains \"x\" if not input.sesion.labels",
            "policy.condition-name: `input` has no `sesion` | did you mean `input.session`?"
        ),
        (
            "deny contains \"x\" if count([1 | input.params.currncy == \"EUR\"]) > 0",
            "policy.unknown-parameter: none of the policy's tools has a parameter `currncy` | did you mean `currency`?"
        ),
    ])
    func `a hand-written file may read only what is there`(_ body: String, _ told: String) {
        let policy =
            "aegis: v1\nkind: Policy\nname: p2\nagents: [finance-agent]\ntools: [payments.transfer]\nrego: p2.rego\n"
        let tree = PolicyTree(files: [
            SourceFile(name: "a.yaml", text: [Catalog.agents, Catalog.transfer, policy].joined(separator: "---\n")),
            SourceFile(name: "p2.rego", text: "package aegis.custom[\"p2\"]\n\n\(body)\n"),
        ])
        let found = PolicyCompiler.lint(tree).filter { $0.severity == .error }
        #expect(found.map { "\($0.code): \($0.message) | \($0.fix ?? "")" } == [told])
    }
}
