import DecisionAPI
import ObjectStores
import PolicyBundles
import PolicyDelivery

/// Hands the bundles of a store out to gateways, in `aegis serve` and in `aegis control` alike.
enum BundleService {
    /// Answers for them; nil where there is no store to hand out from.
    static func question(_ address: String?, environment: [String: String]) throws -> BundleShelfQuestion? {
        guard let address else { return nil }
        let shelf = BundleShelf(try store(at: address, environment: environment))
        return { tenant, known, wait in
            try await shelf.latest(tenant: tenant, unless: known, waiting: wait).map {
                ServedBundle(digest: $0.digest.description, archive: $0.archive, pointer: $0.pointer.token)
            }
        }
    }

    static func store(at address: String, environment: [String: String]) throws -> ObjectBundleStore {
        do { return try ObjectBundleStore(at: address, environment: environment) } catch {
            throw CommandFailure("\(address): \(error.message)", fix: error.fix, exitCode: 2)
        }
    }
}
