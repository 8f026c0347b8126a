import ArgumentParser
import Foundation
import SignedTokens

struct KeysGenerate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Make a key pair for signing policies, tokens or checkpoints.",
        discussion: """
            Writes NAME.pem (PKCS#8, readable by you alone) and NAME.pub.pem. NAME is the key id in everything that the key signs.
            Existing files are never overwritten.

            EXAMPLES
              aegis keys generate ops-2026 --out keys/
              aegis keys generate edge-1 --algorithm ES256
            """)

    @Argument(help: "The key's name: letters, digits, `.`, `_` and `-`.")
    var name: String

    @Option(
        help: "EdDSA, ES256 or RS256; stock OPA verifies all three. EdDSA makes builds reproducible to the last byte.",
        transform: Self.algorithm(named:))
    var algorithm: SignatureAlgorithm = .edDSA

    @Option(
        name: [.customLong("out"), .customShort("o")], help: "The folder for the two files; made if it is not there.")
    var folder: String = "."

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let key: SigningKey
        let paths: (private: String, public: String)
        do {
            key = try SigningKey(generating: algorithm, name: name)
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            paths = try KeyFile.write(key, into: folder)
        } catch let error as TokenError {
            ErrorOutput.write(error.description)
            throw ExitCode(error.code == .keyNameInvalid ? 2 : 1)
        } catch {
            throw CommandFailure("`\(folder)` cannot be made", fix: "choose a folder that you may write to")
        }
        let fingerprint = key.verificationKey.fingerprint
        if json {
            return Output.json([
                "name": name, "algorithm": algorithm.rawValue, "private_key": paths.private, "public_key": paths.public,
                "fingerprint": fingerprint,
            ])
        }
        Output.line("private key  \(paths.private)")
        Output.line("public key   \(paths.public)")
        Output.line("fingerprint  \(fingerprint)")
    }

    private static func algorithm(named name: String) throws -> SignatureAlgorithm {
        guard
            let algorithm = SignatureAlgorithm.allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() })
        else {
            throw ValidationError("`\(name)` is not an algorithm to sign with; choose ES256, EdDSA or RS256")
        }
        return algorithm
    }
}
