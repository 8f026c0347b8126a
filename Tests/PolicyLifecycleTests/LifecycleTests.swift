import PolicyBundles
import PolicyLifecycle
import SignedTokens
import Testing

@Suite struct LifecycleTests {
    @Test func `a proposal is reviewed, approved, signed and published, and the bundle carries its reviews`()
        async throws
    {
        let cast = try Cast(quorum: ["approver": 1, "security": 1])
        let store = MemoryHistoryStore()
        var history = try await cast.open(store)
        let id = try await cast.propose(&history)
        _ = try await history.comment(on: id, "why 100?", by: cast.key("lea"), at: Cast.start)
        try await cast.approve(&history, id, by: "lea")
        try await cast.approve(&history, id, by: "omar", as: "security")
        let bundle = try await cast.release(&history, id)

        let metadata = bundle.manifest.metadata
        #expect(metadata.version == 1)
        #expect(metadata.author == "maria")
        #expect(metadata.reviews.map(\.verdict) == ["commented", "approved", "approved"])
        #expect(metadata.reviews.map(\.reviewer) == ["lea", "lea", "omar"])
        #expect(metadata.reviews.first?.comment == "why 100?")
        #expect(metadata.reviews.dropFirst().map(\.approvalID) == history.state.versions.first?.signed.approvals)
        #expect(
            history.events.map(\.event.body.kind) == [
                .trusted, .proposed, .commented, .approved, .approved, .signed, .published,
            ])

