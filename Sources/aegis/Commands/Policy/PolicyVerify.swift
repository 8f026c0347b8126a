import ArgumentParser
import Foundation
import PolicyBundles
import SignedTokens

struct PolicyVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a policy bundle: signature, every file, tenant, region and version.",
        discussion: """
            Prints what was verified, or everything that speaks against the bundle, and then exits with 3.

            EXAMPLES
              aegis policy verify bundle.tar.gz --trust ops-2026.pub.pem --tenant acme
              aegis policy verify new.tar.gz --trust keys/ops-2026.pub.pem --active current.tar.gz
            """)

    @Argument(help: "The bundle, a .tar.gz file.")
    var bundle: String

    @Option(
        help: "A public key that may sign; its file name is its key id. Or a trust root, a .json file. May be repeated."
    )
    var trust: [String]

    @Option(help: "The tenant that the bundle must be for.")
    var tenant: String?

    @Option(help: "The region that the bundle must fit.")
    var region: String?

    @Option(help: "What the keys are trusted for; the signature must say the same.")
    var scope: String?

    @Option(help: "The bundle that is active now: an older version is refused. It is verified with the same keys.")
    var active: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        do {
            let ring = try TrustFiles.ring(trust, scope: scope)
            var verifier = BundleVerifier(trust: ring, tenant: tenant)
            let now = Int64(Date().timeIntervalSince1970)
            if let active { verifier.active = try verifier.verify(BundleInput.read(active), now: now).asActive }
            verifier.region = region
            let verified = try verifier.verify(BundleInput.read(bundle), now: now)
            let fingerprint = ring[verified.keyID]?.key.fingerprint ?? ""
            let metadata = verified.manifest.metadata
            if let warning = TrustFiles.warning(of: trust, ring, tenant: metadata.tenant) {
                ErrorOutput.write("warning: \(warning)")
            }
            let summary = BundleSummary(
                verified, name: bundle, fingerprint: fingerprint,
                areReviewsVerified: ring.reviewRules[metadata.tenant] != nil && metadata.emergency == nil)
            json ? Output.json(summary.json) : summary.lines.forEach(Output.line)
        } catch let refusal as BundleRefusal {
            try fail(refusal.errors)
        } catch let error as BundleError {
            try fail([error])
        } catch let error as TokenError {
            ErrorOutput.write(error.description)
            throw ExitCode(1)
        }
    }

    private func fail(_ errors: [BundleError]) throws -> Never {
        for error in errors { ErrorOutput.write(error.description) }
        if json {
            Output.json([
                "verified": false, "bundle": bundle,
                "errors": errors.map { ["code": $0.code.rawValue, "message": $0.message, "file": $0.member ?? ""] },
            ])
        }
        throw ExitCode(3)
    }
}
