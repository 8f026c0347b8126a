import AegisTesting
import Approvals
import RegoValues
import Testing

@testable import Decisions

@Suite struct ApprovalHoldTests {
    static let held = """
        {"outcome": "approval_needed", "reason": {"code": "approval_required", "message": "m", "policy": "p", "rule": "r"}, "also": [],
         "approval": {"policy": "p", "rule": "r", "message": "m", "approvers": ["role:treasurer"], "quorum": 1,
           "expires_after_s": 1800, "notify": []}, "sanitize": [], "budgets": [], "rates": [], "would": null}
        """
    static let allowed = """
        {"outcome": "allow", "reason": {"code": "approval_granted", "message": "m", "policy": "p", "rule": "r"}, "also": [],
         "approval": null, "sanitize": [], "budgets": [], "rates": [], "would": null}
        """

    private func fixture() throws -> DecisionFixture {
        let fixture = try DecisionFixture()
        try fixture.install { input in input.lookup("approval").kind == .object ? Self.allowed : Self.held }
        return fixture
    }

    private func held(_ fixture: DecisionFixture, _ time: Duration, more: String = "") async throws -> Decision {
        await fixture.point.decide(
            json: Array(#"{"tool": {"name": "payments.transfer"}, "parameters": {"amount": 100}\#(more)}"#.utf8),
            credentials: try DecisionFixture.credentials("fin"), point: DecisionFixture.api, holdingFor: time)
    }

    /// Decides while another task does `work` with the approval as soon as it is there.
    private func decide(
        _ fixture: DecisionFixture, more: String = "", _ work: @escaping @Sendable (ApprovalID) async throws -> Void
    ) async throws -> Decision {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while true {
                    let waiting = try await fixture.ledger.approvals(tenant: "acme", states: [.pending], limit: 1)
                    if let approval = waiting.first { return try await work(approval.id) }
                    try await Task.sleep(for: .milliseconds(1))
                }
            }
            let decision = try await held(fixture, .seconds(60), more: more)
            try await group.waitForAll()
            return decision
        }
    }

    @Test func `a held call goes on when it is approved, once, and both decisions are recorded`() async throws {
        let fixture = try fixture()
        let decision = try await decide(fixture) { _ = try await fixture.desk.approve($0, by: DecisionFixture.jane) }
        #expect(decision.outcome == .allow)
        #expect(decision.reason.code == .approvalGranted)
        #expect(fixture.recorder.entries.map(\.answer.outcome) == [.approvalNeeded, .allow])
        let approvals = try await fixture.ledger.approvals(tenant: "acme", states: [], limit: 10)
        #expect(approvals.map(\.state) == [.redeemed])
    }

    @Test func `of identical calls that are held one goes on, and the others are answered as if they had not waited`()
        async throws
    {
        let fixture = try fixture()
        let decisions = try await withThrowingTaskGroup(of: Decision.self) { group in
            for _ in 0..<4 { group.addTask { try await held(fixture, .seconds(60)) } }
            while fixture.recorder.entries.count < 4 { try await Task.sleep(for: .milliseconds(1)) }
            let waiting = try await fixture.ledger.approvals(tenant: "acme", states: [.pending], limit: 10)
            _ = try await fixture.desk.approve(try #require(waiting.first).id, by: DecisionFixture.jane)
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(decisions.count { $0.outcome == .allow } == 1)
        #expect(decisions.count { $0.outcome == .approvalNeeded && $0.approval?.status == "redeemed" } == 3)
    }

    @Test func `a retry that is held gets the answer that older policies gave, when people agree`() async throws {
        let fixture = try DecisionFixture()
        let key = #", "idempotency_key": "k-1""#
        try fixture.install { _ in Self.allowed }
        let first = try await held(fixture, .zero, more: key)
        #expect(first.outcome == .allow)
        try fixture.install(sequence: 2) { input in
            input.lookup("approval").kind == .object ? Self.allowed : Self.held
        }
        let again = try await decide(fixture, more: key) {
            _ = try await fixture.desk.approve($0, by: DecisionFixture.jane)
        }
        #expect(again.id == first.id && again.outcome == .allow)
        #expect(fixture.recorder.entries.map(\.answer.outcome) == [.allow, .approvalNeeded])
    }

    @Test func `a held call is denied when it is denied`() async throws {
        let fixture = try fixture()
        let decision = try await decide(fixture) { _ = try await fixture.desk.deny($0, by: DecisionFixture.jane) }
        #expect(decision.outcome == .deny)
        #expect(decision.reason.code == .approvalDenied)
    }

    @Test func `a call that nobody decides in time is answered as one that is not held`() async throws {
        let fixture = try fixture()
        let decision = try await held(fixture, .milliseconds(1))
        #expect(decision.outcome == .approvalNeeded)
        #expect(decision.approval?.status == "pending")
    }

    @Test func `a withdrawn or expired call asks nobody anew`() async throws {
        let fixture = try fixture()
        let withdrawn = try await decide(fixture) {
            _ = try await fixture.desk.withdraw($0, by: .agent("finance-agent"), tenant: "acme")
        }
        #expect(withdrawn.outcome == .approvalNeeded)
        #expect(withdrawn.approval?.status == "withdrawn")
        let expired = try await decide(fixture) { _ in fixture.clock.advance(seconds: 1800) }
        #expect(expired.approval?.status == "expired")
        #expect(try await fixture.ledger.approvals(tenant: "acme", states: [], limit: 10).count == 2)
    }

    @Test func `more calls than there is room for are answered at once`() async throws {
        let fixture = try fixture()
        let first = try await held(fixture, .zero)
        let id = try #require(first.approval.flatMap { ApprovalID(parsing: $0.id) })
        let none = ApprovalWaiting(limit: 0)
        #expect(
            await none.state(
                of: id, tenant: "acme", in: fixture.ledger, until: .now.advanced(by: .seconds(60)),
                now: { fixture.clock.now }) == nil)
    }

    @Test func `a held call is put before the policies that come into force meanwhile`() async throws {
        let fixture = try fixture()
        let allowed = try await decide(fixture) { id in
            try fixture.install(sequence: 2) { _ in Self.allowed }
            _ = try await fixture.desk.approve(id, by: DecisionFixture.jane)
        }
        #expect(allowed.outcome == .allow)
        #expect(allowed.policyVersion?.hasPrefix("acme/2@") == true)
        #expect(fixture.recorder.entries.map(\.answer.outcome) == [.approvalNeeded, .allow])
    }

    @Test func `where they hold the call, too, people are asked anew and the call goes on when they agree`()
        async throws
    {
        let fixture = try fixture()
        let decision = try await decide(fixture) { first in
            try fixture.install(sequence: 2) { input in
                input.lookup("approval").kind == .object ? Self.allowed : Self.held
            }
            while true {
                let waiting = try await fixture.ledger.approvals(tenant: "acme", states: [.pending], limit: 10)
                if let second = waiting.first(where: { $0.id != first }) {
                    _ = try await fixture.desk.approve(second.id, by: DecisionFixture.jane)
                    return
                }
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        #expect(decision.reason.code == .approvalGranted)
        #expect(fixture.recorder.entries.map(\.answer.outcome) == [.approvalNeeded, .approvalNeeded, .allow])
    }

    @Test(arguments: [
        (#"{"pending_approvals_per_agent": 1}"#, "the agent has 1 approvals pending already"),
        (#"{"daily_approvals_per_agent": 1}"#, "the agent has asked for 1 approvals today already"),
    ])
    func `people are not flooded`(settings: String, message: String) async throws {
        let fixture = try DecisionFixture()
        try fixture.install(settings: settings) { _ in Self.held }
        #expect(try await fixture.decide().outcome == .approvalNeeded)
        let second = try await fixture.decide(parameters: #"{"amount": 200}"#)
        #expect(second.outcome == .deny)
        #expect(second.reason.code == .rateExceeded)
        #expect(second.reason.message == message)
        #expect(try await fixture.decide().outcome == .approvalNeeded, "the identical call asks nobody anew")
    }

    @Test(arguments: [
        (#""paths": ["$.memo"]"#, "the parameters must be rewritten, which `envoy` cannot"),
        (#""paths": ["$"], "on": "result""#, "the result must be redacted, which `envoy` cannot"),
    ])
    func `nobody is asked about what cannot be carried out`(places: String, message: String) async throws {
        let fixture = try DecisionFixture()
        let duty = #"[{"policy": "p", "rule": "hide", "detectors": ["us_ssn"], \#(places)}]"#
        try fixture.install { _ in Self.held.replacing(#""sanitize": []"#, with: #""sanitize": \#(duty)"#) }
        let parameters = #"{"memo": "123-45-6789"}"#
        let denied = try await fixture.decide(parameters: parameters, point: DecisionFixture.wire)
        #expect(denied.reason == DecisionReason(.sanitizeUnsupported, message, policy: "p", rule: "hide"))
        #expect(try await fixture.ledger.approvals(tenant: "acme", states: [], limit: 10).isEmpty)
        let held = try await fixture.decide(parameters: parameters)
        #expect(held.outcome == .approvalNeeded)
        #expect(held.parameters == nil)
        #expect(held.redactions.isEmpty)
    }

    @Test func `those who decide a risk may set tighter limits`() throws {
        let settings = TenantSettings(pendingApprovalsPerAgent: 10, dailyApprovalsPerAgent: 100)
        let approvers = #"""
            {"a": {"for_risk": ["high"], "pending_per_agent": 3}, "b": {"for_risk": ["high", "low"], "daily_per_agent": 5},
             "c": {"for_risk": ["critical"], "pending_per_agent": 50}}
            """#
        let document = try Document(json: Array(approvers.utf8))
        let limits = try withExtendedLifetime(document) { try ApprovalLimits(settings, approvers: document.root) }
        let start = Timestamp(seconds: 0)
        #expect(limits.caps(risk: "high", dayStart: start) == ApprovalCaps(pending: 3, perDay: 5, dayStart: start))
        #expect(limits.caps(risk: "low", dayStart: start) == ApprovalCaps(pending: 10, perDay: 5, dayStart: start))
        #expect(
            limits.caps(risk: "critical", dayStart: start) == ApprovalCaps(pending: 10, perDay: 100, dayStart: start))
        #expect(limits.caps(risk: nil, dayStart: start) == ApprovalCaps(pending: 10, perDay: 100, dayStart: start))
        let bad = try Document(json: Array(#"{"a": {"pending_per_agent": 0}}"#.utf8))
        let error = withExtendedLifetime(bad) {
            #expect(throws: CatalogError.self) { try ApprovalLimits(settings, approvers: bad.root) }
        }
        #expect(error?.message == "the approvers `a`: `pending_per_agent` is not a number from 1 to 100000")
    }
}
