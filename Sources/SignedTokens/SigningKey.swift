import Crypto
import CryptoExtras
import FoundationEssentials

/// A private key with the name (`kid`) that its signatures carry. The algorithm follows from the key.
public struct SigningKey: Sendable {
    enum Secret: Sendable {
        case es256(P256.Signing.PrivateKey)
        case edDSA(Curve25519.Signing.PrivateKey)
        case rs256(_RSA.Signing.PrivateKey)
    }

    public let name: String
    let secret: Secret

    /// A new random key; RSA keys get 3072 bits.
    /// - Throws: `.keyNameInvalid`, `.signingFailed`.
    public init(generating algorithm: SignatureAlgorithm, name: String) throws(TokenError) {
        try KeyName.check(name)
        self.name = name
        switch algorithm {
        case .es256: secret = .es256(P256.Signing.PrivateKey())
        case .edDSA: secret = .edDSA(Curve25519.Signing.PrivateKey())
        case .rs256:
            guard let key = try? _RSA.Signing.PrivateKey(keySize: .bits3072) else {
                throw TokenError(.signingFailed, "the RSA key `\(name)` could not be made")
            }
            secret = .rs256(key)
        }
    }

    /// Reads a PKCS#8 private key: P-256, Ed25519 or RSA of 2048 to 8192 bits.
    /// - Throws: `.keyInvalid` for what is no PEM, `.keyUnsupported` for other kinds of key.
    public init(pem: String, name: String) throws(TokenError) {
        try KeyName.check(name)
        self.name = name
        let block = try PEMBlock(text: pem)
        guard block.label == "PRIVATE KEY" else {
            throw TokenError(
                .keyUnsupported, "the key `\(name)` is a PEM block `\(block.label)`, not `PRIVATE KEY`",
                fix: "convert it to unencrypted PKCS#8: openssl pkcs8 -topk8 -nocrypt -in KEY -out \(name).pem")
        }
        if let raw = Ed25519Encoding.key(in: block.der, after: Ed25519Encoding.privatePrefix),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: raw)
        {
            secret = .edDSA(key)
        } else if let key = try? P256.Signing.PrivateKey(derRepresentation: block.der) {
            secret = .es256(key)
        } else if let key = try? _RSA.Signing.PrivateKey(derRepresentation: block.der) {
            _ = try VerificationKey.rsa(key.publicKey, name: name)
            secret = .rs256(key)
        } else {
            throw TokenError(
                .keyUnsupported, "the key `\(name)` is no P-256, Ed25519 or RSA private key",
                fix: "make one with: aegis keys generate \(name)")
        }
    }

    public var algorithm: SignatureAlgorithm {
        switch secret {
        case .es256: .es256
        case .edDSA: .edDSA
        case .rs256: .rs256
        }
    }

    /// The public half, under the same name.
    public var verificationKey: VerificationKey {
        switch secret {
        case .es256(let key): VerificationKey(name: name, material: .es256(key.publicKey))
        case .edDSA(let key): VerificationKey(name: name, material: .edDSA(key.publicKey))
        case .rs256(let key): VerificationKey(name: name, material: .rs256(key.publicKey))
        }
    }

    /// PKCS#8 PEM, unencrypted: for a file of mode 0600 only (``KeyFile``).
    public var pem: String {
        switch secret {
        case .es256(let key): key.pemRepresentation + "\n"
        case .edDSA(let key):
            PEMBlock(label: "PRIVATE KEY", der: Ed25519Encoding.privatePrefix + key.rawRepresentation).text
        case .rs256(let key): PEMBlock(label: "PRIVATE KEY", der: Array(key.pkcs8DERRepresentation)).text
        }
    }

    /// The bytes of a JWS signature over `message`. ECDSA signatures are in low-s form, so that nobody can turn one
    /// into another valid signature without the key.
    public func sign(_ message: [UInt8]) throws(TokenError) -> [UInt8] {
        do {
            switch secret {
            case .es256(let key): return ECDSASignature.lowS(Array(try key.signature(for: message).rawRepresentation))
            case .edDSA(let key): return Array(try key.signature(for: message))
            case .rs256(let key):
                return Array(try key.signature(for: message, padding: .insecurePKCS1v1_5).rawRepresentation)
            }
        } catch {
            throw TokenError(.signingFailed, "the key `\(name)` could not sign")
        }
    }
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
    /// The name alone: a key that is printed or dumped does not show its secret.
    public var description: String { "SigningKey(\(name))" }
    public var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}
