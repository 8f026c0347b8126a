import Foundation
import PolicyBundles
import PolicyDocuments
import RegoSyntax
import SignedTokens

/// Where a gateway's policies come from.
enum PolicySource: Sendable {
    /// A bundle that was signed elsewhere.
    case bundle(path: String)
    /// A folder of policies, compiled here and signed with the gateway's own development key.
    case folder(path: String, tenant: String, key: SigningKey)

    var path: String {
        switch self {
        case .bundle(let path), .folder(let path, _, _): path
        }
    }

    /// What changes when there is something new to look at: names, sizes, times and inodes of the files.
    var fingerprint: String {
        switch self {
        case .bundle(let path): Self.fingerprint(of: path)
        case .folder(let path, _, _):
            (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []).sorted()
                .filter { PolicyTree.reads($0) }
                .map { "\($0)=\(Self.fingerprint(of: path + "/" + $0))" }.joined(separator: ";")
        }
    }

    /// The bundle as it is now. A folder whose policies are those of `latest` gives that one again.
    func read(after latest: VerifiedBundle?, now: Int64) throws -> UnverifiedBundle {
        switch self {
        case .bundle(let path): return try BundleInput.read(path)
        case .folder(let path, let tenant, let key):
            let policies = try PolicyCompiler(tenant: tenant).compile(PolicyFolder.read(path))
            let files = policies.files.map { BundleFile(path: $0.path, bytes: $0.bytes) }
            if let latest, let known = latest.manifest.metadata.contentDigest,
                try BundleBuilder(metadata: latest.manifest.metadata, files: files).contentDigest() == known
            {
                return try UnverifiedBundle(archive: latest.archive, name: path)
            }
            let metadata = BundleMetadata(
                tenant: tenant, region: nil, version: (latest?.manifest.metadata.version ?? 0) + 1,
                parent: latest?.digest,
                createdAt: Date(timeIntervalSince1970: TimeInterval(now)).formatted(.iso8601), author: "aegis serve",
                controls: policies.controls)
            let built = try BundleBuilder(metadata: metadata, files: files).build(signedBy: key, at: now)
            return try UnverifiedBundle(archive: built.archive, name: path)
        }
    }

    private static func fingerprint(of path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return "absent" }
        return "\(status.st_ino)/\(status.st_size)/\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }
}
