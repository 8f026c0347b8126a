import ArgumentParser
import Foundation
import PolicyBundles
import SignedTokens

/// The bundle store that a command publishes to.
struct StoreOptions: ParsableArguments {
    @Option(help: "The bundle store, such as file:///var/lib/aegis/bundles (environment: AEGIS_STORE).")
    var store: String?

    func open() throws -> PublishingTarget {
        guard let address = HistoryOptions.value(store, "AEGIS_STORE") else {
            throw CommandFailure(
                "there is no store to publish to", fix: "give one: --store file:///var/lib/aegis/bundles", exitCode: 2)
        }
        return try PublishingTarget(address: address)
    }
}

/// A bundle store by its address.
struct PublishingTarget {
    /// As it stands in the history.
    let name: String
    let store: any BundleStore

    init(address: String) throws {
        guard address.hasPrefix("file:///") else {
            throw CommandFailure("`\(address)` is no store", fix: "write it as file:///PATH", exitCode: 2)
        }
        name = address
        store = FileBundleStore(directory: String(address.dropFirst("file://".count)))
    }

    func publish(_ bundle: VerifiedBundle, signer: any Signer, at time: UTCTime) async throws {
        do {
            _ = try await store.publish(bundle)
        } catch let error as BundleStoreError {
            throw CommandFailure(
                "\(error)", fix: "run the command again when the store is well: it finishes what it began")
        }
    }
}
