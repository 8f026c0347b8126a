import Approvals
public import PolicyBundles
import RegoValues

/// The bundles that were active in this data directory, and the last of them: what a gateway starts from when its source is
/// down, and what it compares the next bundle with.
public struct BundleHistory: BundleVersions {
    /// The last bundle that was active.
    public struct Entry: Sendable, Hashable {
        public let bundle: StoredBundle
        public let archive: [UInt8]
        /// The pointer that led to it, where its source has pointers.
        public let pointer: SignedPointer?
        /// The source that sent the pointer; nil without one, and in histories of before it was noted.
        public let source: String?
    }

    private let files: FileObjectStore
    private static let largest = 256 << 20

    /// - Parameter directory: holds `TENANT/bundle-VERSION.tar.gz` and `TENANT/latest`.
    public init(directory: String) {
        files = FileObjectStore(directory: directory)
    }

    public var directory: String { files.directory }

    /// Keeps a bundle as the last that was active.
    /// - Parameter source: who sent the pointer.
    /// - Throws: `.versionExists` for another content under a version that was active before, `.unavailable`.
    public func keep(
        _ bundle: VerifiedBundle, pointer: SignedPointer?, source: String? = nil
    ) throws(BundleStoreError) {
        let metadata = bundle.manifest.metadata
        let key = try BundleKeys.archive(metadata.tenant, metadata.version)
        if let present = try read(key) {
            guard BundleDigest(of: present) == bundle.digest else {
                throw BundleStoreError(
                    .versionExists, "version \(metadata.version) was active already with another content",
                    location: "\(directory)/\(key)", fix: "publish it under the next version")
            }
        } else {
            try write(bundle.archive, key, .absent)
        }
        let stored = StoredBundle(tenant: metadata.tenant, version: metadata.version, digest: bundle.digest)
        try write(Note.bytes(stored, pointer, source), BundleKeys.latest(metadata.tenant), .any)
    }

    /// Keeps the pointer that said again that the last bundle is the latest.
    public func keep(_ pointer: SignedPointer, source: String? = nil) throws(BundleStoreError) {
        let claimed = pointer.claimed
        let stored = StoredBundle(tenant: claimed.tenant, version: claimed.version, digest: claimed.digest)
        try write(Note.bytes(stored, pointer, source), BundleKeys.latest(claimed.tenant), .any)
    }

    /// The tenant's last active bundle; nil where none was ever.
    /// - Throws: `.corrupt`, `.unavailable`, `.tenantInvalid`.
    public func last(tenant: String) throws(BundleStoreError) -> Entry? {
        guard let bytes = try read(BundleKeys.latest(tenant)) else { return nil }
        guard let note = Note(bytes) else {
            throw corrupt("the note of the last bundle is damaged", "\(tenant)/latest")
        }
        let key = try BundleKeys.archive(tenant, note.version)
        guard let archive = try read(key) else { throw corrupt("the last bundle is gone", key) }
        guard BundleDigest(of: archive) == note.digest else {
            throw corrupt("the bundle is not the one that was active", key)
        }
        return Entry(
            bundle: StoredBundle(tenant: tenant, version: note.version, digest: note.digest), archive: archive,
            pointer: note.pointer, source: note.source)
    }

    public func archive(tenant: String, version: Int) throws(BundleStoreError) -> [UInt8]? {
        try read(BundleKeys.archive(tenant, version))
    }

    public func versions(tenant: String) throws(BundleStoreError) -> [Int] {
        let start = try BundleKeys.archives(tenant)
        let keys: [String]
        do throws(ObjectStoreError) { keys = try files.list(prefix: start).keys } catch { throw Self.translated(error) }
        return try BundleKeys.versions(keys, tenant: tenant)
    }

    private func read(_ key: String) throws(BundleStoreError) -> [UInt8]? {
        do throws(ObjectStoreError) {
            guard case .object(let bytes, _) = try files.get(key, limit: Self.largest) else { return nil }
            return bytes
        } catch { throw Self.translated(error) }
    }

    private func write(_ bytes: [UInt8], _ key: String, _ condition: PutCondition) throws(BundleStoreError) {
        do throws(ObjectStoreError) {
            _ = try files.put(bytes, at: key, when: condition)
        } catch { throw Self.translated(error) }
    }

    private func corrupt(_ message: String, _ key: String) -> BundleStoreError {
        BundleStoreError(
            .corrupt, message, location: "\(directory)/\(key)",
            fix: "restore the folder, or let the gateway fetch the bundle anew")
    }

    private static func translated(_ error: ObjectStoreError) -> BundleStoreError {
        BundleStoreError(
            error.code == .tooLarge ? .corrupt : .unavailable, error.message, location: error.location, fix: error.fix)
    }
}

/// The content of the history's `latest`: `{"digest":"sha256:…","version":42,"pointer":"…","source":"…"}`.
private struct Note {
    let version: Int
    let digest: BundleDigest
    let pointer: SignedPointer?
    let source: String?

    init?(_ bytes: [UInt8]) {
        guard let document = try? Document(json: bytes) else { return nil }
        defer { withExtendedLifetime(document) {} }
        guard let version = document.root.lookup("version").int64, version >= 1,
            let digest = document.root.lookup("digest").string.flatMap({ BundleDigest($0) })
        else { return nil }
        self.version = Int(version)
        self.digest = digest
        pointer = document.root.lookup("pointer").string.flatMap { try? SignedPointer(token: $0) }
        source = document.root.lookup("source").string
    }

    static func bytes(_ bundle: StoredBundle, _ pointer: SignedPointer?, _ source: String?) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.field("digest", bundle.digest.description)
            json.field("version", Int64(bundle.version))
            if let pointer {
                json.field("pointer", pointer.token)
                json.field("source", source)
            }
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }
}
