internal import Crypto
internal import CryptoExtras
internal import Foundation

/// A key that tokens are checked with; from a PEM block, a JWK or a JWK set.
struct TokenKey {
    enum Material {
        case rsa(_RSA.Signing.PublicKey)
        case p256(P256.Signing.PublicKey)
        case p384(P384.Signing.PublicKey)
        case p521(P521.Signing.PublicKey)
        case ed25519(Curve25519.Signing.PublicKey)
        case secret([UInt8])
        /// Of a kind that no algorithm here uses.
        case other
    }

    /// What signs.
    enum Secret {
        case rsa(_RSA.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
        case p384(P384.Signing.PrivateKey)
        case p521(P521.Signing.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)
        case secret([UInt8])
    }

    let material: Material
    /// `alg` and `kid` of a JWK; empty where not given.
    var algorithm = ""
    var id = ""
    /// A private JWK: its public half verifies in `io.jwt.decode_verify` only.
    var isPrivate = false

    /// - Throws: OPA's errors for text that holds no key.
    static func keys(in text: String) throws(BuiltinError) -> [TokenKey] {
        guard let (block, rest) = PEMBlock.first(in: text) else {
            let set = try JSONWebKey.all(in: text) { (detail: String) in
                .failure("failed to parse a JWK key (set): \(detail)")
            }
            var keys: [TokenKey] = []
            for key in set where key.algorithm.isEmpty || TokenAlgorithm(rawValue: key.algorithm) != nil {
                keys.append(try key.verifier())
            }
            return keys
        }
        guard rest.isEmpty else { throw .failure("extra data after a PEM certificate block") }
        switch block.type {
        case "CERTIFICATE":
            do throws(BuiltinError) {
                guard let certificate = try Certificate.all(der: block.bytes).first else {
                    throw .failure("x509: malformed certificate")
                }
                guard certificate.raw.count == block.bytes.count else { throw .failure("x509: trailing data") }
                return [TokenKey(material: certificate.publicKey.verifier ?? .other)]
            } catch {
                throw .failure("failed to parse a PEM certificate: \(error.message)")
            }
        case "PUBLIC KEY":
            guard let key = material(publicKeyInfo: block.bytes[...]) else {
                throw .failure("failed to parse a PEM public key: x509: unknown public key algorithm")
            }
            return [TokenKey(material: key)]
        default:
            throw .failure("failed to extract a Key from the PEM certificate")
        }
    }

    /// The key of a `SubjectPublicKeyInfo` (RFC 5280, RFC 8410); nil for an unknown kind or a malformed one.
    static func material(publicKeyInfo info: ArraySlice<UInt8>) -> Material? {
        var outer = DERReader(info)
        guard var fields = outer.next()?.reader(), outer.isAtEnd, var algorithm = fields.next()?.reader(),
            let kind = algorithm.content(DERReader.Tag.objectIdentifier)
        else { return nil }
        let der = Array(info)
        switch Array(kind) {
        case [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]:
            return (try? _RSA.Signing.PublicKey(unsafeDERRepresentation: der)).map { .rsa($0) }
        case [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]:
            if let key = try? P256.Signing.PublicKey(derRepresentation: der) { return .p256(key) }
            if let key = try? P384.Signing.PublicKey(derRepresentation: der) { return .p384(key) }
            return (try? P521.Signing.PublicKey(derRepresentation: der)).map { .p521($0) }
        case [0x2b, 0x65, 0x70]:
            guard let bits = fields.content(DERReader.Tag.bitString), bits.first == 0 else { return nil }
            return (try? Curve25519.Signing.PublicKey(rawRepresentation: bits.dropFirst())).map { .ed25519($0) }
        default:
            return nil
        }
    }

    /// A big-endian number filled up with zeros to `size` bytes; nil when it is longer.
    static func padded(_ number: ArraySlice<UInt8>, to size: Int) -> [UInt8]? {
        let digits = number.drop { $0 == 0 }
        guard digits.count <= size else { return nil }
        return [UInt8](repeating: 0, count: size - digits.count) + digits
    }
}
