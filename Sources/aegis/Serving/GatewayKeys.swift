import Crypto
import Foundation
import SignedTokens

/// The gateway's own keys, made on first use, in files for their owner alone.
struct GatewayKeys {
    /// Signs override tokens.
    let tokens: SigningKey
    /// Signs the bundles that `aegis serve --policies` builds. For development.
    let development: SigningKey
    /// Keys the hashes of values that policies count in sessions.
    let commitments: SymmetricKey
    /// Seals the inputs of decisions.
    let inputs: SymmetricKey
    /// Seals the answers that are kept for retries.
    let answers: SymmetricKey
    /// Keys the pseudonyms that stand for what is redacted. Gateways that are to give the same text the same one share the file.
    let pseudonyms: SymmetricKey

    init(in folder: URL) throws {
        tokens = try Self.signingKey("override-tokens", .edDSA, in: folder)
        development = try Self.signingKey("development", .es256, in: folder)
        pseudonyms = try Self.secret(at: folder.appendingPathComponent("pseudonyms.key"))
        commitments = try Self.secret(at: folder.appendingPathComponent("commitments.key"))
        inputs = try Self.inputs(in: folder)
        answers = try Self.secret(at: folder.appendingPathComponent("answers.key"))
    }

    /// The key of the sealed inputs alone.
    static func inputs(in folder: URL) throws -> SymmetricKey {
        try secret(at: folder.appendingPathComponent("inputs.key"))
    }

    private static func signingKey(_ name: String, _ algorithm: SignatureAlgorithm, in folder: URL) throws -> SigningKey
    {
        let path = folder.appendingPathComponent("\(name).pem").path
        if !FileManager.default.fileExists(atPath: path) {
            let publicHalf = folder.appendingPathComponent("\(name).pub.pem").path
            guard !FileManager.default.fileExists(atPath: publicHalf) else {
                throw CommandFailure(
                    "`\(publicHalf)` is there, and the private key `\(path)` is gone",
                    fix: "bring the private key back from a copy; or move the public one away, and a new pair is made")
            }
            _ = try KeyFile.write(SigningKey(generating: algorithm, name: name), into: folder.path)
        }
        return try KeyFile.signingKey(at: path)
    }

    private static func secret(at file: URL) throws -> SymmetricKey {
        if !FileManager.default.fileExists(atPath: file.path) {
            let key = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
            guard
                FileManager.default.createFile(atPath: file.path, contents: key, attributes: [.posixPermissions: 0o600])
            else {
                throw CommandFailure("`\(file.path)` cannot be written", fix: "check your rights to the folder")
            }
        }
        let bytes = try Data(contentsOf: file)
        guard bytes.count == 32 else {
            throw CommandFailure(
                "`\(file.path)` is damaged: it has \(bytes.count) bytes instead of 32", fix: "restore it from a copy")
        }
        return SymmetricKey(data: bytes)
    }
}
