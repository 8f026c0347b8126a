import PolicyDocuments
import RegoSyntax
import Testing

@testable import PolicyTesting

@Suite struct CallExplanationTests {
    static let head = "agent: finance-agent\ntool: payments.transfer\n"

    @Test func `every rule is told, condition by condition, and what is sensitive stays hidden`() async throws {
        let bench = try Benches.bench()
        let tried = try await Benches.tried(
            Self.head + "parameters: {amount: 700, to: somebody}\ncontext: {purpose: payroll}", on: bench)
        let explanation = CallExplanation(tried, on: bench)
        #expect(explanation.sentence == "deny, policy_deny: policy `payments` denies this call (payments/large)")
        let rows = explanation.lines.map { line in
            "\(line.step) \(line.rule) \(line.state.rawValue)\(line.decides ? " decides" : "") "
                + line.conditions.map { "\($0.text)=\($0.holds.map(String.init) ?? "?")" }.joined(separator: " & ")
        }
        #expect(
            rows == [
                "guard require not_matched ", "deny frozen not_matched params.to == \"blocked\"=false",
                "deny large matched decides params.amount > 100=true & not params.urgent=true",
                "deny marked not_matched \"phi\" in session.labels=false",
                "permit small matched params.amount <= 1000=true", "budget daily_budget applies ",
            ])
        let text = explanation.fullLines.joined(separator: "\n")
        #expect(text.contains("params.amount = 700"))
        #expect(!text.contains("somebody"))
    }

    @Test func `rules about an agent in the chain are told, and their permits are not`() async throws {
        let bench = try Benches.bench(
            """
            aegis: v1
            kind: Agent
            name: planner
            identities: [{api_key: planner-1}]
            scopes: ["*"]
            ---
            aegis: v1
            kind: Policy
            name: planner-moves-little
            agents: [planner]
            tools: [payments.transfer]
            rules:
              - {name: little, effect: allow, when: [params.amount <= 10]}
              - {name: never, effect: deny, when: [params.amount > 5]}

            """)
        let tried = try await Benches.tried(
            Self.head + "parameters: {amount: 7, to: somebody}\ncontext: {purpose: payroll}\nchain: [planner]",
            on: bench)
        let states = CallExplanation(tried, on: bench).lines.filter { $0.policy == "planner-moves-little" }.map {
            "\($0.step) \($0.rule) \($0.state.rawValue)"
        }
        #expect(states == ["deny never matched", "permit little not_matched"])
    }

    struct Change: Sendable {
        let given: String
        let words: String?
    }

    @Test(arguments: [
        Change(
            given: "parameters: {amount: 700, to: x}\ncontext: {purpose: payroll}",
            words: "params.amount were at most 100"),
        Change(
            given: "parameters: {amount: 5000, to: x, urgent: true}\ncontext: {purpose: payroll}",
            words: "params.amount were at most 500"),
        Change(given: "parameters: {amount: 7, to: x}", words: "the context said purpose: payroll"),
        Change(
            given: "parameters: {amount: 7, to: x}\ncontext: {purpose: payroll}\nsession: {labels: [phi]}",
            words: "the session had not the label `phi`"),
        Change(
            given:
                "parameters: {amount: 70, to: x}\ncontext: {purpose: payroll}\nspent: [{policy: payments, budget: daily_budget, amount: $450}]",
            words: "params.amount were at most 50"),
        // Two things stand against it: no single change helps.
        Change(given: "parameters: {amount: 700, to: x}", words: nil),
        Change(given: "parameters: {amount: 7, to: x}\ncontext: {purpose: payroll}", words: nil),
    ])
    func `the one change that lets a call pass is said where there is one`(_ change: Change) async throws {
        let bench = try Benches.bench()
        let tried = try await Benches.tried(Self.head + change.given, on: bench)
        #expect(await Remedy.find(for: tried, on: bench)?.words == change.words)
    }

    @Test func `what is approved passes, and that is the change`() async throws {
        let bench = try Benches.bench(
            """
            aegis: v1
            kind: Policy
            name: eyes
            agents: [finance-agent]
            tools: [payments.transfer]
            approval_needed: params.amount > 50
            approval: {approvers: ["role:treasurer"]}
            """)
        let tried = try await Benches.tried(
            Self.head + "parameters: {amount: 70, to: x}\ncontext: {purpose: payroll}", on: bench)
        #expect(await Remedy.find(for: tried, on: bench)?.words == "it came with an approval by role:treasurer")
    }
}
