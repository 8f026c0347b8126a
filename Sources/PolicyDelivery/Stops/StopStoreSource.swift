public import ObjectStores
import PolicyBundles

/// The list of a tenant's switched agents in a store. Each look costs a conditional read, and no transfer without news.
public struct StopStoreSource: StopSource {
    public let name: String
    public let pace = PollPace.stops()
    private let store: ObjectBundleStore
    private let tenant: String

    /// - Parameter name: what operators call the store.
    public init(_ store: ObjectBundleStore, name: String, tenant: String) {
        self.store = store
        self.name = name
        self.tenant = tenant
    }

    public func look(since mark: String?) async throws -> StopLook {
        switch try await store.stops(tenant: tenant, unless: mark) {
        case .none: StopLook(.none, mark: nil)
        case .unchanged: StopLook(.unchanged, mark: mark)
        case .list(let list, let tag): StopLook(.list(list), mark: tag)
        }
    }
}
