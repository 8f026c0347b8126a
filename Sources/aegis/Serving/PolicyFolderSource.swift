import Foundation
import ObjectStores
import PolicyBundles
import PolicyDelivery
import PolicyDocuments
import SignedTokens

/// A folder of policies, compiled here and signed with the gateway's own development key.
struct PolicyFolderSource: BundleSource {
    let path: String
    let tenant: String
    let key: SigningKey
    /// What was active before, whether it still can be or not: numbers go on from there.
    var history: BundleHistory?

    var name: String { path }
    var pace: PollPace { .local }
    /// Nobody else could say that there is something newer.
    var isPublisher: Bool { true }

    func look(since mark: String?, active: VerifiedBundle?, now: Int64) throws -> Look {
        let seen = PolicyFolder.fingerprint(path)
        guard seen != mark else { return Look(.unchanged, mark: seen) }
        do {
            let archive = try build(after: active, now: now)
            return Look(archive == active?.archive ? .active : .archive(archive), mark: seen)
        } catch { return Look(.invalid(error), mark: seen) }
    }

    /// The policies as they are now, as the version after the active one; those of the active one are that one again.
    func build(after active: VerifiedBundle?, now: Int64) throws -> [UInt8] {
        let policies = try PolicyCompiler(tenant: tenant).compile(PolicyFolder.read(path))
        let files = policies.files.map { BundleFile(path: $0.path, bytes: $0.bytes) }
        if let active, let known = active.manifest.metadata.contentDigest,
            try BundleBuilder(metadata: active.manifest.metadata, files: files).contentDigest() == known
        {
            return active.archive
        }
        let latest = active?.manifest.metadata.version ?? (try? history?.last(tenant: tenant))?.bundle.version ?? 0
        let metadata = BundleMetadata(
            tenant: tenant, region: nil, version: latest + 1, parent: active?.digest,
            createdAt: Date(timeIntervalSince1970: TimeInterval(now)).formatted(.iso8601), author: "aegis serve",
            controls: policies.controls)
        return try BundleBuilder(metadata: metadata, files: files).build(signedBy: key, at: now).archive
    }
}
