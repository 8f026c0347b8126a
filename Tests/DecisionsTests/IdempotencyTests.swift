import AegisTesting
import Decisions
import RegoValues
import Testing

/// A retry after a lost answer gets the same answer, and never one that the policies of today would not give.
@Suite struct IdempotencyTests {
    let fixture: DecisionFixture
    static let key = ", \"idempotency_key\": \"k-1\""
    /// With and without something to spend: the answers are kept in different places.
    static let budgets = ["[]", CompositionTests.budget(1_000_000, cost: "0.6")]

    init() throws { fixture = try DecisionFixture() }

    private func call(_ parameters: String = "{\"memo\": \"123-45-6789\"}") async throws -> Decision {
        try await fixture.decide(parameters: parameters, more: Self.key)
    }

    private func install(_ sequence: Int, _ ruling: String) throws {
        try fixture.install(sequence: sequence) { _ in ruling }
    }

    @Test(arguments: budgets)
    func `newer policies that permit the call the same way give the first answer again`(budgets: String) async throws {
        try install(1, ScriptedPolicy.ruling(budgets: budgets))
        let first = try await call()
        #expect(first.outcome == .allow)
        try install(2, ScriptedPolicy.ruling(rule: "other", budgets: budgets))
        for _ in 0..<2 {
            let again = try await call()
            #expect(again.id == first.id)
            #expect(again.outcome == .allow)
            #expect(again.reason.rule == "r")
        }
        #expect(fixture.recorder.entries.count == 1)
    }

    @Test(arguments: budgets)
    func `an allow that newer policies deny is not given again`(budgets: String) async throws {
        try install(1, ScriptedPolicy.ruling(budgets: budgets))
        #expect(try await call().outcome == .allow)
        try install(2, ScriptedPolicy.ruling(outcome: "deny", code: "policy_deny"))
        let denied = try await call()
        #expect(denied.reason.code == .policyDeny)
        #expect(fixture.recorder.entries.last?.answer.id == denied.id)
        try install(3, ScriptedPolicy.approvalRuling())
        #expect(try await call().outcome == .approvalNeeded)
    }

    @Test(arguments: budgets)
    func `an answer that newer policies would rewrite is refused`(budgets: String) async throws {
        try install(1, ScriptedPolicy.ruling(budgets: budgets))
        #expect(try await call().outcome == .allow)
        try install(2, ScriptedPolicy.ruling(sanitize: CompositionTests.hideMemo, budgets: budgets))
        let refused = try await call()
        #expect(refused.reason.code == .idempotencyConflict)
        #expect(
            refused.reason.message
                == "the policies have changed since the first call with this idempotency key: call again with a new one"
        )
        #expect(refused.parameters == nil)
    }

    @Test(arguments: budgets)
    func `an agent that was switched off gets no earlier answer`(budgets: String) async throws {
        try install(1, ScriptedPolicy.ruling(budgets: budgets))
        #expect(try await call().outcome == .allow)
        fixture.switches.stop("finance-agent")
        #expect(try await call().reason.code == .agentDisabled)
    }

    @Test func `a long answer is repeated from the state store, not from memory`() async throws {
        try install(1, ScriptedPolicy.ruling(sanitize: CompositionTests.hideMemo))
        let long = String(repeating: "a line of a letter; ", count: 5000)
        let parameters = "{\"memo\": \"123-45-6789\", \"to\": \"\(long)\"}"
        let first = try await call(parameters)
        #expect(first.outcome == .sanitize)
        #expect(try await call(parameters).id == first.id)
        let claim = SpendOrder.IdempotencyClaim(key: "k-1", fingerprint: [])
        #expect(
            try await fixture.ledger.priorAnswer(
                tenant: "acme", agent: "finance-agent", claim: claim, now: fixture.clock.now)
                == .refused(.idempotencyConflict), "it is there, under its own fingerprint")
        #expect(try await call().reason.code == .idempotencyConflict)
    }

    @Test(arguments: budgets)
    func `an answer stands for a day`(budgets: String) async throws {
        try install(1, ScriptedPolicy.ruling(budgets: budgets))
        let first = try await call()
        fixture.clock.advance(seconds: 86_399)
        #expect(try await call().id == first.id)
        fixture.clock.advance(seconds: 1)
        let second = try await call("{\"amount\": 2}")
        #expect(second.outcome == .allow)
        #expect(second.id != first.id)
        #expect(fixture.recorder.entries.count == 2)
        #expect(try await call().reason.code == .idempotencyConflict)
    }
}