        let again = try await PolicyHistory.open(tenant: "acme", in: store)
        #expect(again.state.head == history.state.head)
        #expect(try await again.bundle(version: 1).archive == bundle.archive)
        let report = try await HistoryVerifier(tenant: "acme", store: store, pinned: cast.root).verify()
        #expect(report.faults == [])
        #expect(report.events == 7)
        #expect(report.approvals == 2)
        #expect(report.head == history.state.head)
    }

    @Test func `a gateway that knows the trust root takes the bundle, and none without its reviews`() async throws {
        let cast = try Cast(quorum: ["approver": 2])
        var history = try await cast.open(MemoryHistoryStore())
        let id = try await cast.propose(&history)
        try await cast.approve(&history, id, by: "lea")
        try await cast.approve(&history, id, by: "omar")
        let bundle = try await cast.release(&history, id)
        let gateway = BundleVerifier(trust: try cast.root.root.ring(), tenant: "acme")
        let archive = try UnverifiedBundle(archive: bundle.archive, name: "b")
        #expect(try gateway.verify(archive, now: Cast.start.seconds).digest == bundle.digest)

        // A stolen publisher's key: the same content, signed without, or with fewer approvals.
        func codes(by signer: String = "pia", _ change: (inout BundleMetadata) -> Void) throws -> [BundleError.Code] {
            var metadata = bundle.manifest.metadata
            change(&metadata)
            let files = bundle.files.filter { ![BundleManifest.path, BundleManifest.signaturePath].contains($0.path) }
            let built = try BundleBuilder(metadata: metadata, files: files).build(
                signedBy: cast.key(signer), at: Cast.start.seconds)
            do {
                _ = try gateway.verify(
                    UnverifiedBundle(archive: built.archive, name: "b"), now: Cast.start.seconds)
                return []
            } catch let refusal as BundleRefusal {
                return refusal.errors.map(\.code)
            }
        }
        #expect(try codes { _ in } == [])
        #expect(try codes { $0.reviews = [] } == [.reviewsMissing])
        #expect(try codes { $0.reviews.removeLast() } == [.reviewsMissing])
        #expect(try codes { $0.reviews[1] = $0.reviews[0] } == [.reviewsMissing])
        #expect(try codes { $0.reviews[0].comment = "never said" } == [.reviewInvalid, .reviewsMissing])
        #expect(try codes { $0.reviews[0].reviewer = "nils" } == [.reviewInvalid, .reviewsMissing])
        #expect(try codes { $0.reviews[1].statement = $0.reviews[0].statement } == [.reviewInvalid, .reviewsMissing])
        #expect(try codes { $0.version = 2 } == [.reviewInvalid, .reviewInvalid, .reviewsMissing])
        #expect(try codes { $0.author = "pia" } == [.reviewInvalid, .reviewInvalid, .reviewsMissing])
        #expect(try codes { $0.emergency = EmergencyNote(by: "pia", reason: "so") } == [.emergencyRefused])
        // An emergency waives approvals, and makes nobody's approval of what is none.
        func emergency(_ change: (inout BundleMetadata) -> Void) throws -> [BundleError.Code] {
            try codes(by: "eve") {
                $0.emergency = EmergencyNote(by: "eve", reason: "so")
                change(&$0)
            }
        }
        #expect(try emergency { $0.reviews = [] } == [])
        #expect(try emergency { $0.reviews.removeLast() } == [])
        #expect(try emergency { $0.reviews[0].reviewer = "nils" } == [.reviewInvalid])
        #expect(try emergency { $0.reviews[1].statement = $0.reviews[0].statement } == [.reviewInvalid])
    }

    @Test func `versions are numbered without gaps and each names its parent`() async throws {
        let cast = try Cast()
        var history = try await cast.open(MemoryHistoryStore())
        let first = try await cast.publish(&history, limit: 1)
        let second = try await cast.publish(&history, limit: 2)
        let third = try await cast.publish(&history, limit: 3)
        #expect(history.state.versions.map(\.number) == [1, 2, 3])
        #expect(first.manifest.metadata.parent == nil)
        #expect(second.manifest.metadata.parent == first.digest)
        #expect(third.manifest.metadata.parent == second.digest)
    }

    @Test func `a rollback publishes the reviewed content under the next number without a new review`() async throws {
        let cast = try Cast()
        let store = MemoryHistoryStore()
        var history = try await cast.open(store)
        let first = try await cast.publish(&history, limit: 1)
        try await cast.publish(&history, limit: 2)
        let back = try await history.proposeRollback(
            to: 1, reason: "2 was too much", by: cast.key("pia"), at: Cast.start)
        let third = try await cast.release(&history, back.event.id)
        #expect(third.manifest.metadata.version == 3)
        #expect(third.manifest.metadata.restores?.version == 1)
        #expect(third.manifest.metadata.restores?.reason == "2 was too much")
        #expect(third.manifest.metadata.reviews == first.manifest.metadata.reviews)
        func content(_ bundle: VerifiedBundle) -> [BundleFile] {
            bundle.files.filter { ![BundleManifest.path, BundleManifest.signaturePath].contains($0.path) }
        }
        #expect(content(third) == content(first))
        // A gateway that asks for reviews believes the old ones: they are of this content.
        let gateway = BundleVerifier(trust: try cast.root.root.ring(), tenant: "acme")
        _ = try gateway.verify(UnverifiedBundle(archive: third.archive, name: "b"), now: Cast.start.seconds)
        // Back to the rollback is back to what it restored.
        try await cast.publish(&history, limit: 4)
        let again = try await history.proposeRollback(to: 3, reason: "again", by: cast.key("pia"), at: Cast.start)
        #expect(try await cast.release(&history, again.event.id).manifest.metadata.restores?.version == 1)
        #expect(try await HistoryVerifier(tenant: "acme", store: store).verify().faults == [])
    }

    @Test func `an emergency goes out alone, and nothing follows it until it is reviewed`() async throws {
        let cast = try Cast()
        let store = MemoryHistoryStore()
        var history = try await cast.open(store)
        try await cast.publish(&history, limit: 1)
        let urgent = try await cast.propose(&history, limit: 0)
        try await expect("`pia` is no emergency and cannot publish without reviews", .notPermitted) {
            _ = try await history.sign(urgent, emergency: "leak", by: cast.key("pia"), at: Cast.start)
        }
        let bundle = try await cast.release(&history, urgent, by: "eve", emergency: "agents leak card numbers")
        #expect(bundle.manifest.metadata.emergency == EmergencyNote(by: "eve", reason: "agents leak card numbers"))
        #expect(history.state.owedReviews.map(\.number) == [2])
        let gateway = BundleVerifier(trust: try cast.root.root.ring(), tenant: "acme")
        _ = try gateway.verify(UnverifiedBundle(archive: bundle.archive, name: "b"), now: Cast.start.seconds)

        let next = try await cast.propose(&history, limit: 3)
        try await cast.approve(&history, next, by: "lea")
        try await expect(
            "version 2 was published in an emergency (agents leak card numbers) and nobody has reviewed it since",
            .emergencyOwed
        ) { _ = try await history.sign(next, by: cast.key("pia"), at: Cast.start) }
        try await expect("`eve` published version 2 in an emergency and cannot review it", .ownProposal) {
            try await cast.approve(&history, urgent, by: "eve")
        }
        try await cast.approve(&history, urgent, by: "nils")
        #expect(history.state.owedReviews.isEmpty)
        try await cast.release(&history, next)
        let report = try await HistoryVerifier(tenant: "acme", store: store).verify()
        #expect(report.faults == [])
    }

    @Test func `an emergency that nobody approves cannot be restored, and going back from it needs no review`()
        async throws
    {
        let cast = try Cast()
        var history = try await cast.open(MemoryHistoryStore())
        try await cast.publish(&history, limit: 1)
        let urgent = try await cast.propose(&history, limit: 0)
        try await cast.release(&history, urgent, by: "eve", emergency: "leak")
        _ = try await history.reject(
            urgent, as: "approver", reason: "too much", by: cast.key("lea"), at: Cast.start)
        let back = try await history.proposeRollback(to: 1, reason: "rejected", by: cast.key("pia"), at: Cast.start)
        try await cast.release(&history, back.event.id)
        try await expect(
            "version 2 was never approved, so it cannot be brought back without review", .unreviewed
        ) { _ = try await history.proposeRollback(to: 2, reason: "no", by: cast.key("pia"), at: Cast.start) }
    }

    @Test func `what is reviewed is what is published: a proposal that lost its number is proposed again`() async throws
    {
        let cast = try Cast()
        var history = try await cast.open(MemoryHistoryStore())
        let slow = try await cast.propose(&history, limit: 5)
        try await cast.approve(&history, slow, by: "lea")
        try await cast.publish(&history, limit: 6)
        try await expect(
            "`\(slow)` was made to be version 1, and version 1 is there already: what was reviewed is not what would be published",
            .stale
        ) { _ = try await history.sign(slow, by: cast.key("pia"), at: Cast.start) }
        try await expect(nil, .stale) { try await cast.approve(&history, slow, by: "nils") }
        let again = try await cast.propose(&history, limit: 5, revises: slow)
        try await expect("`\(again)` lacks approvals: 1 approver", .quorumMissing) {
            _ = try await history.sign(again, by: cast.key("pia"), at: Cast.start)
        }
    }

    @Test func `a widening is published with its own acknowledgement only`() async throws {
        let cast = try Cast()
        var history = try await cast.open(MemoryHistoryStore())
        var draft = Cast.draft()
        draft.change = ChangeNote(widens: ["finance-agent gains payments.transfer"], narrows: [])
        let id = try await history.propose(draft, by: cast.key("maria"), at: Cast.start).event.id
        try await cast.approve(&history, id, by: "lea")
        try await expect(
            "the change allows more than before: finance-agent gains payments.transfer", .wideningUnacknowledged
        ) { _ = try await history.sign(id, by: cast.key("pia"), at: Cast.start) }
        _ = try await history.sign(id, acknowledgesWidening: true, by: cast.key("pia"), at: Cast.start)
    }

    @Test func `a rejected or withdrawn proposal is closed, and may be revised`() async throws {
        let cast = try Cast()
        var history = try await cast.open(MemoryHistoryStore())
        let first = try await cast.propose(&history)
        _ = try await history.reject(first, as: "approver", reason: "no", by: cast.key("lea"), at: Cast.start)
        try await expect("`\(first)` is decided already", .closed) {
            try await cast.approve(&history, first, by: "nils")
        }
        let second = try await cast.propose(&history, revises: first)
        try await expect("`lea` did not write `\(second)` and cannot withdraw it", .notPermitted) {
            _ = try await history.withdraw(second, reason: "x", by: cast.key("lea"), at: Cast.start)
        }
        _ = try await history.withdraw(second, reason: "better way", by: cast.key("maria"), at: Cast.start)
        #expect(history.state.openProposals.isEmpty)
    }

    @Test(arguments: ["", "  \n ", "a\u{7}b", "left \u{202e} right", String(repeating: "x", count: 4001)])
    func `a comment that cannot be read safely is refused`(comment: String) async throws {
        let cast = try Cast()
        var history = try await cast.open(MemoryHistoryStore())
        let id = try await cast.propose(&history)
        try await expect(
            "the comment is empty, has more than 4000 bytes, or holds control characters", .textInvalid
        ) { _ = try await history.comment(on: id, comment, by: cast.key("lea"), at: Cast.start) }
    }
}

/// Runs something that the rules refuse, and looks at what they say.
func expect(
    _ message: String?, _ code: LifecycleError.Code, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async throws {
    let error = await #expect(throws: LifecycleError.self, sourceLocation: sourceLocation) { try await body() }
    #expect(error?.code == code, sourceLocation: sourceLocation)
    if let message { #expect(error?.message == message, sourceLocation: sourceLocation) }
}
