import ArgumentParser
import Foundation
import ObjectStores
import PolicyLifecycle

/// The bundle store that a command publishes to.
struct StoreOptions: ParsableArguments {
    @Option(
        help: "The bundle store: file:///FOLDER, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX (environment: AEGIS_STORE).")
    var store: String?

    func open() throws -> PublishingTarget {
        guard let address = HistoryOptions.value(store, "AEGIS_STORE") else {
            throw CommandFailure(
                "there is no store to publish to", fix: "give one: --store file:///var/lib/aegis/bundles", exitCode: 2)
        }
        return try PublishingTarget(address: address)
    }
}

extension PublishingTarget {
    /// A bundle store by its address.
    init(address: String) throws {
        let store = try BundleService.store(at: address, environment: ProcessInfo.processInfo.environment)
        self.init(name: address) { ring in
            var store = store
            store.trust = ring
            return store
        }
    }
}
