import AegisTesting
import Decisions
import RegoValues
import Testing

/// A candidate bundle beside the enforced one: its outcome is noted on every call, and changes none.
struct CandidateTests {
    private let fixture: DecisionFixture

    init() throws { fixture = try DecisionFixture() }

    private func `try`(_ rule: @escaping @Sendable (Value) throws -> String) throws {
        fixture.policies.setCandidate(try ScriptedPolicy.policy(sequence: 2, rule: rule), tenant: "acme")
    }

    private static let budget =
        #"[{"policy": "b", "rule": "daily_budget", "window": "day", "per": "agent", "limit_micros": 1000000, "#
        + #""currency": "USD", "cost": 0.6}]"#

    @Test(arguments: [
        (ScriptedPolicy.ruling(), ScriptedPolicy.ruling(outcome: "deny", code: "policy_deny"), "allow", "deny"),
        (ScriptedPolicy.ruling(outcome: "deny", code: "policy_deny"), ScriptedPolicy.ruling(), "deny", "allow"),
        (ScriptedPolicy.ruling(), ScriptedPolicy.approvalRuling(), "allow", "approval_needed"),
        (
            ScriptedPolicy.ruling(would: ScriptedPolicy.ruling(outcome: "deny")), ScriptedPolicy.ruling(), "allow",
            "allow"
        ),
        (
            ScriptedPolicy.ruling(),
            ScriptedPolicy.ruling(
                sanitize:
                    #"[{"policy": "p", "rule": null, "detectors": ["us_ssn"], "paths": ["$.memo"], "action": "redact"}]"#
            ),
            "allow", "sanitize"
        ),
    ])
    func `its outcome stands beside the enforced one`(
        enforced: String, candidate: String, outcome: String, would: String
    ) async throws {
        try fixture.install(enforced)
        try self.try { _ in candidate }
        let decision = try await fixture.decide(parameters: #"{"memo": "ssn 536-22-1457"}"#)
        #expect(decision.outcome.rawValue == outcome)
        #expect(decision.wouldOutcome?.rawValue == would)
        #expect(decision.candidateVersion == "acme/2@sha256:000000000000")
        #expect(decision.approval == nil && decision.redactions == [] && decision.parameters == nil)
        let answer = try Document(json: decision.json).root.lookup("would_decision")
        #expect(answer.lookup("policy_version").string == "acme/2@sha256:000000000000")
    }

    @Test func `one that fails changes no answer`() async throws {
        try fixture.install(ScriptedPolicy.ruling())
        try self.try { _ in #"{"outcome": "perhaps"}"# }
        let decision = try await fixture.decide()
        #expect(decision.outcome == .allow)
        #expect(
            decision.would?.reason
                == DecisionReason(.evaluationError, "the candidate's policies could not be evaluated"))
    }

    @Test(arguments: [
        (#"{"outcome": "perhaps"}"#, "evaluation_error"),
        (ScriptedPolicy.ruling(outcome: "deny", code: "policy_deny"), "policy_deny"),
        (ScriptedPolicy.ruling(rule: "theirs"), "policy_allow"),
    ])
    func `in a tenant that only shadows, the answer is that of its own policies`(
        candidate: String, code: String
    ) async throws {
        try fixture.install(settings: #"{"mode": "shadow"}"#) { _ in ScriptedPolicy.ruling(rule: "own") }
        let alone = try await fixture.decide()
        try self.try { _ in candidate }
        let decision = try await fixture.decide()
        #expect(decision.outcome == .allow)
        #expect(decision.reason == alone.reason)
        #expect(decision.would?.reason.code.rawValue == code)
    }

    @Test func `it spends from books of its own`() async throws {
        try fixture.install(ScriptedPolicy.ruling())
        try self.try { _ in ScriptedPolicy.ruling(budgets: Self.budget) }
        #expect(try await fixture.decide().wouldOutcome == .allow)
        let second = try await fixture.decide()
        #expect(second.outcome == .allow)
        #expect(second.would?.reason.code == .budgetExceeded)
        // Enforced, the same budget has not been touched.
        fixture.policies.setCandidate(nil, tenant: "acme")
        _ = fixture.policies.activate(
            try ScriptedPolicy.policy(sequence: 3) { _ in ScriptedPolicy.ruling(budgets: Self.budget) },
            now: fixture.clock.now)
        #expect(try await fixture.decide().limits.budgetRemaining == "0.40 USD")
    }

    @Test func `it counts apart from the shadow policies that it takes the place of`() async throws {
        try fixture.install(ScriptedPolicy.ruling(would: ScriptedPolicy.ruling(budgets: Self.budget)))
        #expect(try await fixture.decide().wouldOutcome == .allow)
        try self.try { _ in ScriptedPolicy.ruling(budgets: Self.budget) }
        #expect(try await fixture.decide().wouldOutcome == .allow)
        #expect(try await fixture.decide().would?.reason.code == .budgetExceeded)
        fixture.policies.setCandidate(nil, tenant: "acme")
        #expect(try await fixture.decide().would?.reason.code == .budgetExceeded)
    }

    @Test func `another tenant's calls are not tried`() async throws {
        try fixture.install(tenant: "globex") { _ in ScriptedPolicy.ruling() }
        try self.try { _ in ScriptedPolicy.ruling(outcome: "deny", code: "policy_deny") }
        let decision = try await fixture.decide(key: "globex")
        #expect(decision.outcome == .allow)
        #expect(decision.would == nil)
    }

    @Test func `a candidate that was withdrawn is not tried any more`() async throws {
        try fixture.install(ScriptedPolicy.ruling())
        try self.try { _ in ScriptedPolicy.ruling(outcome: "deny", code: "policy_deny") }
        #expect(try await fixture.decide().wouldOutcome == .deny)
        fixture.policies.setCandidate(nil, tenant: "acme")
        #expect(try await fixture.decide().would == nil)
    }
}
