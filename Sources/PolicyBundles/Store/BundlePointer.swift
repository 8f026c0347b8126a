import RegoValues
public import SignedTokens

/// Which bundle is a tenant's latest, said at a certain time. Signed, it is the content of `latest` in a store.
///
/// A store, and whoever can write to it, can hold back a new bundle or bring an old one back. The pointer's signature and time
/// are what a gateway goes by instead.
public struct BundlePointer: Sendable, Hashable {
    /// The `typ` of the token: a bundle's own signature is none, and no other token is.
    public static let tokenType = "aegis-bundle-pointer+jwt"

    public var tenant: String
    public var version: Int
    public var digest: BundleDigest
    /// Seconds since 1970. Said again from time to time, with the same version: a pointer is believed for so long only.
    public var signedAt: Int64
    /// What the signature is for, as the scope of a bundle's signature.
    public var scope: String?
    /// Set where the pointer goes back to an older version.
    public var rollback: Rollback?

    /// A way back that somebody signed: without it no gateway leaves a version for an older one.
    public struct Rollback: Sendable, Hashable {
        /// The version that is left.
        public var from: Int
        public var reason: String

        public init(from: Int, reason: String) {
            self.from = from
            self.reason = reason
        }
    }

    public init(
        tenant: String, version: Int, digest: BundleDigest, signedAt: Int64, scope: String? = nil,
        rollback: Rollback? = nil
    ) {
        self.tenant = tenant
        self.version = version
        self.digest = digest
        self.signedAt = signedAt
        self.scope = scope
        self.rollback = rollback
    }

    /// Points at this bundle.
    public init(to bundle: VerifiedBundle, signedAt: Int64, scope: String? = nil) {
        self.init(
            tenant: bundle.manifest.metadata.tenant, version: bundle.manifest.metadata.version, digest: bundle.digest,
            signedAt: signedAt, scope: scope)
    }

    /// The claims, as canonical JSON: the payload to sign as a compact JWS of ``tokenType``.
    public var payload: [UInt8] {
        let heap = Heap()
        return withExtendedLifetime(heap) {
            var claims = [
                Entry(key: heap.string("digest"), value: heap.string(digest.description)),
                Entry(key: heap.string("iat"), value: .integer(signedAt)),
                Entry(key: heap.string("tenant"), value: heap.string(tenant)),
                Entry(key: heap.string("version"), value: .integer(version)),
            ]
            if let scope { claims.append(Entry(key: heap.string("scope"), value: heap.string(scope))) }
            if let rollback {
                let back = heap.object([
                    Entry(key: heap.string("from"), value: .integer(rollback.from)),
                    Entry(key: heap.string("reason"), value: heap.string(rollback.reason)),
                ])
                claims.append(Entry(key: heap.string("rollback"), value: back))
            }
            return StructuredHash.text(heap.object(claims))
        }
    }

    /// - Throws: what the key throws.
    public func signed(by key: some Signer) throws(TokenError) -> SignedPointer {
        SignedPointer(self, token: try key.token(over: payload, type: Self.tokenType))
    }

    /// - Returns: nil unless these are the claims of a pointer and nothing else.
    init?(claims: Value) {
        let known: Set = ["digest", "iat", "tenant", "version", "scope", "rollback"]
        guard claims.kind == .object, claims.entries.allSatisfy({ known.contains($0.key.string ?? "") }),
            let tenant = claims.lookup("tenant").string, BundleMetadata.isTenantName(tenant),
            let version = claims.lookup("version").int64, version >= 1, let version = Int(exactly: version),
            let digest = claims.lookup("digest").string.flatMap({ BundleDigest($0) }),
            let signedAt = claims.lookup("iat").int64, signedAt >= 0
        else { return nil }
        self.init(tenant: tenant, version: version, digest: digest, signedAt: signedAt)
        let scope = claims.lookup("scope")
        guard scope.isUndefined || scope.kind == .string else { return nil }
        self.scope = scope.string.flatMap { $0.isEmpty ? nil : $0 }
        let back = claims.lookup("rollback")
        guard !back.isUndefined else { return }
        guard let from = back.lookup("from").int64, from > version, let from = Int(exactly: from),
            let reason = back.lookup("reason").string, !reason.isEmpty
        else { return nil }
        rollback = Rollback(from: from, reason: reason)
    }
}

/// A pointer with its signature, which nobody has looked at yet; ``BundleVerifier/verify(_:after:now:)`` does.
public struct SignedPointer: Sendable, Hashable {
    /// What the token claims. Good for finding the bundle, and for no more.
    public let claimed: BundlePointer
    /// A compact JWS.
    public let token: String
    static let limit = 8 << 10

    init(_ pointer: BundlePointer, token: String) {
        claimed = pointer
        self.token = token
    }

    /// Takes a token apart, as it stands in a store; a line end behind it is passed over.
    /// - Throws: `.pointerInvalid`.
    public init(token text: String) throws(BundleError) {
        guard let (pointer, token) = StoredToken.read(text, limit: Self.limit, BundlePointer.init(claims:)) else {
            throw Self.damaged
        }
        self.init(pointer, token: token)
    }

    private static let damaged = BundleError(
        .pointerInvalid, "the pointer to the latest bundle is damaged", fix: "publish the latest bundle again")
}
