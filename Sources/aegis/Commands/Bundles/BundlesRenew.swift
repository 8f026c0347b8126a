import ArgumentParser
import ObjectStores
import PolicyBundles
import SignedTokens

struct BundlesRenew: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renew",
        abstract: "Say again, with a new time, that the latest bundle is the latest.",
        discussion: """
            Tenants may set how long a gateway goes by policies that nobody has called the latest (`stale_after`). Run this well within
            that time, from a timer.

            EXAMPLES
              aegis bundles renew --store s3://acme-policies/prod --tenant acme --key keys/ops-2026.pem
            """)

    @OptionGroup var options: BundleStoreOptions

    @Option(help: "The tenant.")
    var tenant: String

    @OptionGroup var signing: SignerOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        try await BundleStoreOptions.reporting {
            let signer = try signing.open()
            let ring = try options.ring(with: signer)
            let store = try options.open(trusting: ring)
            guard var pointer = try await options.pointer(in: store, tenant: tenant, trusting: ring)
            else { throw CommandFailure("nothing is published for `\(tenant)`", fix: "push a bundle first") }
            pointer.signedAt = try BundleStoreOptions.now
            pointer.scope = options.scope
            try await store.announce(pointer.signed(by: signer))
            if json { return Output.json(options.report(pointer, by: signer)) }
            Output.line("\(tenant)/\(pointer.version) is the latest, said again by \(signer.name)")
        }
    }
}
