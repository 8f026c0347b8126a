import AegisTesting
import Approvals
import Decisions
import RegoValues
import Testing

@Suite struct AnswerTests {
    let fixture: DecisionFixture

    init() throws { fixture = try DecisionFixture() }

    @Test func `an answer has its fields in the documented order`() async throws {
        try fixture.install(
            ScriptedPolicy.ruling(
                sanitize: CompositionTests.hideMemo, budgets: CompositionTests.budget(20_000_000, cost: "6.6")))
        let decision = try await fixture.decide(parameters: #"{"memo": "123-45-6789"}"#)
        #expect(
            String(decoding: decision.json, as: UTF8.self)
                == #"{"decision_id":"\#(decision.id)","decision":"sanitize","decision_reason":{"code":"policy_allow","#
                + #""message":"as policy says","policy":"p","rule":"r"},"policy_version":"acme/1@sha256:000000000000","#
                + #""mode":"enforce","would_decision":null,"agent_id":"finance-agent","tool_name":"payments.transfer","#
                + #""approval":null,"parameters":{"currency":"EUR","memo":"[REDACTED:us_ssn]"},"#
                + #""redactions":[{"path":"/memo","detector":"us_ssn","count":1}],"#
                + #""limits":{"budget_remaining":"13.40 USD"},"trace_id":null,"receipt":{"log":"test/acme","index":0,"#
                + #""leaf_hash":"0000000000000000000000000000000000000000000000000000000000000000","#
                + #""checkpoint_size":1}}"#)
    }

    @Test func `a held call names its approval`() async throws {
        try fixture.install(ScriptedPolicy.approvalRuling())
        let decision = try await fixture.decide()
        let document = try Document(json: decision.json)
        defer { withExtendedLifetime(document) {} }
        let answer = document.root
        #expect(answer.lookup("decision").string == "approval_needed")
        #expect(answer.lookup("approval").lookup("status").string == "pending")
        #expect(answer.lookup("approval").lookup("expires_at").string == "2026-11-23T05:22:03.000Z")
        #expect(answer.lookup("parameters").kind == .null)
    }

    @Test func `a retry under an idempotency key gets the first answer and spends once`() async throws {
        try fixture.install(
            ScriptedPolicy.ruling(
                sanitize: CompositionTests.hideMemo, budgets: CompositionTests.budget(1_000_000, cost: "1")))
        let parameters = #"{"memo": "123-45-6789"}"#
        let first = try await fixture.decide(parameters: parameters, more: #", "idempotency_key": "k""#)
        let retry = try await fixture.decide(parameters: parameters, more: #", "idempotency_key": "k""#)
        #expect(first.outcome == .sanitize)
        #expect(retry.outcome == .sanitize)
        #expect(retry.id == first.id)
        #expect(retry.parameters == first.parameters)
        #expect(retry.redactions == first.redactions)
        var without = first
        without.receipt = nil
        #expect(retry.json == without.json)
        #expect(fixture.recorder.entries.count == 1)
        let other = try await fixture.decide(parameters: #"{"amount": 1}"#, more: #", "idempotency_key": "k""#)
        #expect(other.reason.code == .idempotencyConflict)
    }

    @Test func `a deny is not remembered`() async throws {
        try fixture.install(ScriptedPolicy.ruling(outcome: "deny", code: "policy_deny"))
        #expect(try await fixture.decide(more: #", "idempotency_key": "k""#).outcome == .deny)
        try fixture.install(sequence: 2) { _ in ScriptedPolicy.ruling() }
        #expect(try await fixture.decide(more: #", "idempotency_key": "k""#).outcome == .allow)
    }

    @Test func `decision ids are version 7 UUIDs that sort by time`() {
        let id = DecisionID(now: Timestamp(nanoseconds: 0x0194_0000_0001 * 1_000_000), randomness: (.max, .max))
        #expect(id.description == "01940000-0001-7fff-bfff-ffffffffffff")
        #expect(DecisionID(parsing: id.description) == id)
        #expect(id < DecisionID(now: Timestamp(nanoseconds: 0x0194_0000_0002 * 1_000_000), randomness: (0, 0)))
        for text in ["", "x", "01940000-0001-7fff-bfff-fffffffffff", "01940000x0001-7fff-bfff-ffffffffffff"] {
            #expect(DecisionID(parsing: text) == nil)
        }
        // Each digit in its place.
        let digits = DecisionID(high: 0x0123_4567_89ab_7def, low: 0x8edc_ba98_7654_3210)
        #expect(digits.description == "01234567-89ab-7def-8edc-ba9876543210")
        #expect(DecisionID(parsing: digits.description) == digits)
    }

    @Test func `every reason code is documented`() throws {
        let page = try Repository.text("docs/reference/decisions.md")
        for code in ReasonCode.allCases { #expect(page.contains("`\(code.rawValue)`"), "\(code.rawValue)") }
    }
}
