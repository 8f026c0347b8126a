/// Bundles in a folder: `TENANT/bundle-VERSION.tar.gz`, each written once, and `TENANT/latest`, which names one of them.
///
/// Every file is written under another name, synced, and then given its name, and the folder is synced: after a crash at
/// any instant a name stands for a whole file. A lock in the tenant's folder lets one publisher in at a time, over all
/// processes of the machine.
public struct FileBundleStore: BundleStore {
    /// The folder that holds the tenants' folders.
    public let directory: String
    private static let largest = 256 << 20

    public init(directory: String) {
        self.directory = directory
    }

    public func publish(_ bundle: VerifiedBundle) throws(BundleStoreError) -> StoredBundle {
        let metadata = bundle.manifest.metadata
        let folder = try self.folder(metadata.tenant)
        try FileSystem.createDirectory(directory)
        try FileSystem.createDirectory(folder)
        let lock = try FileSystem.Lock(folder + "/.lock")
        defer { withExtendedLifetime(lock) {} }
        let stored = StoredBundle(tenant: metadata.tenant, version: metadata.version, digest: bundle.digest)
        if let pointer = try pointer(in: folder), pointer.version > metadata.version {
            throw BundleStoreError(
                .versionOlder, "version \(metadata.version) is older than the latest, \(pointer.version)",
                location: folder,
                fix: "to go back, publish the old policies under version \(pointer.version + 1)")
        }
        let path = archivePath(folder, metadata.version)
        if let present = try FileSystem.read(path, limit: Self.largest) {
            guard BundleDigest(of: present) == bundle.digest else {
                throw BundleStoreError(
                    .versionExists, "version \(metadata.version) is published already with another content",
                    location: path,
                    fix: "publish it under the next version")
            }
        } else {
            try FileSystem.write(bundle.archive, to: path, replacing: false)
        }
        try FileSystem.write(LatestPointer(stored).bytes, to: folder + "/latest", replacing: true)
        return stored
    }

    public func latest(tenant: String, unless known: String? = nil) throws(BundleStoreError) -> LatestBundle {
        let folder = try self.folder(tenant)
        guard let pointer = try pointer(in: folder) else { return .none }
        if pointer.digest.description == known { return .unchanged }
        let path = archivePath(folder, pointer.version)
        guard let archive = try FileSystem.read(path, limit: Self.largest) else {
            throw BundleStoreError(
                .corrupt, "the latest bundle is gone", location: path, fix: "publish the version again")
        }
        guard BundleDigest(of: archive) == pointer.digest else {
            throw BundleStoreError(
                .corrupt, "the bundle is not the one that was published", location: path,
                fix: "restore it from its publisher")
        }
        return .bundle(StoredBundle(tenant: tenant, version: pointer.version, digest: pointer.digest), archive: archive)
    }

    public func archive(tenant: String, version: Int) throws(BundleStoreError) -> [UInt8]? {
        try FileSystem.read(archivePath(folder(tenant), version), limit: Self.largest)
    }

    public func versions(tenant: String) throws(BundleStoreError) -> [Int] {
        try FileSystem.names(in: folder(tenant)).compactMap { name in
            guard name.hasPrefix("bundle-"), name.hasSuffix(".tar.gz") else { return nil }
            return Int(name.dropFirst(7).dropLast(7))
        }.sorted()
    }

    /// A tenant's name is checked before it becomes part of a path.
    private func folder(_ tenant: String) throws(BundleStoreError) -> String {
        guard BundleMetadata.isTenantName(tenant) else {
            throw BundleStoreError(.tenantInvalid, "`\(tenant)` cannot be the name of a tenant")
        }
        return directory + "/" + tenant
    }

    private func archivePath(_ folder: String, _ version: Int) -> String { "\(folder)/bundle-\(version).tar.gz" }

    private func pointer(in folder: String) throws(BundleStoreError) -> LatestPointer? {
        let path = folder + "/latest"
        guard let bytes = try FileSystem.read(path, limit: 4096) else { return nil }
        guard let pointer = LatestPointer(bytes) else {
            throw BundleStoreError(
                .corrupt, "the pointer to the latest bundle is damaged", location: path, fix: "publish again")
        }
        return pointer
    }
}
