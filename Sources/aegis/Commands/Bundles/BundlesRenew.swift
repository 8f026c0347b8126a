import ArgumentParser
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

    @Option(help: "The private key that signs the pointer (PEM, readable by you alone).")
    var key: String

    func run() async throws {
        try await BundleStoreOptions.reporting {
            let signer = try KeyFile.signingKey(at: key)
            let store = try options.open()
            guard
                var pointer = try await options.pointer(in: store, tenant: tenant, trusting: options.ring(with: signer))
            else { throw CommandFailure("nothing is published for `\(tenant)`", fix: "push a bundle first") }
            pointer.signedAt = BundleStoreOptions.now
            pointer.scope = options.scope
            try await store.announce(pointer.signed(by: signer))
            Output.line("\(tenant)/\(pointer.version) is the latest, said again by \(signer.name)")
        }
    }
}
