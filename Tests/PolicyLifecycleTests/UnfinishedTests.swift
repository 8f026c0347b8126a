import PolicyBundles
import PolicyLifecycle
import SignedTokens
import Testing

/// A version is signed, its store is down, and meanwhile the trust root changes.
@Suite struct UnfinishedTests {
    /// Version 1 is out; version 2 is signed by pia and in no store.
    private func unfinished(_ cast: Cast, _ store: MemoryHistoryStore) async throws -> PolicyHistory {
        var history = try await cast.open(store)
        try await cast.publish(&history, limit: 1)
        let id = try await cast.propose(&history, limit: 2)
        try await cast.approve(&history, id, by: "lea")
        _ = try await history.sign(id, by: cast.key("pia"), at: Cast.start)
        #expect(try await history.unconfirmedBundle()?.manifest.metadata.version == 2)
        return history
    }

    struct Turn: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let refusal: String
        let change: @Sendable (inout TrustRoot) -> Void
    }

    static let turns = [
        Turn(testDescription: "the signer is compromised", refusal: "was revoked") { root in
            root.keys = root.keys.map { key in
                key.person == "pia"
                    ? key.changed(
                        validUntil: nil, revocation: Revocation(at: Cast.start, reason: "stolen", isCompromised: true))
                    : key
            }
        },
        Turn(testDescription: "the quorum is raised", refusal: "approvals are missing: 1 approver") { root in
            root.reviewRules = ReviewRulebook(byTenant: ["acme": ReviewRules(quorum: [PolicyRole.approver: 2])])
        },
        Turn(testDescription: "the signer is no publisher any more", refusal: "") { root in
            root.keys = root.keys.map { key in
                guard key.person == "pia" else { return key }
                return TrustedKey(key.key, tenants: key.tenants, person: key.person, roles: [PolicyRole.author])
            }
        },
    ]

    @Test(arguments: turns)
    func `what gateways would not take any more is given up, and the next version follows`(_ turn: Turn) async throws {
        var cast = try Cast()
        let store = MemoryHistoryStore()
        var history = try await unfinished(cast, store)
        cast.root = try cast.nextRoot(turn.change)
        try await history.adopt(cast.root, by: cast.key("eve"), at: Cast.start)

        let refused = await #expect(throws: LifecycleError.self) { _ = try await history.unconfirmedBundle() }
        #expect(refused?.code == .bundleInvalid)
        #expect(refused?.message.contains(turn.refusal) == true)
        // It can still be looked at, as it was signed.
        #expect(try await history.bundle(version: 2).manifest.metadata.version == 2)

        _ = try await history.abandon(reason: "not allowed any more", by: cast.key("eve"), at: Cast.start)
        #expect(history.state.unconfirmed == nil)
        let id = try await cast.propose(&history, limit: 3)
        try await cast.approve(&history, id, by: "lea")
        try await cast.approve(&history, id, by: "nils")
        let third = try await cast.release(&history, id, by: "eve")
        #expect(third.manifest.metadata.version == 3)
        // A gateway at version 1 takes it.
        var gateway = BundleVerifier(trust: try cast.root.root.ring(), tenant: "acme")
        gateway.active = try await history.bundle(version: 1).asActive
        _ = try gateway.verify(UnverifiedBundle(archive: third.archive, name: "b"), now: Cast.start.seconds)
        // What is compared with version 3 is version 1: nobody ever had version 2.
        #expect(history.state.replaced(by: nil).map(\.number) == [3])
        let report = try await HistoryVerifier(tenant: "acme", store: store, pinned: cast.root).verify()
        #expect(report.faults == [])
        #expect(
            report.notes.contains("version 2 was signed and given up before any store had it: not allowed any more"))
    }

    @Test func `only what is signed and in no store is given up, by a publisher who says why`() async throws {
        let cast = try Cast()
        var history = try await unfinished(cast, MemoryHistoryStore())
        try await expect("`lea` is no publisher and cannot give up a version", .notPermitted) {
            _ = try await history.abandon(reason: "so", by: cast.key("lea"), at: Cast.start)
        }
        try await expect(nil, .textInvalid) {
            _ = try await history.abandon(reason: " ", by: cast.key("eve"), at: Cast.start)
        }
        var other = history
        _ = try await other.confirm(publishedTo: "memory", by: cast.key("eve"), at: Cast.start)
        try await expect("no version is signed and waits for a store", .unknownVersion) {
            _ = try await other.abandon(reason: "so", by: cast.key("eve"), at: Cast.start)
        }
        var third = try await unfinished(try Cast(), MemoryHistoryStore())
        #expect(third.state.unconfirmed?.number == 2)
        _ = try? await third.abandon(reason: "so", by: cast.key("eve"), at: Cast.start)
        #expect(third.state.unconfirmed?.number == 2, "a key that the history does not know gives up nothing")
    }

    @Test func `after the quorum was raised going back says what is missing`() async throws {
        var cast = try Cast()
        var history = try await cast.open(MemoryHistoryStore())
        try await cast.publish(&history, limit: 1)
        try await cast.publish(&history, limit: 2)
        cast.root = try cast.nextRoot { root in
            root.reviewRules = ReviewRulebook(byTenant: ["acme": ReviewRules(quorum: [PolicyRole.approver: 2])])
        }
        try await history.adopt(cast.root, by: cast.key("eve"), at: Cast.start)
        try await expect(
            "version 1 was approved by lea, and the rules of today ask for more: 1 approver", .unreviewed
        ) { _ = try await history.proposeRollback(to: 1, reason: "back", by: cast.key("pia"), at: Cast.start) }
    }

    @Test func `an emergency that was rejected is said until something takes its place`() async throws {
        let cast = try Cast()
        let store = MemoryHistoryStore()
        var history = try await cast.open(store)
        try await cast.publish(&history, limit: 1)
        let urgent = try await cast.propose(&history, limit: 0)
        try await cast.release(&history, urgent, by: "eve", emergency: "leak")
        #expect(history.state.rejectedEmergencies.isEmpty)
        _ = try await history.reject(urgent, as: "approver", reason: "no", by: cast.key("lea"), at: Cast.start)
        #expect(history.state.rejectedEmergencies.map(\.number) == [2])
        let note = "version 2 was published in an emergency and rejected afterwards, and nothing has taken its place"
        #expect(try await HistoryVerifier(tenant: "acme", store: store).verify().notes.contains(note))
        let back = try await history.proposeRollback(to: 1, reason: "rejected", by: cast.key("pia"), at: Cast.start)
        try await cast.release(&history, back.event.id)
        #expect(history.state.rejectedEmergencies.isEmpty)
        #expect(try await !HistoryVerifier(tenant: "acme", store: store).verify().notes.contains(note))
    }
}
