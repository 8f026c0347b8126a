/// Where verified bundles are published and gateways fetch them: a folder, or an object store.
///
/// Implementers MUST keep a published version's bytes for ever as they are, MUST move a tenant's latest version forward
/// only, and MUST make a version readable in full before it becomes the latest. The ETag of a bundle is its digest.
public protocol BundleStore: Sendable {
    /// Stores the bundle and makes it its tenant's latest. The same bundle again changes nothing.
    /// - Throws: `.versionExists`, `.versionOlder`, `.unavailable`.
    func publish(_ bundle: VerifiedBundle) async throws(BundleStoreError) -> StoredBundle

    /// The tenant's latest bundle, unless its ETag is `known`.
    /// - Throws: `.corrupt`, `.unavailable`.
    func latest(tenant: String, unless known: String?) async throws(BundleStoreError) -> LatestBundle

    /// One version, or nil when the store does not have it.
    func archive(tenant: String, version: Int) async throws(BundleStoreError) -> [UInt8]?

    /// All versions of a tenant, ascending.
    func versions(tenant: String) async throws(BundleStoreError) -> [Int]
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

/// The answer to "what is the latest bundle".
public enum LatestBundle: Sendable, Hashable {
    /// Nothing has been published for the tenant.
    case none
    /// The bundle that the asker knows.
    case unchanged
    case bundle(StoredBundle, archive: [UInt8])
}

/// Why a store refused or failed.
public struct BundleStoreError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        case tenantInvalid = "store.tenant-invalid"
        case versionExists = "store.version-exists"
        case versionOlder = "store.version-older"
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
