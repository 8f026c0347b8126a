/// The bundles of tenants by their versions: a store, or what a gateway has kept.
public protocol BundleVersions: Sendable {
    /// One version, or nil when it is not there.
    func archive(tenant: String, version: Int) async throws(BundleStoreError) -> [UInt8]?

    /// All versions of a tenant, ascending.
    func versions(tenant: String) async throws(BundleStoreError) -> [Int]
}

/// Where verified bundles are published and gateways fetch them: a folder, or an object store.
///
/// Implementers MUST keep a published version's bytes for ever as they are, MUST make a version readable in full before a
/// pointer names it, and MUST NOT lose one of two pointers that are written at once: the later writer decides knowing the other's.
/// What a store answers is not to be believed before ``BundleVerifier`` has looked at it.
public protocol BundleStore: BundleVersions {
    /// Stores the bundle and makes it its tenant's latest. The same bundle again says so again, with the new pointer's time.
    /// - Parameter pointer: names this bundle; signed by somebody whom the gateways trust.
    /// - Throws: `.pointerMismatch`, `.versionExists`, `.versionOlder`, `.contended`, `.unavailable`.
    func publish(
        _ bundle: VerifiedBundle, pointer: SignedPointer
    ) async throws(BundleStoreError) -> StoredBundle

    /// Makes a stored version the latest: the same one with a newer time, one that was never announced, or by a signed
    /// rollback an older one.
    /// - Throws: `.versionMissing`, `.versionOlder`, `.pointerOlder`, `.contended`, `.corrupt`, `.unavailable`.
    func announce(_ pointer: SignedPointer) async throws(BundleStoreError)

    /// The pointer to the tenant's latest bundle.
    /// - Parameter known: the tag that came with the pointer that the asker has.
    /// - Throws: `.corrupt`, `.unavailable`.
    func pointer(tenant: String, unless known: String?) async throws(BundleStoreError) -> PointerAnswer
}

/// The answer to "what is the latest bundle".
public enum PointerAnswer: Sendable, Hashable {
    /// Nothing has been published for the tenant.
    case none
    /// The pointer that the asker has.
    case unchanged
    case pointer(SignedPointer, tag: String)
}

/// A bundle's place in a store.
public struct StoredBundle: Sendable, Hashable {
    public let tenant: String
    public let version: Int
    public let digest: BundleDigest

    public init(tenant: String, version: Int, digest: BundleDigest) {
        self.tenant = tenant
        self.version = version
        self.digest = digest
    }

    public var etag: String { digest.description }
}

/// Why a store refused or failed.
public struct BundleStoreError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        case tenantInvalid = "store.tenant-invalid"
        case versionExists = "store.version-exists"
        case versionOlder = "store.version-older"
        case versionMissing = "store.version-missing"
        case pointerMismatch = "store.pointer-mismatch"
        case pointerOlder = "store.pointer-older"
        /// Others wrote again and again while this was tried.
        case contended = "store.contended"
        case corrupt = "store.corrupt"
        case unavailable = "store.unavailable"
    }

    public let code: Code
    public let message: String
    /// The file or object.
    public let location: String?
    public let fix: String?

    public init(_ code: Code, _ message: String, location: String? = nil, fix: String? = nil) {
        self.code = code
        self.message = message
        self.location = location
        self.fix = fix
    }

    public var description: String {
        let place = location.map { "\($0): " } ?? ""
        let remedy = fix.map { "\nfix: \($0)" } ?? ""
        return "\(place)error: \(message) [\(code.rawValue)]\(remedy)"
    }
}
