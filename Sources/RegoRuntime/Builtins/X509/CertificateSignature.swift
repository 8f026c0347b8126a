internal import Crypto
internal import CryptoExtras
internal import Foundation

/// How a certificate or a request is signed; the numbers are those of Go's `SignatureAlgorithm`.
enum CertificateSignature: Int {
    case unknown = 0
    case md5RSA = 2
    case sha1RSA = 3
    case sha256RSA = 4
    case sha384RSA = 5
    case sha512RSA = 6
    case sha1DSA = 7
    case sha256DSA = 8
    case sha1ECDSA = 9
    case sha256ECDSA = 10
    case sha384ECDSA = 11
    case sha512ECDSA = 12
    case sha256PSS = 13
    case sha384PSS = 14
    case sha512PSS = 15
    case ed25519 = 16

    init(_ identifier: AlgorithmIdentifier) {
        switch identifier.id.text {
        case "1.2.840.113549.1.1.4": self = .md5RSA
        case "1.2.840.113549.1.1.5", "1.3.14.3.2.29": self = .sha1RSA
        case "1.2.840.113549.1.1.11": self = .sha256RSA
        case "1.2.840.113549.1.1.12": self = .sha384RSA
        case "1.2.840.113549.1.1.13": self = .sha512RSA
        case "1.2.840.10040.4.3": self = .sha1DSA
        case "2.16.840.1.101.3.4.3.2": self = .sha256DSA
        case "1.2.840.10045.4.1": self = .sha1ECDSA
        case "1.2.840.10045.4.3.2": self = .sha256ECDSA
        case "1.2.840.10045.4.3.3": self = .sha384ECDSA
        case "1.2.840.10045.4.3.4": self = .sha512ECDSA
        case "1.3.101.112": self = identifier.parameters.isEmpty ? .ed25519 : .unknown
        case "1.2.840.113549.1.1.10": self = Self.pss(identifier.parameters)
        default: self = .unknown
        }
    }

    /// The three usual parameter sets of RSASSA-PSS (RFC 8017, A.2.3): one digest for message and mask, a salt as long.
    private static func pss(_ parameters: [UInt8]) -> CertificateSignature {
        var outer = DERReader(parameters[...])
        guard var fields = outer.reader(), outer.isAtEnd,
            let hash = digest(fields.reader(DERReader.Tag.constructed(0))),
            var mask = fields.reader(DERReader.Tag.constructed(1)), var generator = mask.reader(),
            generator.objectIdentifier()?.text == "1.2.840.113549.1.1.8", digest(generator) == hash,
            var salt = fields.reader(DERReader.Tag.constructed(2)), let saltLength = salt.smallInteger()
        else { return .unknown }
        if !fields.isAtEnd {
            guard var trailer = fields.reader(DERReader.Tag.constructed(3)), trailer.smallInteger() == 1 else {
                return .unknown
            }
        }
        switch (hash, saltLength) {
        case ("2.16.840.1.101.3.4.2.1", 32): return .sha256PSS
        case ("2.16.840.1.101.3.4.2.2", 48): return .sha384PSS
        case ("2.16.840.1.101.3.4.2.3", 64): return .sha512PSS
        default: return .unknown
        }
    }

    /// The identifier of a digest whose parameters are NULL or left out.
    private static func digest(_ reader: DERReader?) -> String? {
        guard var reader, var fields = reader.reader(), let id = fields.objectIdentifier(),
            fields.isAtEnd || fields.next().map({ Array($0.whole) }) == [DERReader.Tag.null, 0]
        else { return nil }
        return id.text
    }

    /// Whether the holder of `key` signed these bytes. MD5, SHA-1, DSA and P-224 sign nothing here.
    func isValid(_ signature: [UInt8], of message: [UInt8], by key: TokenKey.Material?) -> Bool {
        switch (self, key) {
        case (.sha256RSA, .rsa(let key)):
            return Self.isValid(signature, SHA256.hash(data: message), key, .insecurePKCS1v1_5)
        case (.sha384RSA, .rsa(let key)):
            return Self.isValid(signature, SHA384.hash(data: message), key, .insecurePKCS1v1_5)
        case (.sha512RSA, .rsa(let key)):
            return Self.isValid(signature, SHA512.hash(data: message), key, .insecurePKCS1v1_5)
        case (.sha256PSS, .rsa(let key)): return Self.isValid(signature, SHA256.hash(data: message), key, .PSS)
        case (.sha384PSS, .rsa(let key)): return Self.isValid(signature, SHA384.hash(data: message), key, .PSS)
        case (.sha512PSS, .rsa(let key)): return Self.isValid(signature, SHA512.hash(data: message), key, .PSS)
        case (.sha256ECDSA, let key?): return Self.isValid(signature, SHA256.hash(data: message), key)
        case (.sha384ECDSA, let key?): return Self.isValid(signature, SHA384.hash(data: message), key)
        case (.sha512ECDSA, let key?): return Self.isValid(signature, SHA512.hash(data: message), key)
        case (.ed25519, .ed25519(let key)): return key.isValidSignature(signature, for: message)
        default: return false
        }
    }

    private static func isValid(
        _ signature: [UInt8], _ digest: some Digest, _ key: _RSA.Signing.PublicKey, _ padding: _RSA.Signing.Padding
    ) -> Bool {
        let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
        return key.isValidSignature(signature, for: digest, padding: padding)
    }

    private static func isValid(_ signature: [UInt8], _ digest: some Digest, _ key: TokenKey.Material) -> Bool {
        switch key {
        case .p256(let key):
            guard let parsed = try? P256.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.isValidSignature(parsed, for: digest)
        case .p384(let key):
            guard let parsed = try? P384.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.isValidSignature(parsed, for: digest)
        case .p521(let key):
            guard let parsed = try? P521.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.isValidSignature(parsed, for: digest)
        default:
            return false
        }
    }
}
