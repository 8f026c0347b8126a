import ArgumentParser
import Foundation
import PolicyBundles
import PolicyDocuments
import RegoSyntax
import SignedTokens

struct PolicyBuild: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Compile a folder of policies into a signed OPA bundle.",
        discussion: """
            The same policies and settings give the same bytes, but for the signature of an ES256 key. The time comes from
            SOURCE_DATE_EPOCH where that is set. An invalid policy makes no bundle and exits with 3.

            EXAMPLES
              aegis policy build policies/ -o bundle.tar.gz --key keys/ops-2026.pem --tenant acme --version 1
              aegis policy build policies/ -o next.tar.gz --key keys/ops-2026.pem --parent bundle.tar.gz
              aegis policy build policies/ -o bundle.tar.gz --signer 'pkcs11-sign ops-2026'
            """)

    @Argument(help: "The folder of policies.")
    var folder: String

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: "The bundle to write; an existing one is replaced whole.")
    var output: String

    @OptionGroup var signing: SignerOptions

    @Option(help: "The tenant that the policies are for (default: that of --parent, else `default`).")
    var tenant: String?

    @Option(help: "The version, counted up by one with each bundle (default: one more than --parent, else 1).")
    var version: Int?

    @Option(help: "The region that the bundle is for (default: every region).")
    var region: String?

    @Option(help: "The bundle that this one follows.")
    var parent: String?

    @Option(help: "A public key that may have signed --parent, besides your own. May be repeated.")
    var trust: [String] = []

    @Option(help: "Who wrote the policies (default: your user name).")
    var author: String?

    @Option(help: "What the signature is for; whoever verifies must expect the same.")
    var scope: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if let tenant, !BundleMetadata.isTenantName(tenant) {
            throw ValidationError(
                "--tenant `\(tenant)` cannot be the name of a tenant: 1 to 63 of a-z, 0-9, `-` and `_`")
        }
        if let version, version < 1 { throw ValidationError("--version \(version) is no version: they begin with 1") }
    }

    func run() throws {
        let now = try SourceDate.seconds()
        do {
            let signer = try signing.open()
            let before = try parent.map { try readParent($0, signer: signer, now: now) }
            let policies = try compile(tenant: tenant ?? before?.manifest.metadata.tenant ?? "default")
            let metadata = BundleMetadata(
                tenant: tenant ?? before?.manifest.metadata.tenant ?? "default", region: region,
                version: version ?? (before?.manifest.metadata.version ?? 0) + 1, parent: before?.digest,
                createdAt: Date(timeIntervalSince1970: TimeInterval(now)).formatted(.iso8601),
                author: author ?? ProcessInfo.processInfo.userName, controls: policies.controls)
            let files = policies.files.map { BundleFile(path: $0.path, bytes: $0.bytes) }
            let built = try BundleBuilder(metadata: metadata, files: files).build(
                signedBy: signer, scope: scope, at: now)
            try write(built.archive)
            report(built, files: files.count, signer: signer)
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

    /// Warnings go to stderr and do not stop the build.
    private func compile(tenant: String) throws -> CompiledPolicies {
        do {
            let policies = try PolicyCompiler(tenant: tenant).compile(PolicyFolder.read(folder))
            try policies.checkProgram()
            for warning in policies.warnings { ErrorOutput.write(warning.rendered) }
            return policies
        } catch let diagnostics as Diagnostics {
            for diagnostic in diagnostics.all { ErrorOutput.write(diagnostic.rendered) }
            throw ExitCode(3)
        }
    }

    private func readParent(_ path: String, signer: any Signer, now: Int64) throws -> VerifiedBundle {
        let own = signer.verificationKey
        let others = try trust.map { try KeyFile.verificationKey(at: $0) }.filter { $0 != own }
        let ring = try KeyRing(([own] + others).map { TrustedKey($0, scope: scope) })
        return try BundleVerifier(trust: ring, tenant: tenant).verify(BundleInput.read(path), now: now)
    }

    private func write(_ archive: [UInt8]) throws {
        try ResultFile.write(archive, to: output)
    }

    private func report(_ built: BuiltBundle, files: Int, signer: any Signer) {
        if json {
            return Output.json([
                "bundle": output, "policy_version": built.policyVersion, "digest": built.digest.description,
                "content_digest": built.contentDigest.description, "key": signer.name, "bytes": built.archive.count,
            ])
        }
        Output.line("\(output): built \(built.policyVersion), signed by \(signer.name)")
        Output.line("digest          \(built.digest)")
        Output.line("content digest  \(built.contentDigest)")
        Output.line("size            \(built.archive.count) bytes, \(files) files")
    }
}
