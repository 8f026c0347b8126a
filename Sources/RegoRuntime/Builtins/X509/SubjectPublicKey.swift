/// The public key of a certificate or a request (RFC 5280, section 4.1.2.7; RFC 3279; RFC 8410).
struct SubjectPublicKey {
    enum Key {
        case rsa(modulus: [UInt8], exponent: Int)
        case dsa(p: [UInt8], q: [UInt8], g: [UInt8], y: [UInt8])
        case elliptic(x: [UInt8], y: [UInt8])
        case ed25519([UInt8])
        case unknown
    }

    /// Numbers of more bytes than this are refused: nobody uses them, and printing them takes time.
    static let maximumNumberSize = 2048

    /// The `SubjectPublicKeyInfo`.
    let raw: [UInt8]
    let key: Key
    /// What checks signatures; nil for a key of a kind or size that none here is checked with.
    let verifier: TokenKey.Material?

    /// - Throws: Go's errors for a malformed key; one of an unknown kind is `.unknown`.
    init(_ element: DERReader.Element) throws(BuiltinError) {
        raw = Array(element.whole)
        guard var fields = element.reader() else { throw .failure("x509: malformed spki") }
        guard let algorithm = fields.reader() else {
            throw .failure("x509: malformed public key algorithm identifier")
        }
        let identifier = try AlgorithmIdentifier(algorithm)
        guard let bits = fields.bitString() else { throw .failure("x509: malformed subjectPublicKey") }
        let data = bits.rightAligned
        switch identifier.id.text {
        case "1.2.840.113549.1.1.1": key = try Self.rsa(data, identifier)
        case "1.2.840.10040.4.1": key = try Self.dsa(data, identifier)
        case "1.2.840.10045.2.1": key = try Self.elliptic(data, identifier)
        case "1.3.101.112":
            guard identifier.parameters.isEmpty else {
                throw .failure("x509: Ed25519 key encoded with illegal parameters")
            }
            guard data.count == 32 else { throw .failure("x509: wrong Ed25519 public key size") }
            key = .ed25519(data)
        default: key = .unknown
        }
        switch key {
        case .rsa, .elliptic, .ed25519: verifier = TokenKey.material(publicKeyInfo: raw[...])
        case .dsa, .unknown: verifier = nil
        }
        if case .elliptic(let x, _) = key, verifier == nil, x.count != Self.size224 {
            throw .failure("x509: failed to unmarshal elliptic curve point")
        }
    }

    /// Go's number of the key's algorithm.
    var algorithmNumber: Int {
        switch key {
        case .unknown: 0
        case .rsa: 1
        case .dsa: 2
        case .elliptic: 3
        case .ed25519: 4
        }
    }

    // MARK: - Kinds of key

    /// P-224 is read, but nothing is checked with it.
    private static let size224 = 28

    private static func rsa(_ data: [UInt8], _ identifier: AlgorithmIdentifier) throws(BuiltinError) -> Key {
        guard identifier.parameters == [DERReader.Tag.null, 0] else {
            throw .failure("x509: RSA key missing NULL parameters")
        }
        var outer = DERReader(data[...])
        guard var numbers = outer.reader() else { throw .failure("x509: invalid RSA public key") }
        guard let modulus = numbers.integer(), modulus.count <= maximumNumberSize else {
            throw .failure("x509: invalid RSA modulus")
        }
        guard let exponent = numbers.smallInteger() else { throw .failure("x509: invalid RSA public exponent") }
        guard let modulus = positive(modulus) else { throw .failure("x509: RSA modulus is not a positive number") }
        guard exponent > 0 else { throw .failure("x509: RSA public exponent is not a positive number") }
        return .rsa(modulus: modulus, exponent: exponent)
    }

    private static func dsa(_ data: [UInt8], _ identifier: AlgorithmIdentifier) throws(BuiltinError) -> Key {
        var outer = DERReader(data[...])
        guard let y = outer.integer(), y.count <= maximumNumberSize else {
            throw .failure("x509: invalid DSA public key")
        }
        var parameters = DERReader(identifier.parameters[...])
        guard var fields = parameters.reader(), let p = fields.integer(), let q = fields.integer(),
            let g = fields.integer(), max(p.count, q.count, g.count) <= maximumNumberSize
        else { throw .failure("x509: invalid DSA parameters") }
        guard let y = positive(y), let p = positive(p), let q = positive(q), let g = positive(g) else {
            throw .failure("x509: zero or negative DSA parameter")
        }
        return .dsa(p: p, q: q, g: g, y: y)
    }

    private static func elliptic(_ data: [UInt8], _ identifier: AlgorithmIdentifier) throws(BuiltinError) -> Key {
        var parameters = DERReader(identifier.parameters[...])
        guard let curve = parameters.objectIdentifier() else { throw .failure("x509: invalid ECDSA parameters") }
        let size: Int
        switch curve.text {
        case "1.3.132.0.33": size = size224
        case "1.2.840.10045.3.1.7": size = 32
        case "1.3.132.0.34": size = 48
        case "1.3.132.0.35": size = 66
        default: throw .failure("x509: unsupported elliptic curve")
        }
        guard data.count == 1 + 2 * size, data.first == 4 else {
            throw .failure("x509: failed to unmarshal elliptic curve point")
        }
        return .elliptic(x: Array(data[1...size]), y: Array(data[(size + 1)...]))
    }

    /// The digits of a number above zero.
    static func positive(_ integer: ArraySlice<UInt8>) -> [UInt8]? {
        guard let first = integer.first, first < 0x80 else { return nil }
        let digits = integer.drop { $0 == 0 }
        return digits.isEmpty ? nil : Array(digits)
    }
}

/// An algorithm and its parameters, tag and length included; empty parameters are left out (RFC 5280, section 4.1.1.2).
struct AlgorithmIdentifier {
    let id: ASN1ObjectIdentifier
    let parameters: [UInt8]

    /// - Parameter content: of the sequence.
    init(_ content: DERReader) throws(BuiltinError) {
        var fields = content
        guard let id = fields.objectIdentifier() else { throw .failure("x509: malformed OID") }
        self.id = id
        if fields.isAtEnd {
            parameters = []
        } else {
            guard let element = fields.next() else { throw .failure("x509: malformed parameters") }
            parameters = Array(element.whole)
        }
    }
}
