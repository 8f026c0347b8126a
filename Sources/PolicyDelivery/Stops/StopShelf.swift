public import ObjectStores
public import PolicyBundles

/// The lists of switched agents of a store, as the bundle service shows them.
public struct StopShelf: Sendable {
    public struct Item: Sendable, Hashable {
        /// Of the token.
        public let digest: BundleDigest
        public let list: SignedStopList
    }

    private let shelf: TenantShelf<Item>

    public init(_ store: ObjectBundleStore, interval: Duration = .milliseconds(300)) {
        shelf = TenantShelf(interval: interval) { tenant, before in
            switch try await store.stops(tenant: tenant, unless: before?.tag) {
            case .none: nil
            case .unchanged: before
            case .list(let list, let tag):
                .init(item: Item(digest: BundleDigest(of: Array(list.token.utf8)), list: list), tag: tag)
            }
        }
    }

    /// The tenant's list; nil where no agent was ever switched in the store.
    /// - Parameters:
    ///   - isKnown: whether the asker has the list of this digest; nil: that there is none.
    ///   - wait: for something else, for so long at most.
    public func latest(
        tenant: String, waiting wait: Duration, isKnown: @escaping @Sendable (BundleDigest?) -> Bool
    ) async throws -> Item? {
        try await shelf.latest(tenant: tenant, waiting: wait) { isKnown($0?.digest) }
    }
}
