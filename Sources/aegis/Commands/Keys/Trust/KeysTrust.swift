import ArgumentParser
import Foundation
import SignedTokens

struct KeysTrust: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust",
        abstract: "Say whose keys count: the trust root, a signed document of people, keys, roles and tenants.",
        discussion: """
            Every change makes the next version, signed by the root key; gateways, histories and auditors refuse an older one, and
            one that the root keys before did not sign.

            EXAMPLES
              aegis keys generate root --out keys/
              aegis keys trust init trust-root.json --root keys/root.pem
              aegis keys trust add trust-root.json keys/maria.pub.pem --person maria --role author --tenant acme --root keys/root.pem
              aegis keys trust quorum trust-root.json --tenant acme --need approver=2 --root keys/root.pem
              aegis keys trust rotate trust-root.json maria-2026 --to keys/maria-2027.pub.pem --overlap 14d --root keys/root.pem
              aegis keys trust revoke trust-root.json maria-2026 --reason "laptop stolen" --compromised --root keys/root.pem
              aegis keys trust show trust-root.json
            """,
        subcommands: [
            TrustInit.self, TrustAdd.self, TrustQuorum.self, TrustRotate.self, TrustRevoke.self, TrustSign.self,
            TrustShow.self,
        ])
}

/// The file of a trust root and the root keys that sign its next version.
struct TrustEdit: ParsableArguments {
    @Argument(help: "The trust root, a .json file.")
    var file: String

    @Option(help: "A root key to sign with (PEM, readable by you alone). May be repeated.")
    var root: [String] = []

    @Option(help: "A command that signs with a root key. May be repeated.")
    var rootSigner: [String] = []

    @Flag(help: "Print one JSON object.")
    var json = false

    func signers() throws -> [any Signer] {
        let signers: [any Signer] =
            try root.map { try KeyFile.signingKey(at: $0) as any Signer }
            + rootSigner.map { try CommandSigner(command: $0) as any Signer }
        guard !signers.isEmpty else {
            throw CommandFailure("no root key signs", fix: "give one: --root keys/root.pem", exitCode: 2)
        }
        return signers
    }

    /// Makes the next version, signs it, and puts it in place of the one before. Where more root keys have to sign than are
    /// here, the file waits beside it for `aegis keys trust sign`.
    func change(_ body: (inout TrustRoot) throws -> Void) async throws {
        try await LifecycleFailure.reporting {
            let former = try TrustFiles.root(at: file).root
            try requireNoneWaits(after: former)
            var next = former
            next.version += 1
            next.issuedAt = LifecycleSession.now
            try body(&next)
            next.keys.sort { $0.key.name < $1.key.name }
            var signed = try SignedTrustRoot(next)
            for signer in try signers() { try signed.sign(with: signer, allowing: former) }
            try place(signed, after: former)
        }
    }

    /// Where a version waits for its signatures.
    var waitingFile: String { file + ".unsigned" }

    /// A change that waits would be lost by another one in its place.
    private func requireNoneWaits(after former: TrustRoot) throws {
        guard FileManager.default.fileExists(atPath: waitingFile) else { return }
        let waiting = try TrustFiles.waiting(at: waitingFile)
        guard waiting.root.version > former.version else { return }
        throw CommandFailure(
            "`\(waitingFile)` waits for signatures: version \(waiting.root.version), signed by \(waiting.signerNames.joined(separator: ", "))",
            fix: "have it signed first (aegis keys trust sign \(file) --root KEY), or remove it")
    }

    private func place(_ signed: SignedTrustRoot, after former: TrustRoot) throws {
        do throws(TokenError) {
            try signed.check(after: former)
        } catch {
            guard error.code == .trustUnsigned else { throw error }
            try Self.write(signed, to: waitingFile)
            return report(signed, waitsAt: waitingFile)
        }
        try Self.write(signed, to: file)
        report(signed)
    }

    /// - Parameter waiting: the file in which it waits for more signatures; nil: it is in force.
    func report(_ signed: SignedTrustRoot, waitsAt waiting: String? = nil) {
        if json {
            return Output.json([
                "file": waiting ?? file, "version": signed.root.version, "signed_by": signed.signerNames,
                "threshold": signed.root.threshold, "complete": waiting == nil,
            ])
        }
        if let waiting {
            Output.line(
                "\(waiting): version \(signed.root.version), signed by \(signed.signerNames.joined(separator: ", ")), waits for more signatures: aegis keys trust sign \(file) --root KEY"
            )
        } else {
            Output.line(
                "\(file): version \(signed.root.version), signed by \(signed.signerNames.joined(separator: ", "))")
        }
    }

    static func write(_ signed: SignedTrustRoot, to path: String) throws {
        try ResultFile.write(signed.bytes, to: path)
    }
}
