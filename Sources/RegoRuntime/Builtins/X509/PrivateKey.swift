internal import Crypto
internal import Foundation

/// A private key in one of the forms that PEM files hold: PKCS #1 and #8 (RFC 8017, RFC 5958), SEC 1 (RFC 5915).
enum PrivateKey {
    case rsa(RSAPrivateNumbers)
    /// - Parameters:
    ///   - curve: as a JWK names it.
    ///   - scalar: as long as a coordinate.
    case elliptic(curve: String, scalar: [UInt8], x: [UInt8], y: [UInt8])
    case ed25519(seed: [UInt8], publicKey: [UInt8])
    /// For key agreement; nothing of it is shown.
    case x25519

    private static let useOther = "instead for this key format)"

    static func pkcs1(_ der: [UInt8]) throws(BuiltinError) -> PrivateKey {
        if let numbers = try RSAPrivateNumbers(der: der) { return .rsa(numbers) }
        if EllipticFields(der) != nil {
            throw .failure("x509: failed to parse private key (use ParseECPrivateKey \(useOther)")
        }
        if Wrapped(der) != nil {
            throw .failure("x509: failed to parse private key (use ParsePKCS8PrivateKey \(useOther)")
        }
        throw .failure("asn1: structure error: RSA private key is malformed")
    }

    static func sec1(_ der: [UInt8]) throws(BuiltinError) -> PrivateKey {
        guard let fields = EllipticFields(der) else {
            if Wrapped(der) != nil {
                throw .failure("x509: failed to parse private key (use ParsePKCS8PrivateKey \(useOther)")
            }
            if let numbers = try? RSAPrivateNumbers(der: der), numbers.exponent > 0 {
                throw .failure("x509: failed to parse private key (use ParsePKCS1PrivateKey \(useOther)")
            }
            throw .failure("x509: failed to parse EC private key: asn1: structure error: malformed")
        }
        return try elliptic(fields, curve: fields.curve)
    }

    static func pkcs8(_ der: [UInt8]) throws(BuiltinError) -> PrivateKey {
        guard let wrapped = Wrapped(der) else {
            if EllipticFields(der) != nil {
                throw .failure("x509: failed to parse private key (use ParseECPrivateKey \(useOther)")
            }
            if let numbers = try? RSAPrivateNumbers(der: der), numbers.exponent > 0 {
                throw .failure("x509: failed to parse private key (use ParsePKCS1PrivateKey \(useOther)")
            }
            throw .failure("asn1: structure error: private key is malformed")
        }
        switch wrapped.algorithm.id.text {
        case "1.2.840.113549.1.1.1":
            return try embedded("RSA") { () throws(BuiltinError) in try pkcs1(wrapped.key) }
        case "1.2.840.10045.2.1":
            return try embedded("EC") { () throws(BuiltinError) in
                guard let fields = EllipticFields(wrapped.key) else {
                    throw .failure("x509: failed to parse EC private key: asn1: structure error: malformed")
                }
                var parameters = DERReader(wrapped.algorithm.parameters[...])
                return try elliptic(fields, curve: parameters.objectIdentifier() ?? fields.curve)
            }
        case "1.3.101.112": return try ed25519(wrapped)
        case "1.3.101.110": return .x25519
        default:
            throw .failure(
                "x509: PKCS#8 wrapping contained private key with unknown algorithm: \(wrapped.algorithm.id.text)")
        }
    }

    private static func embedded(
        _ kind: String, _ parse: () throws(BuiltinError) -> PrivateKey
    ) throws(BuiltinError) -> PrivateKey {
        do throws(BuiltinError) {
            return try parse()
        } catch {
            throw .failure("x509: failed to parse \(kind) private key embedded in PKCS#8: \(error.message)")
        }
    }

    private static func ed25519(_ wrapped: Wrapped) throws(BuiltinError) -> PrivateKey {
        guard wrapped.algorithm.parameters.isEmpty else {
            throw .failure("x509: invalid Ed25519 private key parameters")
        }
        var reader = DERReader(wrapped.key[...])
        guard let seed = reader.content(DERReader.Tag.octetString) else {
            throw .failure("x509: invalid Ed25519 private key: asn1: structure error: malformed")
        }
        guard seed.count == 32, let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
            throw .failure("x509: invalid Ed25519 private key length: \(seed.count)")
        }
        return .ed25519(seed: Array(seed), publicKey: Array(key.publicKey.rawRepresentation))
    }

    /// Zeros before the scalar may be missing or too many.
    private static func elliptic(
        _ fields: EllipticFields, curve: ASN1ObjectIdentifier?
    ) throws(BuiltinError) -> PrivateKey {
        guard fields.version == 1 else { throw .failure("x509: unknown EC private key version \(fields.version)") }
        let (name, size): (String, Int)
        switch curve?.text {
        case "1.2.840.10045.3.1.7": (name, size) = ("P-256", 32)
        case "1.3.132.0.34": (name, size) = ("P-384", 48)
        case "1.3.132.0.35": (name, size) = ("P-521", 66)
        default: throw .failure("x509: unknown elliptic curve")
        }
        guard let scalar = TokenKey.padded(fields.scalar[...], to: size) else {
            throw .failure("x509: invalid private key length")
        }
        let point: Data?
        switch size {
        case 32: point = try? P256.Signing.PrivateKey(rawRepresentation: scalar).publicKey.rawRepresentation
        case 48: point = try? P384.Signing.PrivateKey(rawRepresentation: scalar).publicKey.rawRepresentation
        default: point = try? P521.Signing.PrivateKey(rawRepresentation: scalar).publicKey.rawRepresentation
        }
        guard let point else { throw .failure("x509: invalid elliptic curve private key value") }
        let coordinates = Array(point)
        return .elliptic(
            curve: name, scalar: scalar, x: Array(coordinates.prefix(size)), y: Array(coordinates.suffix(size)))
    }
}

extension PrivateKey {
    /// `ECPrivateKey` (RFC 5915).
    private struct EllipticFields {
        let version: Int
        let scalar: [UInt8]
        let curve: ASN1ObjectIdentifier?

        init?(_ der: [UInt8]) {
            var outer = DERReader(der[...])
            guard var fields = outer.reader(), let version = fields.smallInteger(),
                let scalar = fields.content(DERReader.Tag.octetString)
            else { return nil }
            var curve: ASN1ObjectIdentifier?
            if fields.nextTag == DERReader.Tag.constructed(0) {
                guard var field = fields.reader(DERReader.Tag.constructed(0)), let id = field.objectIdentifier() else {
                    return nil
                }
                curve = id
            }
            (self.version, self.scalar, self.curve) = (version, Array(scalar), curve)
        }
    }

    /// `PrivateKeyInfo` (RFC 5958); attributes are not looked at.
    private struct Wrapped {
        let algorithm: AlgorithmIdentifier
        let key: [UInt8]

        init?(_ der: [UInt8]) {
            var outer = DERReader(der[...])
            guard var fields = outer.reader(), fields.smallInteger() != nil, let algorithm = fields.reader(),
                let identifier = try? AlgorithmIdentifier(algorithm),
                let key = fields.content(DERReader.Tag.octetString)
            else { return nil }
            (self.algorithm, self.key) = (identifier, Array(key))
        }
    }
}
