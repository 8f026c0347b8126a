import PolicyBundles
import SignedTokens
import Testing

@testable import PolicyLifecycle

/// A history is read whole by whoever asks about it: nobody makes it large as they like.
@Suite struct HistoryRoomTests {
    /// A proposal that maria signed elsewhere, with the objects that it names, for a history that does not have it yet.
    private func proposal(promoting names: [String]) async throws -> (PolicyHistory, SignedEvent) {
        let cast = try Cast()
        let store = MemoryHistoryStore()
        _ = try await cast.open(store)
        let history = try await PolicyHistory.open(tenant: "acme", in: store)
        let copy = store.copy()
        var elsewhere = try await PolicyHistory.open(tenant: "acme", in: copy)
        var draft = Cast.draft()
        draft.promotes = names
        let event = try await elsewhere.propose(draft, by: cast.key("maria"), at: Cast.start)
        for file in draft.files { _ = try await PolicyHistory.keep(file.bytes, tenant: "acme", in: store) }
        guard case .proposed(let proposal) = event.event.body else { throw CancellationError() }
        for file in proposal.files {
            let bytes = try await PolicyHistory.object(file.digest, tenant: "acme", in: copy)
            _ = try await PolicyHistory.keep(bytes, tenant: "acme", in: store)
        }
        return (history, event)
    }

    @Test func `an event that comes from elsewhere has room for a thousand names, not for megabytes`() async throws {
        let names = (0..<1000).map { "policy-\($0)-" + String(repeating: "x", count: 100) }
        let (before, event) = try await proposal(promoting: names)
        var history = before
        try await history.receive(event, now: Cast.start)
        #expect(history.events.last == event)

        let (other, large) = try await proposal(
            promoting: names + names.map { $0 + "-again" } + names.map { $0 + "-3" })
        history = other
        let most = (256 << 10) + 512 * 4
        try await expect(
            "the event has \(large.bytes.count) bytes, and one with 4 files has at most \(most)", .overQuota
        ) {
            try await history.receive(large, now: Cast.start)
        }
        #expect(history.events == other.events)
    }

    @Test func `a piece of a history ends where it has grown large, and the next one goes on`() async throws {
        let cast = try Cast()
        let store = MemoryHistoryStore()
        var history = try await cast.open(store)
        let id = try await cast.propose(&history)
        for number in 0..<4 {
            let comment = "\(number) " + String(repeating: "c", count: 3000)
            _ = try await history.comment(on: id, comment, by: cast.key("lea"), at: Cast.start)
        }
        var found: [SignedEvent] = []
        var pieces: [Int] = []
        while found.count < history.events.count {
            let (events, count) = try await PolicyHistory.stored(
                tenant: "acme", after: found.count, limit: 100, bytes: 3500, in: store)
            #expect(count == history.events.count)
            found += events
            pieces.append(events.count)
        }
        #expect(found == history.events)
        #expect(pieces.allSatisfy { (1...3).contains($0) } && pieces.count >= 3, "\(pieces)")
    }
}
