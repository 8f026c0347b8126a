import ArgumentParser
import Foundation
import ObjectStores
import PolicyBundles
import SignedTokens

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

/// A bundle store by its address.
struct PublishingTarget {
    /// As it stands in the history.
    let name: String
    let store: ObjectBundleStore

    init(address: String) throws {
        name = address
        do {
            store = try ObjectBundleStore(at: address, environment: ProcessInfo.processInfo.environment)
        } catch {
            throw CommandFailure("\(address): \(error.message)", fix: error.fix, exitCode: 2)
        }
    }

    /// Puts the bundle into the store, and signs that it is the latest.
    /// - Parameters:
    ///   - scope: that of the bundle's own signature.
    ///   - ring: whose word about what is the latest counts.
    func publish(
        _ bundle: VerifiedBundle, signer: any Signer, scope: String?, trusting ring: KeyRing, at time: UTCTime
    ) async throws {
        var store = store
        store.trust = ring
        do {
            let pointer = try BundlePointer(to: bundle, signedAt: time.seconds, scope: scope).signed(by: signer)
            _ = try await store.publish(bundle, pointer: pointer)
        } catch let error as BundleStoreError {
            throw CommandFailure(
                "\(error)", fix: "run the command again when the store is well: it finishes what it began")
        }
    }
}
