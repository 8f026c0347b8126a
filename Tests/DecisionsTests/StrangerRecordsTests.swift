import AegisTesting
import Decisions
import Testing

/// Whoever reaches the gateway cannot make it write without end.
@Suite struct StrangerRecordsTests {
    let fixture: DecisionFixture

    init() throws {
        fixture = try DecisionFixture()
        try fixture.install(ScriptedPolicy.ruling())
    }

    private func stranger(_ body: String = #"{"tool": {"name": "x"}}"#) async -> Decision {
        await fixture.point.decide(json: Array(body.utf8), credentials: .none, point: DecisionFixture.api)
    }

    @Test func `beyond a bound calls that nobody proved are denied and counted, not recorded`() async throws {
        for _ in 0..<1000 { _ = await stranger() }
        #expect(fixture.recorder.entries.count == 1000)
        let unseen = await stranger()
        #expect(unseen.outcome == .deny && unseen.reason.code == .unauthenticatedAgent && unseen.receipt == nil)
        let unread = await stranger("no JSON")
        #expect(unread.outcome == .deny && unread.receipt == nil)
        #expect(fixture.recorder.entries.count == 1000)
        #expect(fixture.point.strangers.unrecorded == 2)
    }

    @Test func `who is proven is recorded however many strangers call`() async throws {
        for _ in 0..<1001 { _ = await stranger() }
        #expect(try await fixture.decide().receipt != nil)
        #expect(try await fixture.decide(tool: "unknown.tool").receipt != nil)
        #expect(fixture.recorder.entries.count == 1002)
    }

    @Test func `nothing is kept of a result that a stranger sends`() async throws {
        let body = Array(#"{"tool": {"name": "payments.transfer"}, "result": "long"}"#.utf8)
        for (credentials, isKept) in [(Credentials.none, false), (try DecisionFixture.credentials("fin"), true)] {
            _ = await fixture.point.redactResult(json: body, credentials: credentials, point: DecisionFixture.api)
            #expect(fixture.recorder.entries.last?.isInputKept == isKept)
        }
    }

    @Test func `after a while strangers leave records again`() async throws {
        for _ in 0..<1001 { _ = await stranger() }
        fixture.clock.advance(seconds: 1)
        for _ in 0..<3 { _ = await stranger() }
        #expect(fixture.recorder.entries.count == 1001)
        #expect(fixture.point.strangers.unrecorded == 3)
        fixture.point.strangers.tell(2)
        #expect(fixture.point.strangers.untold == 1)
    }
}
