import PolicyBundles
import PolicyLifecycle
import SignedTokens
import Testing

/// An event's time is its signer's word, and is held to the clock of whoever takes it.
@Suite struct EventTimeTests {
    /// A comment that lea signed elsewhere as of some time, and a history of `Cast.start` that does not have it yet.
    private func comment(at time: UTCTime) async throws -> (PolicyHistory, SignedEvent) {
        let cast = try Cast()
        let store = MemoryHistoryStore()
        var history = try await cast.open(store)
        let id = try await cast.propose(&history)
        var elsewhere = try await PolicyHistory.open(tenant: "acme", in: store.copy())
        return (history, try await elsewhere.comment(on: id, "hello", by: cast.key("lea"), at: time))
    }

    @Test(arguments: [(Int64(10_000), Int64(0)), (301, 0), (0, 901)])
    func `a time to come is not taken, and a time long past is not either`(offset: Int64, passed: Int64) async throws {
        let time = Cast.start.adding(seconds: offset)
        let now = Cast.start.adding(seconds: passed)
        let (before, event) = try await comment(at: time)
        var history = before
        try await expect("the event is of \(time), and it is \(now) here", .eventTime) {
            try await history.receive(event, now: now)
        }
        #expect(history.events.count == 2)
    }

    @Test(arguments: [(Int64(300), Int64(0)), (0, 900), (0, 0)])
    func `minutes are how clocks differ, and how long a way takes`(offset: Int64, passed: Int64) async throws {
        let (before, event) = try await comment(at: Cast.start.adding(seconds: offset))
        var history = before
        try await history.receive(event, now: Cast.start.adding(seconds: passed))
        #expect(history.events.last == event)
    }

    @Test func `an event of the future that a folder has is named`() async throws {
        let cast = try Cast()
        let store = MemoryHistoryStore()
        var history = try await cast.open(store)
        let id = try await cast.propose(&history)
        let late = try #require(UTCTime("9999-01-01T00:00:00Z"))
        _ = try await history.comment(on: id, "from a wrong clock", by: cast.key("lea"), at: late)
        let report = try await HistoryVerifier(tenant: "acme", store: store, now: Cast.start).verify()
        #expect(
            report.faults.map(\.description) == [
                """
                acme/events/000003.json: error: event 3 is of \(late), which is still to come [history.event-time]
                fix: compare the clocks; an event that a wrong clock signed is taken away and signed again
                """
            ])
        let error = await #expect(throws: LifecycleError.self) {
            _ = try await history.comment(on: id, "now", by: cast.key("nils"), at: Cast.start)
        }
        #expect(error?.location == "acme/events/000003.json")
        #expect(error?.fix?.contains("event 3 was signed by a wrong one: take its file away") == true)
    }
}
