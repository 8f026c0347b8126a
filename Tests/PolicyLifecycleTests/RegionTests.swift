import PolicyBundles
import PolicyLifecycle
import SignedTokens
import Testing

/// What a change widens is told against what gateways of its region have, and against nothing else.
@Suite struct RegionTests {
    /// Limits are what widens here: more is more.
    static let meaning: ChangeMeaning = { old, new, _ in
        func limit(_ files: [BundleFile]) -> Int {
            let text = files.first { $0.path == "data.json" }.map { String(decoding: $0.bytes, as: UTF8.self) } ?? ""
            return Int(text.filter(\.isNumber)) ?? 0
        }
        let (before, after) = (limit(old), limit(new))
        return ChangeNote(
            widens: after > before ? ["limit \(before) to \(after)"] : [],
            narrows: after < before ? ["limit \(before) to \(after)"] : [])
    }

    private func publish(
        _ cast: Cast, _ history: inout PolicyHistory, limit: Int, region: String?
    ) async throws -> ChangeNote? {
        var draft = Cast.draft(limit: limit)
        draft.region = region
        draft.change = try await history.change(to: draft.files, for: region, meaning: Self.meaning)
        let id = try await history.propose(draft, by: cast.key("maria"), at: Cast.start).event.id
        try await cast.approve(&history, id, by: "lea")
        _ = try await history.sign(id, acknowledgesWidening: true, by: cast.key("pia"), at: Cast.start)
        _ = try await history.confirm(publishedTo: region ?? "memory", by: cast.key("pia"), at: Cast.start)
        return draft.change
    }

    @Test func `a wide version of another region hides no widening`() async throws {
        let cast = try Cast()
        var history = try await cast.open(MemoryHistoryStore())
        #expect(try await publish(cast, &history, limit: 10, region: "eu") == nil)
        #expect(try await publish(cast, &history, limit: 99, region: "us") == nil)
        #expect(try await publish(cast, &history, limit: 99, region: "eu")?.widens == ["limit 10 to 99"])
        #expect(history.state.replaced(by: "eu").map(\.number) == [3])
        #expect(history.state.replaced(by: "us").map(\.number) == [2])
        #expect(history.state.replaced(by: "ap").isEmpty)
        // One for every region replaces what each of them has.
        let all = try await history.change(to: Cast.draft(limit: 100).files, for: nil, meaning: Self.meaning)
        #expect(all?.widens == ["in us: limit 99 to 100", "in eu: limit 99 to 100"])
        #expect(try await publish(cast, &history, limit: 5, region: nil)?.narrows.count == 2)
        #expect(history.state.replaced(by: "eu").map(\.number) == [4])
        #expect(try await publish(cast, &history, limit: 6, region: "eu")?.widens == ["limit 5 to 6"])
        #expect(history.state.replaced(by: "us").map(\.number) == [4])
        #expect(history.state.replaced(by: nil).map(\.number) == [4, 5])
    }

    @Test func `going back to what allows more takes the acknowledgement, and leaves nothing behind without it`()
        async throws
    {
        let cast = try Cast()
        let store = MemoryHistoryStore()
        var history = try await cast.open(store)
        _ = try await publish(cast, &history, limit: 99, region: nil)
        _ = try await publish(cast, &history, limit: 10, region: nil)
        let change = try await history.change(of: history.restorable(1).record, meaning: Self.meaning)
        #expect(change == ChangeNote(widens: ["limit 10 to 99"], narrows: []))
        let id = try await history.proposeRollback(
            to: 1, reason: "too tight", change: change, by: cast.key("pia"), at: Cast.start
        ).event.id
        try await expect("the change allows more than before: limit 10 to 99", .wideningUnacknowledged) {
            _ = try await history.sign(id, by: cast.key("pia"), at: Cast.start)
        }
        _ = try await history.sign(id, acknowledgesWidening: true, by: cast.key("pia"), at: Cast.start)
        let report = try await HistoryVerifier(tenant: "acme", store: store, meaning: Self.meaning).verify()
        #expect(report.faults == [])
        #expect(!report.notes.contains { $0.contains("widening") })
    }

    @Test func `a publisher who notes no widening and acknowledges none is found out`() async throws {
        let cast = try Cast()
        let store = MemoryHistoryStore()
        var history = try await cast.open(store)
        try await cast.publish(&history, limit: 10)
        // With a client of their own: no note, no acknowledgement.
        try await cast.publish(&history, limit: 99)
        let report = try await HistoryVerifier(tenant: "acme", store: store, meaning: Self.meaning).verify()
        #expect(report.faults == [])
        #expect(
            report.notes.contains(
                "version 2, signed by `pia` without acknowledging a widening: the change allows more than before: limit 10 to 99"
            ))
        let id = try await cast.propose(&history, limit: 100)
        try await expect("the change allows more than before: limit 99 to 100", .wideningUnacknowledged) {
            try await history.checkWidening(of: id, isAcknowledged: false, meaning: Self.meaning)
        }
        try await history.checkWidening(of: id, isAcknowledged: true, meaning: Self.meaning)
    }
}
