import ArgumentParser
import ObjectStores
import PolicyBundles
import SignedTokens

struct BundlesRollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Make an older version the latest again, by a signed statement with a reason.",
        discussion: """
            The fastest way back: nothing is built, and gateways follow within their polls. A gateway leaves a version for an older
            one by such a statement only. The next version that is published has to be newer than all that were.

            EXAMPLES
              aegis bundles rollback --store s3://acme-policies/prod --tenant acme --to 41 --reason "42 denies payroll" --key keys/ops-2026.pem
            """)

    @OptionGroup var options: BundleStoreOptions

    @Option(help: "The tenant.")
    var tenant: String

    @Option(help: "The version to go back to.")
    var to: Int

    @Option(help: "Why. It goes into every gateway's audit trail.")
    var reason: String

    @OptionGroup var signing: SignerOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard !reason.isEmpty, reason.utf8.count <= 512 else {
            throw ValidationError("--reason has to be 1 to 512 bytes long")
        }
    }

    func run() async throws {
        try await BundleStoreOptions.reporting {
            let signer = try signing.open()
            let ring = try options.ring(with: signer)
            let store = try options.open(trusting: ring)
            guard let current = try await options.pointer(in: store, tenant: tenant, trusting: ring) else {
                throw CommandFailure("nothing is published for `\(tenant)`", fix: "push a bundle first")
            }
            guard to < current.version else {
                throw CommandFailure("version \(to) is not older than the latest, \(current.version)", exitCode: 2)
            }
            guard let archive = try await store.archive(tenant: tenant, version: to) else {
                throw CommandFailure("version \(to) of `\(tenant)` is not in the store")
            }
            let now = BundleStoreOptions.now
            let bundle = try BundleVerifier(trust: ring, tenant: tenant).verify(
                UnverifiedBundle(archive: archive, name: "\(tenant)/\(to)"), now: now)
            var pointer = BundlePointer(to: bundle, signedAt: now, scope: options.scope)
            let left = max(current.version, current.rollback?.from ?? 0)
            pointer.rollback = BundlePointer.Rollback(from: left, reason: reason)
            try await store.announce(pointer.signed(by: signer))
            if json { return Output.json(options.report(pointer, by: signer)) }
            Output.line("\(bundle.policyVersion) is the latest again; \(current.version) is left: \(reason)")
        }
    }
}
