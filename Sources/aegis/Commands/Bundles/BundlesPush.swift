import ArgumentParser
import ObjectStores
import PolicyBundles
import SignedTokens

struct BundlesPush: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Put a signed bundle into a store and make it its tenant's latest.",
        discussion: """
            The bundle is verified first. A version that is there with another content, or is older than the latest, is refused; of two
            who push at once one is told. After a push that broke off, push the same bundle again. With --trust, a pointer that none of
            these keys signed does not count as the latest, so that whoever can write to the store cannot hold up a publisher.

            EXAMPLES
              aegis bundles push bundle.tar.gz --store file:///var/lib/aegis/bundles --key keys/ops-2026.pem
              aegis bundles push bundle.tar.gz --store s3://acme-policies/prod?region=eu-central-1 --key keys/ops-2026.pem
              aegis bundles push bundle.tar.gz --store gs://acme-policies/prod --signer 'pkcs11-sign ops-2026' --trust trust-root.json
            """)

    @Argument(help: "The bundle, a .tar.gz file.")
    var bundle: String

    @OptionGroup var options: BundleStoreOptions

    @OptionGroup var signing: SignerOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        try await BundleStoreOptions.reporting {
            let signer = try signing.open()
            let now = try BundleStoreOptions.now
            let ring = try options.ring(with: signer)
            let verified = try BundleVerifier(trust: ring).verify(BundleInput.read(bundle), now: now)
            let pointer = try BundlePointer(to: verified, signedAt: now, scope: options.scope).signed(by: signer)
            let stored = try await options.open(trusting: ring).publish(verified, pointer: pointer)
            guard json else { return Output.line("\(bundle): published \(verified.policyVersion)") }
            let report: [String: Any] = [
                "policy_version": verified.policyVersion, "tenant": stored.tenant, "version": stored.version,
                "digest": stored.digest.description, "signed_by": signer.name,
            ]
            Output.json(report)
        }
    }
}
