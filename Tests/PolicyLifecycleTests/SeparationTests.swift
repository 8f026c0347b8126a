import PolicyBundles
import PolicyLifecycle
import SignedTokens
import Testing

/// Nobody decides what they wrote, however they dress.
@Suite struct SeparationTests {
    @Test func `the author cannot approve, though the author has the role`() async throws {
        let cast = try Cast()
        var history = try await cast.open(MemoryHistoryStore())
        let id = try await cast.propose(&history)
        try await expect("`maria` wrote `\(id)`, and nobody decides their own proposal", .ownProposal) {
            try await cast.approve(&history, id, by: "maria")
        }
        try await expect(nil, .ownProposal) {
            _ = try await history.reject(id, as: "approver", reason: "x", by: cast.key("maria"), at: Cast.start)
        }
    }

    @Test func `the same person with a second key is the same person`() async throws {
        let second = try SigningKey(generating: .es256, name: "maria-laptop")
        let cast = try Cast { trusted, _ in
            trusted.append(TrustedKey(second.verificationKey, person: "maria", roles: [PolicyRole.approver]))
        }
        var history = try await cast.open(MemoryHistoryStore())
        let id = try await cast.propose(&history)
        try await expect(nil, .ownProposal) {
            _ = try await history.approve(id, as: "approver", by: second, at: Cast.start)
        }
    }

    @Test func `two keys of one approver are one approval`() async throws {
        let second = try SigningKey(generating: .edDSA, name: "lea-laptop")
        let cast = try Cast(quorum: ["approver": 2]) { trusted, _ in
            trusted.append(TrustedKey(second.verificationKey, person: "lea", roles: [PolicyRole.approver]))
        }
        var history = try await cast.open(MemoryHistoryStore())
        let id = try await cast.propose(&history)
        try await cast.approve(&history, id, by: "lea")
        try await expect("`lea` has approved `\(id)` already", .decidedTwice) {
            _ = try await history.approve(id, as: "approver", by: second, at: Cast.start)
        }
        try await expect("`\(id)` lacks approvals: 1 approver", .quorumMissing) {
            _ = try await history.sign(id, by: cast.key("pia"), at: Cast.start)
        }
    }

    @Test func `one person in two roles fills one place of the quorum`() async throws {
        let cast = try Cast(quorum: ["approver": 1, "security": 1])
        var history = try await cast.open(MemoryHistoryStore())
        let id = try await cast.propose(&history)
        try await cast.approve(&history, id, by: "omar", as: "security")
        try await expect(nil, .decidedTwice) { try await cast.approve(&history, id, by: "omar") }
        try await expect("`\(id)` lacks approvals: 1 approver", .quorumMissing) {
            _ = try await history.sign(id, by: cast.key("pia"), at: Cast.start)
        }
    }

