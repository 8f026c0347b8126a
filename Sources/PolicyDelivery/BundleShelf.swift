public import PolicyBundles

/// A bundle store as the bundle service shows it: the latest bundle of each tenant, and whoever waits for the next one.
///
/// An archive is fetched once. What is handed out is what the pointer names; whether that may be believed, each gateway decides.
public struct BundleShelf: Sendable {
    /// What is latest.
    public struct Item: Sendable, Hashable {
        public let digest: BundleDigest
        public let pointer: SignedPointer
        public let archive: [UInt8]
    }

    private let shelf: TenantShelf<Item>

    public init(_ store: any BundleStore, interval: Duration = .milliseconds(300)) {
        shelf = TenantShelf(interval: interval) { tenant, before in
            switch try await store.pointer(tenant: tenant, unless: before?.tag) {
            case .none: return nil
            case .unchanged: return before
            case .pointer(let pointer, let tag):
                let claimed = pointer.claimed
                var archive = before.flatMap { $0.item.digest == claimed.digest ? $0.item.archive : nil }
                if archive == nil { archive = try await store.archive(tenant: tenant, version: claimed.version) }
                guard let archive, BundleDigest(of: archive) == claimed.digest else {
                    throw BundleStoreError(
                        .corrupt,
                        "the stored version \(claimed.version) of `\(tenant)` is not the bundle that the pointer names",
                        fix: "publish the version again")
                }
                return .init(item: Item(digest: claimed.digest, pointer: pointer, archive: archive), tag: tag)
            }
        }
    }

    /// The tenant's latest bundle; nil where nothing is published.
    /// - Parameters:
    ///   - known: the digest that the asker has. Another, or a new word on it, is waited for.
    ///   - wait: for so long at most.
    public func latest(tenant: String, unless known: String?, waiting wait: Duration) async throws -> Item? {
        try await shelf.latest(tenant: tenant, waiting: wait) { $0?.digest.description == known }
    }
}
