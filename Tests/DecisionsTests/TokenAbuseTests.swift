import AegisTesting
import Approvals
import Decisions
import RegoValues
import SignedTokens
import Testing

/// An override token works once, for exactly one call.
@Suite struct TokenAbuseTests {
    let fixture: DecisionFixture

    init() throws {
        fixture = try DecisionFixture()
        try fixture.install { input in
            input.lookup("approval").isUndefined ? ScriptedPolicy.approvalRuling() : ScriptedPolicy.ruling()
        }
    }

    @Test func `the approved call runs once`() async throws {
        let token = try await fixture.approvedToken()
        let first = try await fixture.decide(more: #", "override_token": "\#(token)""#)
        #expect(first.outcome == .allow)
        let again = try await fixture.decide(more: #", "override_token": "\#(token)""#)
        #expect(again.outcome == .deny)
        #expect(again.reason.code == .tokenUsed)
    }

    @Test func `a hundred concurrent tries run once`() async throws {
        let token = try await fixture.approvedToken()
        let decisions = try await withThrowingTaskGroup(of: Decision.self) { group in
            for _ in 0..<100 {
                group.addTask { [fixture] in try await fixture.decide(more: #", "override_token": "\#(token)""#) }
            }
            return try await group.reduce(into: [Decision]()) { $0.append($1) }
        }
        #expect(decisions.count { $0.outcome == .allow } == 1)
        #expect(decisions.count { $0.reason.code == .tokenUsed } == 99)
    }

    @Test(arguments: [
        (#"{"amount": 101}"#, "set of parameters"), (#"{"amount": 100, "to": "x"}"#, "set of parameters"),
        (#"{"amount": "100"}"#, "set of parameters"), (#"{"amount": 100, "currency": "USD"}"#, "set of parameters"),
    ])
    func `other parameters are another call`(parameters: String, what: String) async throws {
        let token = try await fixture.approvedToken()
        let decision = try await fixture.decide(parameters: parameters, more: #", "override_token": "\#(token)""#)
        #expect(
            decision.reason == DecisionReason(.tokenInvalid, "the override token was given for another \(what)"))
    }

    @Test(arguments: [
        #"{"amount": 100.0}"#, #"{"amount": 1e2, "currency": "EUR"}"#, #"{ "currency":"EUR","amount":100 }"#,
    ])
    func `the same parameters written otherwise are the same call`(parameters: String) async throws {
        let token = try await fixture.approvedToken()
        let decision = try await fixture.decide(parameters: parameters, more: #", "override_token": "\#(token)""#)
        #expect(decision.outcome == .allow)
    }

    @Test func `another agent, tool or policy version is refused`() async throws {
        let token = try await fixture.approvedToken()
        let more = #", "override_token": "\#(token)""#
        #expect(try await fixture.decide(key: "llm", more: more).reason.code == .tokenInvalid)
        #expect(try await fixture.decide(tool: "llm.complete", more: more).reason.code == .tokenInvalid)
        try fixture.install(sequence: 2) { _ in ScriptedPolicy.ruling() }
        #expect(try await fixture.decide(more: more).reason.code == .tokenInvalid)
    }

    @Test func `another tenant is refused`() async throws {
        let token = try await fixture.approvedToken()
        try fixture.install(tenant: "globex") { _ in ScriptedPolicy.ruling() }
        let decision = try await fixture.decide(key: "globex", more: #", "override_token": "\#(token)""#)
        #expect(decision.reason.code == .tokenInvalid)
        #expect(decision.tenant == "globex")
    }

    @Test func `a token of another gateway is refused, also under the same key`() async throws {
        let held = try await fixture.decide()
        let id = try #require(held.approval.flatMap { ApprovalID(parsing: $0.id) })
        let approval = try await fixture.desk.approve(id, by: DecisionFixture.jane)
        let key = try SigningKey(generating: .edDSA, name: "tokens-2")
        for (mint, why) in [
            (
                try OverrideTokenMint(signingKey: fixture.signingKey, audience: "gw-2"),
                "the override token is meant for another gateway"
            ),
            (
                try OverrideTokenMint(signingKey: key, audience: "test"),
                "the override token is not one of ours: the token is signed by a key that is not trusted here"
            ),
        ] {
            let token = try mint.mint(approval, now: fixture.clock.now)
            let decision = try await fixture.decide(more: #", "override_token": "\#(token)""#)
            #expect(decision.outcome == .deny)
            #expect(decision.reason == DecisionReason(.tokenInvalid, why))
        }
    }

    @Test(arguments: [(30, Outcome.allow), (60, .allow), (61, .deny), (1_700, .deny)] as [(Int64, Outcome)])
    func `a token from the future is refused beyond what clocks differ by`(seconds: Int64, outcome: Outcome)
        async throws
    {
        let held = try await fixture.decide()
        let id = try #require(held.approval.flatMap { ApprovalID(parsing: $0.id) })
        let approval = try await fixture.desk.approve(id, by: DecisionFixture.jane)
        let token = try fixture.mint.mint(approval, now: fixture.clock.now.advanced(bySeconds: seconds))
        let decision = try await fixture.decide(more: #", "override_token": "\#(token)""#)
        #expect(decision.outcome == outcome)
        if outcome == .deny { #expect(decision.reason.code == .tokenInvalid) }
    }

    @Test func `an expired token is refused`() async throws {
        let token = try await fixture.approvedToken()
        fixture.clock.advance(seconds: 1800)
        let decision = try await fixture.decide(more: #", "override_token": "\#(token)""#)
        #expect(decision.reason.code == .approvalExpired)
    }

    @Test func `a false token denies also what would be allowed without it`() async throws {
        try fixture.install(sequence: 2) { _ in ScriptedPolicy.ruling() }
        let decision = try await fixture.decide(more: #", "override_token": "x""#)
        #expect(decision.outcome == .deny)
        #expect(decision.reason.code == .tokenInvalid)
    }

    @Test func `only the requesting agent collects`() async throws {
        let held = try await fixture.decide()
        let id = try #require(held.approval.flatMap { ApprovalID(parsing: $0.id) })
        _ = try await fixture.desk.approve(id, by: DecisionFixture.jane)
        for (agent, tenant, code) in [
            ("llm-agent", "acme", ApprovalError.Code.notRequester), ("finance-agent", "globex", .notFound),
        ] {
            let error = await #expect(throws: ApprovalError.self) {
                try await fixture.desk.collectToken(id, byAgent: agent, tenant: tenant)
            }
            #expect(error?.code == code)
        }
    }

    @Test func `neither the agent nor its owner approves`() async throws {
        let held = try await fixture.decide()
        let id = try #require(held.approval.flatMap { ApprovalID(parsing: $0.id) })
        for name in ["finance-agent", "treasury@acme.example"] {
            let error = await #expect(throws: ApprovalError.self) {
                try await fixture.desk.approve(id, by: Approver(tenant: "acme", name: name, roles: ["treasurer"]))
            }
            #expect(error?.code == .selfApproval)
        }
    }

    @Test func `asking again attaches, tells of the verdict, and does not ask the humans twice`() async throws {
        let first = try await fixture.decide()
        let second = try await fixture.decide()
        #expect(first.outcome == .approvalNeeded)
        #expect(first.approval?.id == second.approval?.id)
        #expect(first.id != second.id)
        let id = try #require(first.approval.flatMap { ApprovalID(parsing: $0.id) })
        _ = try await fixture.desk.approve(id, by: DecisionFixture.jane)
        #expect(try await fixture.decide().approval?.status == "approved")
        let other = try await fixture.decide(parameters: #"{"amount": 7}"#)
        let otherID = try #require(other.approval.flatMap { ApprovalID(parsing: $0.id) })
        _ = try await fixture.desk.deny(otherID, by: DecisionFixture.jane, comment: "no")
        let denied = try await fixture.decide(parameters: #"{"amount": 7}"#)
        #expect(denied.outcome == .deny)
        #expect(denied.reason.code == .approvalDenied)
    }

    @Test func `the human sees the call without what is sensitive`() async throws {
        let held = try await fixture.decide(
            parameters: #"{"amount": 9000, "to": "DE89370400440532013000", "memo": "for 123-45-6789"}"#)
        let id = try #require(held.approval.flatMap { ApprovalID(parsing: $0.id) })
        let approval = try await fixture.desk.show(id, tenant: "acme")
        #expect(
            try #/\{"amount":9000,"currency":"EUR","memo":"for \[us_ssn:[a-z]{16}\]","to":"\[sensitive:[a-z]{16}\]"\}/#
                .wholeMatch(in: approval.shownParameters) != nil, "\(approval.shownParameters)")
        #expect(
            fixture.recorder.entries.last?.parametersShown
                == #"{"amount":9000,"currency":"EUR","memo":"for [REDACTED:us_ssn]","to":"[SENSITIVE]"}"#)
    }

    @Test func `calls that differ in what is hidden do not look the same`() async throws {
        var shown: [ShownCall] = []
        for parameters in [
            #"{"amount": 9000, "to": "DE89370400440532013000", "memo": "to jane.doe@example.com"}"#,
            #"{"amount": 9000, "to": "GB82WEST12345698765432", "memo": "to jane.doe@example.com"}"#,
            #"{"amount": 9000, "to": "DE89370400440532013000", "memo": "to john.roe@example.com"}"#,
        ] {
            let held = try await fixture.decide(parameters: parameters)
            shown.append(
                try await fixture.desk.show(
                    #require(held.approval.flatMap { ApprovalID(parsing: $0.id) }), tenant: "acme"
                ).shown)
        }
        #expect(Set(shown.map(\.json)).count == 3)
        #expect(Set(shown.map(\.digest)).count == 3)
        let (first, second) = (shown[0].json, shown[1].json)
        let memo = try #require(first.firstMatch(of: try Regex(#""memo":"to \[email:[a-z]{16}\]""#)))
        #expect(second.contains(String(first[memo.range])), "the same value looks the same in every call")
        #expect(!first.contains("DE89") && !first.contains("jane"))
    }

    @Test func `attempts have a rate of their own`() async throws {
        let fixture = try DecisionFixture(attemptRate: RateLimit(milliCallsPerSecond: 100, burst: 2))
        try fixture.install { input in
            input.lookup("params").lookup("amount") == .integer(1)
                ? ScriptedPolicy.ruling() : ScriptedPolicy.approvalRuling()
        }
        _ = try await fixture.decide()
        _ = try await fixture.decide()
        let third = try await fixture.decide()
        #expect(third.reason.code == .rateExceeded)
        #expect(third.limits.retryAfterSeconds == 10)
        #expect(try await fixture.decide(parameters: #"{"amount": 1}"#).outcome == .allow)
    }

    @Test func `a dry run does not use the token up`() async throws {
        let token = try await fixture.approvedToken()
        let dry = try await fixture.decide(
            key: "jane", more: #", "override_token": "\#(token)", "dry_run": true, "agent": {"id": "finance-agent"}"#)
        #expect(dry.outcome == .allow)
        #expect(try await fixture.decide(more: #", "override_token": "\#(token)""#).outcome == .allow)
    }
}
