import PolicyBundles
import SignedTokens
import Testing

@testable import PolicyLifecycle

/// A store's pointer goes back to an older version, and the history knows of it first.
@Suite struct RecallTests {
    private func published(_ limits: Int...) async throws -> (Cast, PolicyHistory, MemoryHistoryStore) {
        let cast = try Cast()
        let store = MemoryHistoryStore()
        var history = try await cast.open(store)
        for limit in limits { try await cast.publish(&history, limit: limit) }
        return (cast, history, store)
    }

    private func digest(_ number: Int, _ history: PolicyHistory) throws -> BundleDigest {
        try #require(history.state.versions.first { $0.number == number }).digest
    }

    @Test func `what was recalled is none that gateways have`() async throws {
        let (cast, begun, store) = try await published(10, 5, 7)
        var history = begun
        #expect(try await history.change(recallingTo: 1, meaning: RegionTests.meaning)?.widens == ["limit 7 to 10"])
        let event = try await history.recall(
            to: 1, digest: digest(1, history), in: "memory", reason: "7 denies payroll", by: cast.key("pia"),
            at: Cast.start)
        #expect(event?.event.id.hasPrefix("rcl_") == true)
        #expect(history.state.versions.map(\.recalled) == [nil, "7 denies payroll", "7 denies payroll"])
        #expect(history.state.replaced(by: nil).map(\.number) == [1])
        let again = try await history.recall(
            to: 1, digest: digest(1, history), in: "memory", reason: "once more", by: cast.key("pia"), at: Cast.start)
        #expect(again == nil, "the pointer is moved again, and nothing more is to say")
        // The next one is newer than all, and compared with what gateways went back to.
        let change = try await history.change(to: Cast.draft(limit: 9).files, for: nil, meaning: RegionTests.meaning)
        #expect(change == ChangeNote(widens: [], narrows: ["limit 10 to 9"]))
        let bundle = try await cast.publish(&history, limit: 9)
        #expect(bundle.manifest.metadata.version == 4)
        #expect(history.state.replaced(by: nil).map(\.number) == [4])
        let read = try await PolicyHistory.open(tenant: "acme", in: store)
        #expect(read.state.versions.map(\.recalled) == history.state.versions.map(\.recalled))
        #expect(read.state.head == history.state.head)
    }

    @Test func `the latest version comes back from a recall by a rollback`() async throws {
        let (cast, begun, _) = try await published(10, 5)
        var history = begun
        #expect(throws: LifecycleError.self) { try history.restorable(2) }
        _ = try await history.recall(
            to: 1, digest: digest(1, history), in: "memory", reason: "slow", by: cast.key("pia"), at: Cast.start)
        #expect(try history.restorable(2).version == 2)
    }

    @Test func `nobody recalls but publishers, and to nothing but what is out`() async throws {
        let (cast, begun, _) = try await published(10, 5)
        var history = begun
        let known = try digest(1, history)
        func refusal(
            _ to: Int, _ digest: BundleDigest, _ store: String, _ person: String
        ) async throws -> LifecycleError.Code? {
            do {
                _ = try await history.recall(
                    to: to, digest: digest, in: store, reason: "why", by: cast.key(person), at: Cast.start)
                return nil
            } catch let error as LifecycleError { return error.code }
        }
        #expect(try await refusal(1, known, "memory", "maria") == .notPermitted)
        #expect(try await refusal(1, known, "elsewhere", "pia") == .unknownVersion)
        #expect(try await refusal(1, BundleDigest(of: [1]), "memory", "pia") == .contentMismatch)
        #expect(try await refusal(2, try digest(2, history), "memory", "pia") == .unknownVersion)
        #expect(try await refusal(7, known, "memory", "pia") == .unknownVersion)
        #expect(try await refusal(1, known, "memory", "pia") == nil)
    }

    @Test func `the same step at the same place is the same event`() async throws {
        let (cast, history, _) = try await published(10)
        let body = EventBody.commented(
            Remark(proposal: "prp_0000000000000000", contentDigest: BundleDigest(of: [1]), comment: "why?"))
        func id(_ body: EventBody, _ key: String, _ seconds: Int64) throws -> String {
            try history.draft(
                body, by: cast.key(key).name, at: UTCTime(seconds: Cast.start.seconds + seconds)
            ).id
        }
        let first = try id(body, "lea", 1)
        #expect(first.wholeMatch(of: /cmt_[0-9a-f]{16}/) != nil)
        #expect(try id(body, "lea", 1) == first)
        #expect(try Set([first, id(body, "omar", 1), id(body, "lea", 2)]).count == 3)
    }
}