    @Test func `the same key under another name is no trust root`() throws {
        #expect(
            trustError { trusted, keys in
                let pem = try #require(keys["maria"]).verificationKey.pem
                trusted.append(
                    TrustedKey(
                        try VerificationKey(pem: pem, name: "zoe-2026"), person: "zoe", roles: [PolicyRole.approver]))
            } == "`maria-2026` and `zoe-2026` are the same key under two names")
    }

    @Test(arguments: [
        ("mаria", "the holder of the key `x` is not named plainly"),  // Cyrillic а
        ("Maria", "the holder of the key `x` is not named plainly"),
        ("maria ", "the holder of the key `x` is not named plainly"),
        ("ma\u{200b}ria", "the holder of the key `x` is not named plainly"),
        ("", "the holder of the key `x` is not named plainly"),
        ("rnaria", "`maria` and `rnaria` are easily taken for each other"),
        ("mar1a", "`maria` and `mar1a` are easily taken for each other"),
        ("marla", "`maria` and `marla` are easily taken for each other"),
        ("ma.ria", "`maria` and `ma.ria` are easily taken for each other"),
    ])
    func `a name that looks like another is no trust root`(name: String, message: String) throws {
        #expect(
            trustError { trusted, _ in
                trusted.append(
                    TrustedKey(
                        try SigningKey(generating: .edDSA, name: "x").verificationKey, person: name,
                        roles: [PolicyRole.approver]))
            } == message)
    }

    @Test func `authors of what a proposal revises are its authors too`() async throws {
        let zoe = try SigningKey(generating: .edDSA, name: "zoe-2026")
        let cast = try Cast { trusted, _ in
            trusted.append(
                TrustedKey(zoe.verificationKey, person: "zoe", roles: [PolicyRole.author, PolicyRole.approver]))
        }
        var history = try await cast.open(MemoryHistoryStore())
        let first = try await cast.propose(&history)
        var draft = Cast.draft(limit: 7)
        draft.revises = first
        let second = try await history.propose(draft, by: zoe, at: Cast.start).event.id
        for person in ["maria"] {
            try await expect("`\(person)` wrote `\(second)`, and nobody decides their own proposal", .ownProposal) {
                try await cast.approve(&history, second, by: person)
            }
        }
        try await expect(nil, .ownProposal) {
            _ = try await history.approve(second, as: "approver", by: zoe, at: Cast.start)
        }
        // The manifest names them, so that gateways hold to it too; a rollback keeps them.
        try await cast.approve(&history, second, by: "lea")
        let bundle = try await cast.release(&history, second)
        #expect(bundle.manifest.metadata.author == "zoe" && bundle.manifest.metadata.coauthors == ["maria"])
        try await cast.publish(&history, limit: 8)
        let back = try await history.proposeRollback(
            to: 1, reason: "8 is too low", by: cast.key("pia"), at: Cast.start)
        let restored = try await cast.release(&history, back.event.id)
        #expect(restored.manifest.metadata.restores?.coauthors == ["maria"])
        let gateway = BundleVerifier(trust: history.state.trust, tenant: "acme")
        _ = try gateway.verify(UnverifiedBundle(archive: restored.archive, name: "b"), now: Cast.start.seconds)
    }

    @Test func `roles are those of the trust root, not those that somebody claims`() async throws {
        let cast = try Cast(quorum: ["approver": 1, "security": 1])
        var history = try await cast.open(MemoryHistoryStore())
        try await expect("`lea` is no author and cannot propose", .notPermitted) {
            _ = try await cast.propose(&history, by: "lea")
        }
        let id = try await cast.propose(&history)
        try await expect("`lea` is no security and cannot approve", .notPermitted) {
            try await cast.approve(&history, id, by: "lea", as: "security")
        }
        try await expect("the quorum of tenant `acme` does not ask for the role `friend`", .notPermitted) {
            try await cast.approve(&history, id, by: "lea", as: "friend")
        }
        try await cast.approve(&history, id, by: "lea")
        try await cast.approve(&history, id, by: "omar", as: "security")
        try await expect("`lea` is no publisher and cannot publish", .notPermitted) {
            _ = try await history.sign(id, by: cast.key("lea"), at: Cast.start)
        }
    }

    @Test func `where publishers are no authors, an author who may publish may not publish this`() async throws {
        let cast = try Cast(separatesPublisher: true) { trusted, keys in
            trusted.removeAll { $0.person == "maria" }
            trusted.append(
                TrustedKey(
                    try #require(keys["maria"]).verificationKey, person: "maria",
                    roles: [PolicyRole.author, PolicyRole.publisher]))
        }
        var history = try await cast.open(MemoryHistoryStore())
        let id = try await cast.propose(&history)
        try await cast.approve(&history, id, by: "lea")
        try await expect(
            "`maria` wrote `\(id)`, and tenant `acme` has publishers who are no authors", .ownProposal
        ) { _ = try await history.sign(id, by: cast.key("maria"), at: Cast.start) }
        try await cast.release(&history, id)
        // Going back is a publisher's own proposal of what others wrote: hers to publish, unless she wrote that.
        try await cast.publish(&history, limit: 50)
        let back = try await history.proposeRollback(
            to: 1, reason: "slow", by: cast.key("maria"), at: Cast.start
        ).event.id
        try await expect(
            "`maria` wrote `\(back)`, and tenant `acme` has publishers who are no authors", .ownProposal
        ) { _ = try await history.sign(back, by: cast.key("maria"), at: Cast.start) }
        try await cast.release(&history, back)
    }

    private func trustError(
        _ change: (inout [TrustedKey], [String: SigningKey]) throws -> Void
    ) -> String? {
        do {
            _ = try Cast(changing: change)
            return nil
        } catch {
            return (error as? TokenError)?.message
        }
    }
}
