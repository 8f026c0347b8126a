import DecisionAPI
import ObjectStores
import PolicyBundles
import PolicyDelivery

/// Hands the bundles of a store, and the lists of switched agents beside them, out to gateways, in `aegis serve` and in `aegis
/// control` alike.
struct BundleService {
    let bundles: BundleShelfQuestion
    let stops: StopShelfQuestion

    /// nil where there is no store to hand out from.
    init?(_ address: String?, environment: [String: String]) throws {
        guard let address else { return nil }
        let store = try Self.store(at: address, environment: environment)
        let bundleShelf = BundleShelf(store)
        bundles = { tenant, known, wait in
            try await bundleShelf.latest(tenant: tenant, unless: known, waiting: wait).map {
                ServedBundle(digest: $0.digest.description, archive: $0.archive, pointer: $0.pointer.token)
            }
        }
        let stopShelf = StopShelf(store)
        stops = { tenant, known, wait in
            try await stopShelf.latest(tenant: tenant, waiting: wait) { digest in
                known == digest?.description ?? StopRoutes.none
            }.map { ServedStops(digest: $0.digest.description, token: $0.list.token) }
        }
    }

    static func store(at address: String, environment: [String: String]) throws -> ObjectBundleStore {
        do { return try ObjectBundleStore(at: address, environment: environment) } catch {
            throw CommandFailure("\(address): \(error.message)", fix: error.fix, exitCode: 2)
        }
    }
}
