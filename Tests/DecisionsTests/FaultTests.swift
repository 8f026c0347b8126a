import AegisTesting
import Approvals
import Decisions
import RegoValues
import Testing

/// No fault leads to an allow.
@Suite struct FaultTests {
    let fixture: DecisionFixture

    init() throws { fixture = try DecisionFixture() }

    struct Broken: Error {}

    static let charged = ScriptedPolicy.ruling(budgets: CompositionTests.budget(1_000_000, cost: "1"))

    @Test func `no bundle is a deny`() async throws {
        let decision = try await fixture.decide()
        #expect(decision.outcome == .deny)
        #expect(decision.reason.code == .bundleUnavailable)
        #expect(fixture.recorder.entries.count == 1)
    }

    @Test func `an evaluation that throws is a deny that quotes nothing`() async throws {
        try fixture.install { _ in throw Broken() }
        let decision = try await fixture.decide()
        #expect(decision.outcome == .deny)
        #expect(
            decision.reason == DecisionReason(.evaluationError, "the policies could not be evaluated"))
    }

    @Test(arguments: [
        "{}", "null", "[]", "true", #"{"outcome": "allow"}"#, ScriptedPolicy.ruling(outcome: "ALLOW"),
        ScriptedPolicy.ruling(outcome: "sanitize"), ScriptedPolicy.ruling(sanitize: "null"),
        ScriptedPolicy.ruling(budgets: "{}"), ScriptedPolicy.ruling(rates: #"[{"policy": "p"}]"#),
        ScriptedPolicy.ruling(rates: #"[{"policy": "p", "rule": "r", "per": "agent", "rps": -1}]"#),
        ScriptedPolicy.ruling(outcome: "approval_needed"), ScriptedPolicy.ruling(would: "{}"),
        ScriptedPolicy.ruling(would: "true"), ScriptedPolicy.approvalRuling(quorum: 0),
        ScriptedPolicy.approvalRuling(approvers: #""jane""#),
    ])
    func `a ruling that is not understood is a deny`(ruling: String) async throws {
        try fixture.install(ruling)
        let decision = try await fixture.decide()
        #expect(decision.outcome == .deny)
        #expect(decision.reason.code == .evaluationError)
    }

    @Test func `an undefined ruling is a deny`() async throws {
        let policy = try ActivePolicy(
            tenant: "acme", version: "v", sequence: 1, bundleDigest: "d",
            data: Document(json: Array(#"{"aegis": {"catalog": \#(ScriptedPolicy.catalog)}}"#.utf8)),
            evaluation: { _, _, _ in .undefined })
        _ = fixture.policies.activate(policy, now: fixture.clock.now)
        #expect(try await fixture.decide().reason.code == .evaluationError)
    }

    @Test func `a state store that cannot be written is a deny`() async throws {
        try fixture.install(Self.charged)
        fixture.ledger.spendFault.isActive = true
        #expect(try await fixture.decide().reason.code == .stateUnavailable)
        fixture.ledger.spendFault.isActive = false
        #expect(try await fixture.decide().outcome == .allow)
    }

    /// What is tried beside the enforced policies has budgets; the call itself spends nothing.
    @Test(arguments: [false, true], ["", #", "idempotency_key": "k""#])
    func `a state store that only shadow needs is no reason to deny`(isCandidate: Bool, more: String) async throws {
        try fixture.install(isCandidate ? ScriptedPolicy.ruling() : ScriptedPolicy.ruling(would: Self.charged))
        if isCandidate {
            fixture.policies.setCandidate(
                try ScriptedPolicy.policy(sequence: 2) { _ in Self.charged }, tenant: "acme")
        }
        fixture.ledger.spendFault.isActive = true
        let decision = try await fixture.decide(more: more)
        #expect(decision.outcome == .allow)
        #expect(
            decision.would?.reason == DecisionReason(.stateUnavailable, "the state store cannot be written"))
        fixture.ledger.spendFault.isActive = false
        #expect(try await fixture.decide().wouldOutcome == .allow)
    }

    @Test func `a state store that cannot be written is a deny where a tenant only shadows, too`() async throws {
        try fixture.install(settings: #"{"mode": "shadow"}"#) { _ in Self.charged }
        fixture.ledger.spendFault.isActive = true
        let decision = try await fixture.decide()
        #expect(decision.outcome == .deny && decision.reason.code == .stateUnavailable)
    }

    @Test func `a state store that cannot be read is a deny`() async throws {
        try fixture.install(ScriptedPolicy.ruling())
        fixture.ledger.readFault.isActive = true
        #expect(try await fixture.decide(more: #", "idempotency_key": "k""#).reason.code == .stateUnavailable)
    }

    @Test func `an approval that cannot be stored is a deny`() async throws {
        try fixture.install(ScriptedPolicy.approvalRuling())
        fixture.ledger.approvalFault.isActive = true
        let decision = try await fixture.decide()
        #expect(decision.reason.code == .stateUnavailable)
        #expect(decision.approval == nil)
    }

    @Test(arguments: [false, true])
    func `a record that cannot be written is a deny, and what was spent is given back`(releaseFails: Bool) async throws
    {
        try fixture.install(Self.charged)
        fixture.recorder.fault.isActive = true
        fixture.ledger.releaseFault.isActive = releaseFails
        let denied = try await fixture.decide()
        #expect(denied.outcome == .deny)
        #expect(denied.reason.code == .auditUnavailable)
        #expect(denied.receipt == nil)
        #expect(denied.limits == Decision.Limits())
        fixture.recorder.fault.isActive = false
        if releaseFails {
            #expect(try await fixture.decide().reason.code == .budgetExceeded)
            #expect(try await fixture.ledger.recover(durable: [], now: fixture.clock.now) == [denied.id])
        }
        #expect(try await fixture.decide().outcome == .allow)
    }

    @Test func `a sanitized answer does not survive the loss of its record`() async throws {
        try fixture.install(ScriptedPolicy.ruling(sanitize: CompositionTests.hideMemo))
        fixture.recorder.fault.isActive = true
        let denied = try await fixture.decide(parameters: #"{"memo": "123-45-6789"}"#)
        #expect(denied.outcome == .deny)
        #expect(denied.parameters == nil)
        #expect(denied.redactions == [])
    }

    @Test func `everything that was answered is recorded, refusals too`() async throws {
        try fixture.install(ScriptedPolicy.ruling())
        _ = await fixture.point.decide(
            json: Array("{".utf8), credentials: .none, point: DecisionFixture.api)
        _ = await fixture.point.decide(
            json: Array(#"{"tool": {"name": "x"}}"#.utf8), credentials: .none, point: DecisionFixture.api)
        _ = try await fixture.decide(tool: "no.such.tool")
        _ = try await fixture.decide()
        #expect(
            fixture.recorder.entries.map(\.answer.reason.code) == [
                .requestInvalid, .unauthenticatedAgent, .unknownTool, .policyAllow,
            ])
        #expect(fixture.recorder.entries.map(\.answer.problem?.status) == [400, 401, nil, nil])
    }
}
