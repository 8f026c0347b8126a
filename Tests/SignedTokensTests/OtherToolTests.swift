import AegisTesting
import Foundation
import Testing

@testable import SignedTokens

/// Keys and tokens as OpenSSL and PyJWT see them.
@Suite struct OtherToolTests {
    @Test(.enabled(if: OtherTool.hasOpenSSL), arguments: [SignatureAlgorithm.es256, .edDSA])
    func `openssl reads our private key and finds our public key`(algorithm: SignatureAlgorithm) throws {
        try withFolder { folder in
            let key = try SigningKey(generating: algorithm, name: "k")
            let paths = try KeyFile.write(key, into: folder)
            let publicKey = try OtherTool.run("openssl", ["pkey", "-in", paths.private, "-pubout"])
            #expect(String(decoding: publicKey, as: UTF8.self) == key.verificationKey.pem)
            let der = try OtherTool.run("openssl", ["pkey", "-pubin", "-in", paths.public, "-outform", "DER"])
            try der.write(to: URL(fileURLWithPath: folder + "/der"))
            let digest = try OtherTool.run("openssl", ["dgst", "-sha256", "-r", folder + "/der"])
            #expect("sha256:" + String(decoding: digest.prefix(64), as: UTF8.self) == key.verificationKey.fingerprint)
        }
    }

    @Test(
        .enabled(if: OtherTool.hasOpenSSL),
        arguments: [
            (SignatureAlgorithm.es256, ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
            (.edDSA, ["-algorithm", "ED25519"]),
            (.rs256, ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
        ])
    func `we read the private keys that openssl makes`(algorithm: SignatureAlgorithm, options: [String]) throws {
        try withFolder { folder in
            let path = folder + "/k.pem"
            try OtherTool.run("openssl", ["genpkey"] + options + ["-out", path])
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            let key = try KeyFile.signingKey(at: path)
            #expect(key.algorithm == algorithm)
            let publicKey = try OtherTool.run("openssl", ["pkey", "-in", path, "-pubout"])
            #expect(String(decoding: publicKey, as: UTF8.self) == key.verificationKey.pem)
        }
    }

    @Test(.enabled(if: OtherTool.hasPyJWT), arguments: [SignatureAlgorithm.es256, .edDSA])
    func `PyJWT verifies our tokens`(algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey(generating: algorithm, name: "k")
        let token = try key.token(over: Array(#"{"sub":"finance-agent"}"#.utf8))
        let script = """
            import jwt, sys
            print(jwt.decode(sys.argv[1], sys.argv[2], algorithms=[sys.argv[3]])["sub"], jwt.get_unverified_header(sys.argv[1])["kid"])
            """
        let output = try OtherTool.run("python3", ["-c", script, token, key.verificationKey.pem, algorithm.rawValue])
        #expect(String(decoding: output, as: UTF8.self) == "finance-agent k\n")
    }

    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("keys-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }
}
