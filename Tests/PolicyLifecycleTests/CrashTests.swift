import PolicyBundles
import PolicyLifecycle
import SignedTokens
import Testing

/// The machine goes away between any two writes; nothing is lost, nothing is half, and the same command finishes the work.
@Suite struct CrashTests {
    @Test(arguments: 0...20)
    func `after a crash at any write the same steps lead to the same end`(writes: Int) async throws {
        let cast = try Cast()
        let store = MemoryHistoryStore()
        _ = try await cast.open(store)
        store.crashAfter(writes: writes)
        do { try await story(cast, store) } catch {}
        store.crashAfter(writes: nil)
        try await story(cast, store)
        let history = try await PolicyHistory.open(tenant: "acme", in: store)
        #expect(history.state.versions.count == 1)
        #expect(history.state.versions.first?.store == "memory")
        let report = try await HistoryVerifier(tenant: "acme", store: store).verify()
        #expect(report.faults == [])
    }

    @Test func `of two writers one wins and the other is told`() async throws {
        let cast = try Cast()
        let store = MemoryHistoryStore()
        var first = try await cast.open(store)
        var second = try await PolicyHistory.open(tenant: "acme", in: store)
        let id = try await cast.propose(&first)
        try await expect("somebody else has added event 2 meanwhile", .conflict) {
            _ = try await cast.propose(&second, limit: 7)
        }
        var third = try await PolicyHistory.open(tenant: "acme", in: store)
        try await cast.approve(&third, id, by: "lea")
    }

    @Test func `a version that no store has confirmed keeps its number and its bytes`() async throws {
        let cast = try Cast()
        let store = MemoryHistoryStore()
        var history = try await cast.open(store)
        let id = try await cast.propose(&history)
        try await cast.approve(&history, id, by: "lea")
        let bundle = try await history.sign(id, by: cast.key("pia"), at: Cast.start)
        // Crash. Somebody proposes the next one, and it has to wait.
        var later = try await PolicyHistory.open(tenant: "acme", in: store)
        #expect(try await later.bundle(version: 1).archive == bundle.archive)
        let next = try await cast.propose(&later, limit: 2)
        try await cast.approve(&later, next, by: "lea")
        try await expect("version 1 is signed and not yet in the store", .unpublished) {
            _ = try await later.sign(next, by: cast.key("pia"), at: Cast.start)
        }
        _ = try await later.confirm(publishedTo: "memory", by: cast.key("eve"), at: Cast.start)
        try await cast.release(&later, next)
    }

    @Test func `a clock that went back is refused, a few minutes are not`() async throws {
        let cast = try Cast()
        var history = try await cast.open(MemoryHistoryStore())
        let id = try await cast.propose(&history)
        let early = Cast.start.adding(seconds: -301)
        try await expect("this machine says \(early), and the last event is of \(Cast.start)", .eventTime) {
            _ = try await history.approve(id, as: "approver", by: cast.key("lea"), at: early)
        }
        let event = try await history.approve(
            id, as: "approver", by: cast.key("lea"), at: Cast.start.adding(seconds: -300))
        #expect(event.event.time == Cast.start)
    }

    /// Each step is taken only where the history does not have it yet, as the commands do.
    private func story(_ cast: Cast, _ store: MemoryHistoryStore) async throws {
        var history = try await PolicyHistory.open(tenant: "acme", in: store)
        let id: String
        if let open = history.state.proposals.first { id = open.id } else { id = try await cast.propose(&history) }
        if history.state.proposal(id)?.approvals.isEmpty == true { try await cast.approve(&history, id, by: "lea") }
        if history.state.versions.isEmpty { _ = try await history.sign(id, by: cast.key("pia"), at: Cast.start) }
        if history.state.versions.last?.store == nil {
            _ = try await history.confirm(publishedTo: "memory", by: cast.key("pia"), at: Cast.start)
        }
    }
}
