import PolicyBundles
import PolicyLifecycle
import SignedTokens
import Testing

/// Whoever changes a history is found, and what they changed is named.
@Suite struct TamperTests {
    private static let path = "acme/events/000004.json"

    /// Two versions: 1 trusted, 2 proposed, 3 commented, 4 approved, 5 signed, 6 published, 7 to 10 the second.
    private func history() async throws -> (Cast, MemoryHistoryStore) {
        let cast = try Cast()
        let store = MemoryHistoryStore()
        var history = try await cast.open(store)
        let id = try await cast.propose(&history)
        _ = try await history.comment(on: id, "why 100?", by: cast.key("lea"), at: Cast.start)
        try await cast.approve(&history, id, by: "lea")
        try await cast.release(&history, id)
        try await cast.publish(&history, limit: 2)
        return (cast, store)
    }

    private func faults(_ store: MemoryHistoryStore, head: String? = nil) async throws -> [LifecycleError] {
        try await HistoryVerifier(tenant: "acme", store: store, expectedHead: head).verify().faults
    }

    @Test func `one altered byte of an event is named, with what it was`() async throws {
        let (_, store) = try await history()
        let bytes = try #require(store.read(Self.path))
        let text = String(decoding: bytes, as: UTF8.self)
        let comment = try #require(text.firstRange(of: #""comment":"fine""#))
        let offset = text.utf8.distance(from: text.startIndex, to: comment.lowerBound) + 11
        store.edit(Self.path) { $0[offset] = UInt8(ascii: "m") }
        let found = try await faults(store)
        let id = try #require(found.first?.message.split(separator: "(").last?.prefix(20))
        #expect(found.map(\.location) == [Self.path])
        #expect(found.map(\.byte) == [offset])
        #expect(
            found.first?.description == """
                \(Self.path): byte \(offset): error: event 4 (\(id), approved by `lea`) was altered: byte \(offset) is `m` and was `f` [history.event-changed]
                fix: restore the file from a copy
                """)
        await #expect(throws: LifecycleError.self) { try await PolicyHistory.open(tenant: "acme", in: store) }
    }

    @Test func `bytes all over an event count`() async throws {
        let (_, store) = try await history()
        for index in 1...6 {
            let path = "acme/events/00000\(index).json"
            let bytes = try #require(store.read(path))
            for offset in stride(from: index, to: bytes.count, by: 53) {
                let copy = store.copy()
                copy.edit(path) { $0[offset] ^= 1 }
                await #expect(throws: LifecycleError.self, "\(path), byte \(offset)") {
                    try await PolicyHistory.open(tenant: "acme", in: copy)
                }
            }
        }
    }

    @Test func `one altered byte of any file of the history is found and its file is named`() async throws {
        let (_, store) = try await history()
        for path in store.paths {
            let size = try #require(store.read(path)).count
            let copy = store.copy()
            copy.edit(path) { $0[size / 2] ^= 4 }
            let found = try await faults(copy)
            #expect(found.contains { $0.location == path }, "\(path): \(found)")
        }
    }

    @Test func `a missing event, an exchanged order and a missing end are found`() async throws {
        let (_, store) = try await history()
        let head = try await HistoryVerifier(tenant: "acme", store: store).verify().head

        let gap = store.copy()
        gap.set(Self.path, nil)
        #expect(
            try await faults(gap).map(\.description) == [
                """
                \(Self.path): error: event 4 is gone, and there are later ones [history.event-missing]
                fix: restore the file from a copy
                """
            ])
        await #expect(throws: LifecycleError.self) { try await PolicyHistory.open(tenant: "acme", in: gap) }

        // A file's name is anybody's, and says nothing about how many events there are.
        let far = store.copy()
        far.set("acme/events/99999999999.json", [])
        #expect(
            try await faults(far).map(\.message) == [
                "events 11 to 99999999998 are gone, and there are later ones",
                "this is not strict JSON: 1:1: expected a value, found the end of the text",
            ])

        let swapped = store.copy()
        swapped.set(Self.path, store.read("acme/events/000003.json"))
        swapped.set("acme/events/000003.json", store.read(Self.path))
        #expect(try await faults(swapped).first?.code == .eventOrder)

        let short = store.copy()
        short.set("acme/events/000010.json", nil)
        #expect(try await faults(short) == [])
        #expect(try await faults(short, head: head).map(\.code) == [.headMismatch])

        let extra = store.copy()
        extra.set("acme/events/notes.txt", [])
        #expect(try await faults(extra).map(\.code) == [.unexpectedFile])
    }

    @Test func `an approval cannot be replayed for another version, proposal or tenant`() async throws {
        let (cast, store) = try await history()
        var history = try await PolicyHistory.open(tenant: "acme", in: store)
        let approval = history.events[3]
        let id = try await cast.propose(&history, limit: 3)
        try await expect(nil, .eventOrder) { try await history.append(approval) }

        // With its place forged, the signature does not fit any more.
        let event = approval.event
        guard case .approved(let verdict) = event.body else { return }
        let moved = LifecycleEvent(
            moving: event, index: history.state.count + 1, previous: history.state.head, id: "apr_0123456789abcdef")
        let forged = try forge(moved, signature: approval.signature)
        try await expect(nil, .eventChanged) { try await history.append(forged) }

        // Signed by the approver for another content, it is not about this proposal.
        let other = try SignedEvent(
            signing: LifecycleEvent(
                moving: moved, body: .approved(Verdict(moving: verdict, to: id))), with: cast.key("lea"))
        try await expect(nil, .contentMismatch) { try await history.append(other) }

        var globex = try await PolicyHistory.open(tenant: "globex", in: store)
        try await globex.adopt(
            try cast.nextRoot { root in
                root.keys = root.keys.map { TrustedKey($0.key, person: $0.person, roles: $0.roles) }
            },
            by: cast.key("maria"), at: Cast.start)
        try await expect(
            "the event is of tenant `acme`, and this is the history of `globex`", .eventReplayed
        ) { try await globex.append(history.events[1]) }
    }

    @Test func `an event that its signer changed its mind about, with all later ones, is not what others signed`()
        async throws
    {
        let (cast, store) = try await history()
        let history = try await PolicyHistory.open(tenant: "acme", in: store)
        // lea signs a harsher comment into event 3; event 4 names the old one.
        let old = history.events[2].event
        guard case .commented(let remark) = old.body else { return }
        let new = try SignedEvent(
            signing: LifecycleEvent(moving: old, body: .commented(Remark(moving: remark, comment: "fine by me"))),
            with: cast.key("lea"))
        store.set("acme/events/000003.json", new.bytes)
        #expect(
            try await faults(store).map(\.message) == [
                "event 4 does not follow the event before it, which was altered or exchanged"
            ])
    }

    private func forge(_ event: LifecycleEvent, signature: String) throws -> SignedEvent {
        let text = String(decoding: event.payload, as: UTF8.self)
        // Canonical order puts `signature` behind `schema_version`, `role` and before `tenant`.
        let forged = text.replacing(#","tenant":"#, with: #","signature":"\#(signature)","tenant":"#)
        return try SignedEvent(reading: Array(forged.utf8) + [0x0a])
    }
}
