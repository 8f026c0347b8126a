import Crypto
import CryptoExtras
import FoundationEssentials

/// A public key and its name. It verifies one algorithm only, whatever a token's header says.
public struct VerificationKey: Sendable {
    enum Material: Sendable {
        case es256(P256.Signing.PublicKey)
        case edDSA(Curve25519.Signing.PublicKey)
        case rs256(_RSA.Signing.PublicKey)
    }

    public let name: String
    let material: Material

    init(name: String, material: Material) {
        self.name = name
        self.material = material
    }

    /// Reads an SPKI public key: P-256, Ed25519 or RSA.
    /// - Throws: `.keyInvalid` for what is no PEM, `.keyUnsupported` for other kinds of key.
    public init(pem: String, name: String) throws(TokenError) {
        try KeyName.check(name)
        self.name = name
        let block = try PEMBlock(text: pem)
        guard block.label == "PUBLIC KEY" else {
            let isPrivate = block.label.hasSuffix("PRIVATE KEY")
            throw TokenError(
                .keyUnsupported, "the key `\(name)` is a PEM block `\(block.label)`, not `PUBLIC KEY`",
                fix: isPrivate
                    ? "give the public key; a private key belongs to the signer alone"
                    : "convert it: openssl x509 -pubkey -noout -in CERTIFICATE")
        }
        if let raw = Ed25519Encoding.key(in: block.der, after: Ed25519Encoding.publicPrefix),
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: raw)
        {
            material = .edDSA(key)
        } else if let key = try? P256.Signing.PublicKey(derRepresentation: block.der) {
            material = .es256(key)
        } else if let key = try? _RSA.Signing.PublicKey(derRepresentation: block.der) {
            material = try Self.rsa(key, name: name)
        } else {
            throw TokenError(.keyUnsupported, "the key `\(name)` is none of P-256, Ed25519 and RSA")
        }
    }

    public var algorithm: SignatureAlgorithm {
        switch material {
        case .es256: .es256
        case .edDSA: .edDSA
        case .rs256: .rs256
        }
    }

    /// SPKI PEM.
    public var pem: String { PEMBlock(label: "PUBLIC KEY", der: der).text }

    /// `sha256:` and the SHA-256 of the SPKI bytes in hex: what `openssl pkey -pubin -outform DER | sha256sum` prints.
    public var fingerprint: String {
        "sha256:" + Hexadecimal.encode(SHA256.hash(data: der))
    }

    /// Whether `signature` is this key's over `message`.
    public func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        switch material {
        case .es256(let key):
            guard signature.count == 64, let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
            else {
                return false
            }
            return key.isValidSignature(parsed, for: message)
        case .edDSA(let key):
            return signature.count == 64 && key.isValidSignature(signature, for: message)
        case .rs256(let key):
            let parsed = _RSA.Signing.RSASignature(rawRepresentation: signature)
            return key.isValidSignature(parsed, for: message, padding: .insecurePKCS1v1_5)
        }
    }

    private var der: [UInt8] {
        switch material {
        case .es256(let key): Array(key.derRepresentation)
        case .edDSA(let key): Ed25519Encoding.publicPrefix + key.rawRepresentation
        case .rs256(let key): Array(key.derRepresentation)
        }
    }

    /// Short moduli can be factored, and long ones cost whoever verifies.
    static func rsa(_ key: _RSA.Signing.PublicKey, name: String) throws(TokenError) -> Material {
        guard (2048...8192).contains(key.keySizeInBits) else {
            throw TokenError(
                .keyUnsupported, "the RSA key `\(name)` has \(key.keySizeInBits) bits; 2048 to 8192 are allowed")
        }
        return .rs256(key)
    }
}

extension VerificationKey: Equatable {
    public static func == (left: Self, right: Self) -> Bool { left.name == right.name && left.der == right.der }
}
