import PolicyBundles
import SignedTokens

/// Small bundles, signed by one key, and pointers to them.
struct BundleFixture {
    static let now: Int64 = 1_795_409_600
    let key: SigningKey

    init() throws { key = try SigningKey(generating: .edDSA, name: "ops-2026") }

    func verifier(active: ActiveBundle? = nil) throws -> BundleVerifier {
        BundleVerifier(trust: try KeyRing([TrustedKey(key.verificationKey)]), tenant: "acme", active: active)
    }

    func bundle(_ version: Int, author: String = "alice@acme.example") throws -> VerifiedBundle {
        let metadata = BundleMetadata(
            tenant: "acme", version: version, createdAt: "2026-11-23T05:32:03Z", author: author)
        let files = [BundleFile(path: "aegis/decision.rego", text: "package aegis\n")]
        let built = try BundleBuilder(metadata: metadata, files: files).build(signedBy: key, at: Self.now)
        return try verifier().verify(UnverifiedBundle(archive: built.archive, name: "test"), now: Self.now)
    }

    func pointer(
        to bundle: VerifiedBundle, at time: Int64 = now, backFrom: Int? = nil
    ) throws -> SignedPointer {
        var pointer = BundlePointer(to: bundle, signedAt: time)
        pointer.rollback = backFrom.map { BundlePointer.Rollback(from: $0, reason: "it broke payments") }
        return try pointer.signed(by: key)
    }
}

extension BundleStore {
    /// Publishes with a pointer made for it.
    func publish(_ bundle: VerifiedBundle, _ fixture: BundleFixture) async throws -> StoredBundle {
        try await publish(bundle, pointer: fixture.pointer(to: bundle))
    }
}
