import PolicyBundles
import PolicyLifecycle
import SignedTokens
import Testing

/// Keys come, are rotated, and go.
@Suite struct KeyLifeTests {
    @Test func `a key of another tenant, an expired one and one that is not valid yet sign nothing`() async throws {
        func entry(_ key: SigningKey, _ change: (TrustedKey) -> TrustedKey) -> TrustedKey {
            change(TrustedKey(key.verificationKey, person: "zoe", roles: [PolicyRole.approver]))
        }
        let key = try SigningKey(generating: .edDSA, name: "zoe-2026")
        let early = Cast.start.adding(seconds: -10)
        let late = Cast.start.adding(seconds: 10)
        let cases: [(TrustedKey, String)] = [
            (
                TrustedKey(key.verificationKey, tenants: ["globex"], person: "zoe", roles: ["approver"]),
                "the key `zoe-2026` may not sign for tenant `acme`"
            ),
            (
                TrustedKey(key.verificationKey, person: "zoe", roles: ["approver"], validUntil: early),
                "the key `zoe-2026` was valid until \(early), the signature is of \(Cast.start)"
            ),
            (
                TrustedKey(key.verificationKey, person: "zoe", roles: ["approver"], validFrom: late),
                "the key `zoe-2026` is valid from \(late), the signature is of \(Cast.start)"
            ),
            (
                TrustedKey(
                    key.verificationKey, person: "zoe", roles: ["approver"],
                    revocation: Revocation(at: early, reason: "left", isCompromised: false)),
                "the key `zoe-2026` was revoked at \(early): left"
            ),
        ]
        for (entry, message) in cases {
            let cast = try Cast { trusted, _ in trusted.append(entry) }
            var history = try await cast.open(MemoryHistoryStore())
            let id = try await cast.propose(&history)
            try await expect(message, .keyRefused) {
                _ = try await history.approve(id, as: "approver", by: key, at: Cast.start)
            }
        }
        let cast = try Cast()
        var history = try await cast.open(MemoryHistoryStore())
        let id = try await cast.propose(&history)
        try await expect("the trust root does not name the key `zoe-2026`", .keyUnknown) {
            _ = try await history.approve(id, as: "approver", by: key, at: Cast.start)
        }
    }

    @Test func `an impostor with the right key name is found by the signature`() async throws {
        let cast = try Cast()
        var history = try await cast.open(MemoryHistoryStore())
        let id = try await cast.propose(&history)
        let impostor = try SigningKey(generating: .edDSA, name: "lea-2026")
        try await expect(nil, .eventChanged) {
            _ = try await history.approve(id, as: "approver", by: impostor, at: Cast.start)
        }
    }

    @Test func `what a key signed before it was revoked stays, and after that it signs nothing`() async throws {
        var cast = try Cast()
        let store = MemoryHistoryStore()
        var history = try await cast.open(store)
        try await cast.publish(&history, limit: 1)
        cast.root = try cast.nextRoot { root in
            root.keys = root.keys.map { key in
                key.person == "lea"
                    ? key.changed(
                        validUntil: nil,
                        revocation: Revocation(at: Cast.start, reason: "laptop stolen", isCompromised: true)) : key
            }
        }
        try await history.adopt(cast.root, by: cast.key("maria"), at: Cast.start)
        let id = try await cast.propose(&history, limit: 2)
        try await expect("the key `lea-2026` was revoked at \(Cast.start): laptop stolen", .keyRefused) {
            try await cast.approve(&history, id, by: "lea")
        }
        try await cast.approve(&history, id, by: "nils")
        try await cast.release(&history, id)
        #expect(try await HistoryVerifier(tenant: "acme", store: store, pinned: cast.root).verify().faults == [])
    }

    @Test func `while keys overlap both sign`() async throws {
        let next = try SigningKey(generating: .es256, name: "lea-2027")
        let cast = try Cast(quorum: ["approver": 1]) { trusted, keys in
            let until = Cast.start.adding(seconds: 60)
            trusted = trusted.map { $0.person == "lea" ? $0.changed(validUntil: until) : $0 }
            trusted.append(
                TrustedKey(next.verificationKey, person: "lea", roles: ["approver"], validFrom: Cast.start))
        }
        var history = try await cast.open(MemoryHistoryStore())
        let first = try await cast.propose(&history)
        try await cast.approve(&history, first, by: "lea")
        try await cast.release(&history, first)
        let second = try await cast.propose(&history, limit: 2)
        _ = try await history.approve(second, as: "approver", by: next, at: Cast.start)
        try await cast.release(&history, second)
    }

    @Test func `a trust root that others signed takes no place, nor does an older one or a twin`() async throws {
        let cast = try Cast()
        let store = MemoryHistoryStore()
        var history = try await cast.open(store)
        let stranger = try Cast()
        var forged = stranger.root.root
        forged.version = 2
        try await expect(nil, .trust) {
            try await history.adopt(
                try Cast.sign(forged, by: [stranger.rootKey]), by: cast.key("maria"), at: Cast.start)
        }
        try await expect(
            "version 1 of the trust root is another one than the history's", .trust
        ) { try await history.adopt(stranger.root, by: cast.key("maria"), at: Cast.start) }
        let second = try cast.nextRoot { $0.threshold = 1 }
        try await history.adopt(second, by: cast.key("maria"), at: Cast.start)
        #expect(try await history.adopt(cast.root, by: cast.key("maria"), at: Cast.start) == nil)
        let report = try await HistoryVerifier(tenant: "acme", store: store, pinned: stranger.root).verify()
        #expect(report.faults.map(\.message) == ["version 1 of the trust root is another one than the history's"])
    }
}
