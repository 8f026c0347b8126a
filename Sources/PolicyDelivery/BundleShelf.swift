public import PolicyBundles
import ServiceLifecycle

/// A bundle store as the bundle service shows it: the latest bundle of each tenant, and whoever waits for the next one.
///
/// However many gateways wait, a tenant's pointer is looked at about three times a second and an archive is fetched once. What is
/// handed out is what the pointer names; whether that may be believed, each gateway decides.
public actor BundleShelf {
    /// What is latest.
    public struct Item: Sendable, Hashable {
        public let digest: BundleDigest
        public let archive: [UInt8]
        public let pointer: SignedPointer
    }

    private struct Place {
        var item: Item?
        var tag: String?
        var lookedAt: ContinuousClock.Instant?
        var look: Task<Void, any Error>?
    }

    private let store: any BundleStore
    private let interval: Duration
    private var places: [String: Place] = [:]
    /// So many tenants' bundles are kept; asking for more makes the shelf forget the others.
    private static let most = 64

    public init(_ store: any BundleStore, interval: Duration = .milliseconds(300)) {
        self.store = store
        self.interval = interval
    }

    /// The tenant's latest bundle; nil where nothing is published.
    /// - Parameters:
    ///   - known: the digest that the asker has. Another, or a new word on it, is waited for.
    ///   - wait: for so long at most.
    public func latest(
        tenant: String, unless known: String?, waiting wait: Duration
    ) async throws -> Item? {
        let end = ContinuousClock.now + wait
        var before: SignedPointer?
        while true {
            try await refresh(tenant)
            let item = places[tenant]?.item
            let rest = end - ContinuousClock.now
            let isNews = item?.digest.description != known || (before != nil && before != item?.pointer)
            before = item?.pointer
            // A server that is to stop does not wait for those who wait for news.
            if isNews || rest <= .zero || Task.isShuttingDownGracefully { return item }
            try await Task.sleep(for: min(interval, rest))
        }
    }

    /// Looks at the store, unless that was done just now or is being done.
    private func refresh(_ tenant: String) async throws {
        if let running = places[tenant]?.look { return try await running.value }
        if let last = places[tenant]?.lookedAt, ContinuousClock.now - last < interval / 2 { return }
        if places[tenant] == nil, places.count >= Self.most { places.removeAll() }
        // It serves everybody who asks meanwhile, so that it must not end with the one who asked first.
        let look = Task { try await self.look(tenant) }
        places[tenant, default: Place()].look = look
        defer {
            places[tenant]?.look = nil
            places[tenant]?.lookedAt = .now
        }
        try await look.value
    }

    private func look(_ tenant: String) async throws {
        switch try await store.pointer(tenant: tenant, unless: places[tenant]?.tag) {
        case .none:
            places[tenant]?.item = nil
            places[tenant]?.tag = nil
        case .unchanged: break
        case .pointer(let pointer, let tag):
            let claimed = pointer.claimed
            var archive = places[tenant]?.item.flatMap { $0.digest == claimed.digest ? $0.archive : nil }
            if archive == nil { archive = try await store.archive(tenant: tenant, version: claimed.version) }
            guard let archive, BundleDigest(of: archive) == claimed.digest else {
                throw BundleStoreError(
                    .corrupt,
                    "the stored version \(claimed.version) of `\(tenant)` is not the bundle that the pointer names",
                    fix: "publish the version again")
            }
            places[tenant]?.item = Item(digest: claimed.digest, archive: archive, pointer: pointer)
            places[tenant]?.tag = tag
        }
    }
}
