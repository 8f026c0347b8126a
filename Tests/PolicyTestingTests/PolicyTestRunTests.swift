import Decisions
import PolicyDocuments
import RegoRuntime
import RegoSyntax
import Testing

@testable import PolicyTesting

@Suite struct PolicyTestRunTests {
    @Test(arguments: StarterSet.all.map(\.name))
    func `the tests of a starter set pass, and see every rule of it at work`(_ name: String) async throws {
        let set = try #require(StarterSet.named(name))
        let bench = try PolicyWorkbench(
            PolicyTree(files: set.files.map { SourceFile(name: $0.name, text: $0.text) }))
        let run = try await PolicyTestRun(bench)
        #expect(run.results.count >= 3)
        for result in run.results {
            #expect(result.isPassed, "\(result.name): \(result.differences) \(result.explanation?.briefLines ?? [])")
        }
        #expect(run.coverage.missed.map { "\($0.policy)/\($0.rule)" } == [])
    }
}

@Suite struct PolicyTestFailureTests {
    static func test(_ cases: String) -> String {
        """
        aegis: v1
        kind: PolicyTest
        name: t
        given:
          agent: finance-agent
          tool: payments.transfer
          parameters: {amount: 7, to: x}
          context: {purpose: payroll}
        cases:
        \(cases)
        """
    }

    @Test func `what differs is told, with the rule that decided`() async throws {
        let bench = try Benches.bench(
            Self.test(
                """
                  - name: passes
                    given: {parameters: {amount: 700}}
                    expect: {outcome: allow, rule: small}
                """))
        let result = try #require(try await PolicyTestRun(bench).results.first)
        #expect(result.differences == ["outcome: expected `allow`, got `deny`", "rule: expected `small`, got `large`"])
        #expect(
            result.explanation?.briefLines.first?.hasPrefix("deny      payments/large: matched, decides  p.yaml:")
                == true)
    }

    @Test func `a rule that no case sees at work is told`() async throws {
        let bench = try Benches.bench(
            Self.test(
                """
                  - name: passes
                    expect: {outcome: allow}
                """))
        let run = try await PolicyTestRun(bench)
        #expect(run.results.map(\.isPassed) == [true])
        #expect(run.coverage.missed.map(\.rule) == ["require", "frozen", "large", "marked", "daily_budget"])
        #expect(run.coverage.percent == 16.6)
    }

    @Test func `an earlier call that was not permitted fails its case`() async throws {
        let bench = try Benches.bench(
            Self.test(
                """
                  - name: passes
                    given: {earlier: [{parameters: {amount: 700, to: x}}]}
                    expect: {outcome: allow}
                """))
        let result = try #require(try await PolicyTestRun(bench).results.first)
        #expect(
            result.differences == [
                "the earlier call 1 was not permitted: deny, policy_deny: policy `payments` denies this call (payments/large)"
            ])
    }

    @Test func `the reason codes of the language are those of decisions`() {
        #expect(Set(PolicyTestVocabulary.reasonCodes) == Set(ReasonCode.allCases.map(\.rawValue)))
    }

    @Test func `Rego tests run beside the others, against the generated rules`() throws {
        let rego = """
            package payments_test

            test_denies if {
            	data.aegis.decision.outcome == "deny" with input as {"tenant": "default", "agent": {"id": "nobody"}, "tool": {"name": "x"}, "params": {}, "chain": []}
            }

            test_wrong if data.aegis.decision.outcome == "allow" with input as {}
            """
        let bench = try PolicyWorkbench(
            PolicyTree(files: [
                SourceFile(name: "p.yaml", text: Benches.documents), SourceFile(name: "p_test.rego", text: rego),
            ]))
        let run = try RegoTestRun(bench)
        #expect(
            run.results.map { "\($0.name) \($0.outcome)" } == [
                "data.payments_test.test_denies passed", "data.payments_test.test_wrong failed",
            ])
    }
}
