import ArgumentParser
import Foundation
import ObjectStores
import PolicyBundles
import SignedTokens

/// Which store, and who signs what is said there.
struct BundleStoreOptions: ParsableArguments {
    @Option(
        help: "The store: file:///FOLDER, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX (environment: AEGIS_STORE).")
    var store: String?

    @Option(
        help: "A public key, or a trust root, of those who may have signed what is there, besides you. May be repeated."
    )
    var trust: [String] = []

    @Option(help: "What the signatures are for; gateways must trust the keys for the same.")
    var scope: String?

    /// The store, which goes by the keys of `--trust` where some are named, and else by what is there.
    func open(trusting ring: KeyRing) throws -> ObjectBundleStore {
        var store = try open()
        if !trust.isEmpty { store.trust = ring }
        return store
    }

    func open() throws -> ObjectBundleStore {
        let environment = ProcessInfo.processInfo.environment
        guard let address = store ?? environment["AEGIS_STORE"], !address.isEmpty else {
            throw CommandFailure(
                "there is no store", fix: "give --store file:///FOLDER or s3://BUCKET/PREFIX", exitCode: 2)
        }
        do { return try ObjectBundleStore(at: address, environment: environment) } catch {
            throw CommandFailure("\(address): \(error.message)", fix: error.fix, exitCode: 2)
        }
    }

    /// The keys to believe: those of `--trust`, and one's own where they do not hold it.
    func ring(with own: (any Signer)?) throws -> KeyRing {
        let others = try TrustFiles.ring(trust, scope: scope)
        guard let own, others[own.name] == nil else { return others }
        let keys = others.keyIDs.compactMap { others[$0] } + [TrustedKey(own.verificationKey, scope: scope)]
        return try KeyRing(keys, reviewRules: others.reviewRules)
    }

    /// The tenant's pointer, believed by these keys; nil where nothing is published.
    func pointer(in store: any BundleStore, tenant: String, trusting ring: KeyRing) async throws -> BundlePointer? {
        guard case .pointer(let signed, _) = try await store.pointer(tenant: tenant, unless: nil) else { return nil }
        return try BundleVerifier(trust: ring, tenant: tenant).verify(signed, after: nil, now: try Self.now)
    }

    /// What a pointer says, for scripts.
    func report(_ pointer: BundlePointer, by signer: any Signer) -> [String: Any] {
        [
            "tenant": pointer.tenant, "latest": pointer.version, "digest": pointer.digest.description,
            "signed_at": UTCTime(seconds: pointer.signedAt).description, "signed_by": signer.name,
            "rolled_back_from": pointer.rollback?.from ?? NSNull(), "reason": pointer.rollback?.reason ?? NSNull(),
        ]
    }

    /// Seconds since 1970: SOURCE_DATE_EPOCH where that is set.
    static var now: Int64 { get throws { try SourceDate.seconds() } }

    /// What the parts of this program throw, as a failure of the command with its exit code.
    static func reporting(_ body: () async throws -> Void) async throws {
        do { try await body() } catch let error as BundleStoreError {
            ErrorOutput.write(error.description)
            throw ExitCode(1)
        } catch let error as TokenError {
            ErrorOutput.write(error.description)
            throw ExitCode(1)
        } catch let error as BundleError {
            ErrorOutput.write(error.description)
            throw ExitCode(3)
        } catch let refusal as BundleRefusal {
            ErrorOutput.write(refusal.description)
            throw ExitCode(3)
        }
    }
}
