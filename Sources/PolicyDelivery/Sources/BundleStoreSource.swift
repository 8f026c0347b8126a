public import PolicyBundles

/// A tenant's bundles in a store, found by the signed pointer.
public struct BundleStoreSource: BundleSource {
    public let name: String
    public let pace: PollPace
    private let store: any BundleStore
    private let tenant: String

    /// - Parameter name: what operators call the store.
    public init(_ store: any BundleStore, name: String, tenant: String, pace: PollPace) {
        self.store = store
        self.name = name
        self.tenant = tenant
        self.pace = pace
    }

    public func look(since mark: String?, active: VerifiedBundle?, now: Int64) async throws -> Look {
        switch try await store.pointer(tenant: tenant, unless: mark) {
        case .none:
            throw DeliveryError(
                .nothingPublished, "nothing is published for the tenant `\(tenant)`", location: name,
                fix: "publish a bundle, or check the address and --tenant")
        case .unchanged: return Look(.unchanged, mark: mark ?? "")
        case .pointer(let pointer, let tag):
            let archive: @Sendable () async throws -> [UInt8] = { [store, tenant, name] in
                guard let archive = try await store.archive(tenant: tenant, version: pointer.claimed.version) else {
                    throw BundleStoreError(
                        .corrupt, "version \(pointer.claimed.version), which the pointer names, is not there",
                        location: name, fix: "publish the version again")
                }
                return archive
            }
            return Look(.pointed(pointer, archive: archive), mark: tag)
        }
    }
}
