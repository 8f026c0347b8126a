import AegisTesting
import Approvals
import Decisions
import Redaction
import RegoValues
import Synchronization
import Testing

/// CONTRACTS.md "Composition", lines 4 to 7: what happens to a ruling after the policies have spoken.
@Suite struct CompositionTests {
    let fixture: DecisionFixture

    init() throws { fixture = try DecisionFixture() }

    static let hideMemo =
        #"[{"policy": "p", "rule": "hide", "detectors": ["us_ssn"], "paths": ["$.memo"], "action": "redact"}]"#

    static func budget(_ limit: Int, cost: String, rule: String = "daily_budget", per: String = "agent") -> String {
        #"[{"policy": "b", "rule": "\#(rule)", "window": "day", "per": "\#(per)", "limit_micros": \#(limit), "#
            + #""currency": "USD", "cost": \#(cost)}]"#
    }

    // 4. Sanitizing is an obligation, never a permit.

    @Test(
        arguments: [
            (#"{"memo": "rent"}"#, Outcome.allow, nil),
            (#"{"memo": "ssn 123-45-6789"}"#, .sanitize, #"{"currency":"EUR","memo":"ssn [REDACTED:us_ssn]"}"#),
            (#"{"amount": 5}"#, .allow, nil),
        ] as [(String, Outcome, String?)])
    func `something was rewritten means sanitize and nothing means allow`(
        parameters: String, outcome: Outcome, rewritten: String?
    ) async throws {
        try fixture.install(ScriptedPolicy.ruling(sanitize: Self.hideMemo))
        let decision = try await fixture.decide(parameters: parameters)
        #expect(decision.outcome == outcome)
        #expect(decision.parameters.map { String(decoding: $0, as: UTF8.self) } == rewritten)
        #expect(
            decision.redactions
                == (outcome == .sanitize ? [RedactedPlace(path: "/memo", detector: "us_ssn", count: 1)] : []))
    }

    @Test func `an enforcement point that cannot rewrite denies, and spends nothing`() async throws {
        try fixture.install(
            ScriptedPolicy.ruling(sanitize: Self.hideMemo, budgets: Self.budget(1_000_000, cost: "0.5")))
        let body = WireRequest(
            method: "POST", host: "payments.acme.example", target: "/v1/transfers", contentType: "application/json",
            body: Array(#"{"memo": "123-45-6789"}"#.utf8))
        let decision = try await fixture.decide(body)
        #expect(decision.outcome == .deny)
        #expect(decision.reason.code == .sanitizeUnsupported)
        #expect(decision.reason.policy == "p")
        #expect(decision.parameters == nil)
        #expect(fixture.ledger.calls == 0)
    }

    @Test func `a result that must be redacted is a deny where nobody hands results in`() async throws {
        let hide = Self.hideMemo.replacing(#""action": "redact""#, with: #""action": "redact", "on": "result""#)
        try fixture.install(ScriptedPolicy.ruling(sanitize: hide, budgets: Self.budget(1_000_000, cost: "0.5")))
        let body = WireRequest(
            method: "POST", host: "payments.acme.example", target: "/v1/transfers", contentType: "application/json",
            body: Array(#"{"memo": "rent"}"#.utf8))
        let decision = try await fixture.decide(body)
        #expect(decision.outcome == .deny)
        #expect(
            decision.reason
                == DecisionReason(
                    .sanitizeUnsupported, "the result must be redacted, which `envoy` cannot", policy: "p", rule: "hide"
                ))
        #expect(fixture.ledger.calls == 0)
        #expect(try await fixture.decide(parameters: #"{"memo": "rent"}"#).outcome == .allow)
    }

    @Test func `a sanitize obligation is no permit`() async throws {
        try fixture.install(
            ScriptedPolicy.ruling(outcome: "deny", code: "no_matching_rule", sanitize: Self.hideMemo))
        let decision = try await fixture.decide(parameters: #"{"memo": "123-45-6789"}"#)
        #expect(decision.outcome == .deny)
        #expect(decision.reason.code == .noMatchingRule)
        #expect(decision.redactions == [])
    }

    @Test func `an approval does not lose the obligation`() async throws {
        try fixture.install { input in
            input.lookup("approval").isUndefined
                ? ScriptedPolicy.approvalRuling() : ScriptedPolicy.ruling(sanitize: Self.hideMemo)
        }
        let parameters = #"{"memo": "123-45-6789"}"#
        let token = try await fixture.approvedToken(parameters: parameters)
        let decision = try await fixture.decide(parameters: parameters, more: #", "override_token": "\#(token)""#)
        #expect(decision.outcome == .sanitize)
        #expect(decision.redactions.count == 1)
    }

    @Test(arguments: [
        #"[{"policy": "p", "rule": null, "detectors": ["no_such"], "paths": ["$.memo"], "action": "redact"}]"#,
        #"[{"policy": "p", "rule": null, "detectors": ["us_ssn"], "paths": ["memo"], "action": "redact"}]"#,
        #"[{"policy": "p", "rule": null, "detectors": ["us_ssn"], "paths": ["$.memo"], "action": "blur"}]"#,
        #"[{"policy": "p", "rule": null, "detectors": [], "paths": ["$.memo"], "action": "redact"}]"#,
    ])
    func `an obligation that cannot be carried out denies`(obligation: String) async throws {
        try fixture.install(ScriptedPolicy.ruling(sanitize: obligation))
        let decision = try await fixture.decide()
        #expect(decision.outcome == .deny)
        #expect(decision.reason.code == .evaluationError)
    }

    // 5. State commits together or not at all.

    /// What a call costs just now: a token is for one whole request, which cannot say so itself.
    private final class Price: Sendable {
        private let text = Mutex("0")
        var now: String {
            get { text.withLock { $0 } }
            set { text.withLock { $0 = newValue } }
        }
    }

    @Test func `a refused budget leaves the token unused and the rate untouched`() async throws {
        let price = Price()
        try fixture.install { input in
            guard !input.lookup("approval").isUndefined else { return ScriptedPolicy.approvalRuling() }
            return ScriptedPolicy.ruling(
                budgets: Self.budget(1_000_000, cost: price.now),
                rates: #"[{"policy": "b", "rule": "rps", "per": "agent", "rps": 1, "burst": 1}]"#)
        }
        let token = try await fixture.approvedToken()
        func call(cost: String) async throws -> Decision {
            price.now = cost
            return try await fixture.decide(more: #", "override_token": "\#(token)""#)
        }
        let refused = try await call(cost: "1.000001")
        #expect(refused.reason.code == .budgetExceeded)
        #expect(
            refused.reason.message
                == "the call may cost 1.000001 USD, and 0.00 of 1.00 USD are spent in this day")
        let allowed = try await call(cost: "0.6")
        #expect(allowed.outcome == .allow)
        #expect(allowed.limits.budgetRemaining == "0.40 USD")
        #expect(try await call(cost: "0.1").reason.code == .tokenUsed)
    }

    @Test func `sixty-four callers share a budget exactly`() async throws {
        try fixture.install(ScriptedPolicy.ruling(budgets: Self.budget(10_000_000, cost: "0.333333")))
        let outcomes = try await withThrowingTaskGroup(of: Outcome.self) { group in
            for _ in 0..<64 { group.addTask { [fixture] in try await fixture.decide().outcome } }
            return try await group.reduce(into: [Outcome]()) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == .allow } == 30)
        #expect(outcomes.count { $0 == .deny } == 34)
    }

    @Test(arguments: ["null", "-1", #""0.2""#, "1e30"])
    func `a cost that is no amount denies`(cost: String) async throws {
        try fixture.install(ScriptedPolicy.ruling(budgets: Self.budget(1_000_000, cost: cost)))
        let decision = try await fixture.decide()
        #expect(decision.reason.code == .evaluationError)
        #expect(decision.reason.policy == "b")
    }

    @Test func `a budget by session needs a session`() async throws {
        try fixture.install(ScriptedPolicy.ruling(budgets: Self.budget(1_000_000, cost: "1", per: "session")))
        #expect(try await fixture.decide().reason.code == .evaluationError)
        #expect(try await fixture.decide(more: #", "session_id": "s1""#).outcome == .allow)
        #expect(try await fixture.decide(more: #", "session_id": "s1""#).reason.code == .budgetExceeded)
        #expect(try await fixture.decide(more: #", "session_id": "s2""#).outcome == .allow)
    }

    @Test func `a rate says when to come again`() async throws {
        try fixture.install(
            ScriptedPolicy.ruling(rates: #"[{"policy": "b", "rule": "rps", "per": "tool", "rps": 0.5, "burst": 1}]"#))
        #expect(try await fixture.decide().outcome == .allow)
        let refused = try await fixture.decide()
        #expect(refused.reason.code == .rateExceeded)
        #expect(refused.limits.retryAfterSeconds == 2)
        #expect(
            refused.reason
                == DecisionReason(
                    .rateExceeded, "calls come faster than 0.5 a second (1 at once) per tool; try again in 2 s",
                    policy: "b", rule: "rps"))
        fixture.clock.advance(seconds: 2)
        #expect(try await fixture.decide().outcome == .allow)
    }

    @Test func `a refused budget says what is left, and when its window ends`() async throws {
        try fixture.install { input in
            ScriptedPolicy.ruling(
                budgets: Self.budget(1_000_000, cost: input.lookup("context").lookup("cost").numberText ?? "0"))
        }
        func limits(cost: String) async throws -> Decision.Limits {
            try await fixture.decide(more: #", "context": {"cost": \#(cost)}"#).limits
        }
        #expect(try await limits(cost: "0.6") == .init(budgetRemaining: "0.40 USD"))
        // 04:52:03 UTC: the day has 68 877 seconds left.
        #expect(try await limits(cost: "0.5") == .init(budgetRemaining: "0.40 USD", retryAfterSeconds: 68_877))
        // It costs more than a whole day has: waiting does not help.
        #expect(try await limits(cost: "1.1") == .init(budgetRemaining: "0.40 USD"))
    }

    @Test func `of budgets in several currencies the one with the smallest share left is told`() async throws {
        func budget(_ currency: String, _ limit: Int, _ cost: Int) -> String {
            String(Self.budget(limit * 1_000_000, cost: String(cost), rule: currency).dropFirst().dropLast())
                .replacing("USD", with: currency)
        }
        try fixture.install(
            ScriptedPolicy.ruling(budgets: "[\(budget("EUR", 10, 1)), \(budget("JPY", 10_000, 9_900))]"))
        #expect(try await fixture.decide().limits.budgetRemaining == "100.00 JPY")
    }

    @Test func `a day begins in the tenant's own time zone`() async throws {
        try fixture.install(settings: #"{"time_zone": "Asia/Tokyo"}"#) { _ in
            ScriptedPolicy.ruling(budgets: Self.budget(1_000_000, cost: "1"))
        }
        #expect(try await fixture.decide().outcome == .allow)
        // 04:52:03 UTC is 13:52:03 in Tokyo: its midnight comes in 36 477 seconds, long before UTC's.
        fixture.clock.advance(seconds: 36_476)
        #expect(try await fixture.decide().reason.code == .budgetExceeded)
        fixture.clock.advance(seconds: 1)
        #expect(try await fixture.decide().outcome == .allow)
    }

    @Test func `a call that spends nothing touches no store`() async throws {
        try fixture.install(ScriptedPolicy.ruling())
        #expect(try await fixture.decide().outcome == .allow)
        #expect(fixture.ledger.calls == 0)
    }

    // 6. The reason is the first one's, and the others are listed.

    @Test func `the reason carries the others along`() async throws {
        try fixture.install(
            ScriptedPolicy.ruling(
                outcome: "deny", code: "policy_deny", policy: "first", rule: "one",
                also: #"[{"code": "endpoint_not_allowed", "message": "m", "policy": "second", "rule": "two"}]"#))
        let reason = try await fixture.decide().reason
        #expect(
            reason
                == DecisionReason(
                    .policyDeny, "as policy says", policy: "first", rule: "one",
                    also: [DecisionReason(.endpointNotAllowed, "m", policy: "second", rule: "two")]))
    }

    // 7. Shadow policies are counted and never enforced.

    @Test(arguments: [
        (ScriptedPolicy.ruling(outcome: "deny", code: "policy_deny"), Outcome.deny),
        (ScriptedPolicy.approvalRuling(), .approvalNeeded), (ScriptedPolicy.ruling(), .allow),
        (ScriptedPolicy.ruling(sanitize: Self.hideMemo), .sanitize),
    ])
    func `would is told and not enforced`(would: String, outcome: Outcome) async throws {
        try fixture.install(ScriptedPolicy.ruling(would: would))
        let decision = try await fixture.decide(parameters: #"{"memo": "123-45-6789"}"#)
        #expect(decision.outcome == .allow)
        #expect(decision.parameters == nil)
        #expect(decision.wouldOutcome == outcome)
        #expect(try await fixture.desk.list(for: DecisionFixture.jane) == [])
    }

    @Test func `shadow budgets run on books of their own`() async throws {
        let would = ScriptedPolicy.ruling(budgets: Self.budget(1_000_000, cost: "0.6"))
        try fixture.install(ScriptedPolicy.ruling(budgets: Self.budget(9_000_000, cost: "0.6"), would: would))
        #expect(try await fixture.decide().wouldOutcome == .allow)
        let second = try await fixture.decide()
        #expect(second.outcome == .allow)
        #expect(second.wouldOutcome == .deny)
        #expect(second.limits.budgetRemaining == "7.80 USD")
    }

    @Test(arguments: [false, true])
    func `what the shadow's books took of a refused call is confirmed, or given back with it`(
        recordFails: Bool
    ) async throws {
        let would = ScriptedPolicy.ruling(budgets: Self.budget(1_000_000, cost: "0.6"))
        try fixture.install(ScriptedPolicy.ruling(budgets: Self.budget(500_000, cost: "0.6"), would: would))
        fixture.recorder.fault.isActive = recordFails
        let refused = try await fixture.decide()
        #expect(refused.reason.code == (recordFails ? .auditUnavailable : .budgetExceeded))
        fixture.recorder.fault.isActive = false
        // Confirmations are written with the next change.
        let second = try await fixture.decide()
        #expect(second.wouldOutcome == (recordFails ? .allow : .deny), "the shadow's budget has room for one")
        #expect(try await fixture.ledger.unconfirmed().contains(refused.id) == false)
    }

    @Test(arguments: [
        (ScriptedPolicy.ruling(outcome: "deny", code: "no_matching_rule"), Outcome.deny),
        (ScriptedPolicy.approvalRuling(), .approvalNeeded),
        (ScriptedPolicy.ruling(sanitize: Self.hideMemo), .sanitize), ("{}", .deny),
    ])
    func `a tenant in shadow allows everything and notes what would be`(ruling: String, outcome: Outcome) async throws {
        try fixture.install(settings: #"{"mode": "shadow"}"#) { _ in ruling }
        let decision = try await fixture.decide(parameters: #"{"memo": "123-45-6789"}"#)
        #expect(decision.outcome == .allow)
        #expect(decision.mode == .shadow)
        #expect(decision.wouldOutcome == outcome)
        #expect(decision.parameters == nil)
        #expect(fixture.recorder.entries.last?.answer.wouldOutcome == outcome)
    }

    @Test func `a value that shadow policies cannot count is what they would deny for`() async throws {
        let uncounted = ScriptedPolicy.ruling().replacing(
            #""rates": []"#,
            with: #""rates": [], "distinct": [{"policy": "p", "rule": "r", "limit": 3, "value": null}]"#)
        try fixture.install(uncounted)
        let denied = try await fixture.decide(more: #", "session_id": "s""#)
        #expect(denied.outcome == .deny && denied.reason.code == .evaluationError)
        try fixture.install(sequence: 2) { _ in ScriptedPolicy.ruling(would: uncounted) }
        let shadowed = try await fixture.decide(more: #", "session_id": "s""#)
        #expect(shadowed.outcome == .allow)
        #expect(shadowed.would?.reason == denied.reason)
    }

    @Test func `a tenant in shadow charges only the shadow books`() async throws {
        try fixture.install(settings: #"{"mode": "shadow"}"#) { _ in
            ScriptedPolicy.ruling(budgets: Self.budget(1_000_000, cost: "1"))
        }
        #expect(try await fixture.decide().wouldOutcome == .allow)
        let second = try await fixture.decide()
        #expect(second.outcome == .allow)
        #expect(second.wouldOutcome == .deny)
    }

    @Test func `faults of identity deny also in shadow`() async throws {
        try fixture.install(settings: #"{"mode": "shadow"}"#) { _ in ScriptedPolicy.ruling() }
        #expect(try await fixture.decide(key: "stray").reason.code == .unauthenticatedAgent)
        #expect(try await fixture.decide(more: #", "agent": {"id": "llm-agent"}"#).outcome == .deny)
        #expect(try await fixture.decide(more: #", "override_token": "x""#).reason.code == .tokenInvalid)
        #expect(try await fixture.decide(more: #", "delegation": "x""#).reason.code == .chainInvalid)
        fixture.recorder.fault.isActive = true
        #expect(try await fixture.decide().reason.code == .auditUnavailable)
        #expect(try await fixture.decide().outcome == .deny)
    }
}
