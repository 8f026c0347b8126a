import AegisTesting
import Decisions
import RegoValues
import Testing

/// Ids are recorded in clear, so what is personal or secret in them is not kept.
@Suite struct HiddenIdentifierTests {
    let fixture: DecisionFixture
    static let ids = ", \"session_id\": \"ssn 123-45-6789\", \"idempotency_key\": \"card 4111111111111111\""

    init() throws {
        fixture = try DecisionFixture()
        try fixture.install(ScriptedPolicy.ruling(budgets: CompositionTests.budget(1_000_000, cost: "0.6")))
    }

    @Test func `a session and a key in which something is found are recorded as pseudonyms`() async throws {
        #expect(try await fixture.decide(more: Self.ids).outcome == .allow)
        let entry = try #require(fixture.recorder.entries.last)
        #expect(entry.sessionID?.hasPrefix("[us_ssn:") == true)
        #expect(entry.idempotencyKey?.hasPrefix("[payment_card:") == true)
    }

    @Test func `a retry under such a key spends nothing`() async throws {
        let first = try await fixture.decide(more: Self.ids)
        #expect(try await fixture.decide(more: Self.ids).id == first.id)
        #expect(fixture.recorder.entries.count == 1)
    }

    @Test func `policies see the same session in each of its calls`() async throws {
        try fixture.install(sequence: 2) { input in
            let session = input.lookup("session")
            return ScriptedPolicy.ruling(
                rule:
                    "calls_\(session.lookup("calls").int64 ?? -1)_\(session.lookup("id").string == "s-1" ? "own" : "hidden")"
            )
        }
        let session = ", \"session_id\": \"ssn 123-45-6789\""
        #expect(try await fixture.decide(more: session).reason.rule == "calls_0_hidden")
        #expect(try await fixture.decide(more: session).reason.rule == "calls_1_hidden")
        #expect(try await fixture.decide(more: ", \"session_id\": \"s-1\"").reason.rule == "calls_0_own")
    }

    @Test func `ids of calls that nobody proved are not recorded`() async throws {
        let refused = await fixture.point.decide(
            json: Array("{\"tool\": {\"name\": \"x\"}\(Self.ids)}".utf8), credentials: .none,
            point: DecisionFixture.api)
        #expect(refused.reason.code == .unauthenticatedAgent)
        let entry = try #require(fixture.recorder.entries.last)
        #expect(entry.sessionID == nil && entry.idempotencyKey == nil)
    }
}
