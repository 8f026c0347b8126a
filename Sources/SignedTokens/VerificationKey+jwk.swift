import Crypto
import CryptoExtras
import FoundationEssentials
import RegoValues

extension VerificationKey {
    /// Reads a public JSON Web Key (RFC 7517): EC on P-256, OKP Ed25519 (RFC 8037) or RSA (RFC 7518, section 6).
    /// - Throws: `.keyInvalid` for one that contradicts itself or shows a private part, `.keyUnsupported` for other kinds
    ///   and uses.
    init(jwk: Value, name: String) throws(TokenError) {
        let reader = JSONWebKey(members: jwk, name: name)
        try reader.checkUse()
        switch jwk.lookup("kty").string {
        case "EC":
            try reader.expect("crv", "P-256")
            let point = try reader.bytes("x", count: 32) + reader.bytes("y", count: 32)
            guard let key = try? P256.Signing.PublicKey(rawRepresentation: point) else {
                throw TokenError(.keyInvalid, "the key `\(name)` is no point of P-256")
            }
            self.init(name: name, material: .es256(key))
        case "OKP":
            try reader.expect("crv", "Ed25519")
            let raw = try reader.bytes("x", count: 32)
            guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: raw) else {
                throw TokenError(.keyInvalid, "the key `\(name)` is no Ed25519 key")
            }
            self.init(name: name, material: .edDSA(key))
        case "RSA":
            let (modulus, exponent) = (try reader.bytes("n"), try reader.bytes("e"))
            guard let key = try? _RSA.Signing.PublicKey(n: modulus, e: exponent) else {
                throw TokenError(.keyInvalid, "the key `\(name)` is no RSA key that may be used")
            }
            self.init(name: name, material: try Self.rsa(key, name: name))
        default: throw TokenError(.keyUnsupported, "the key `\(name)` is of a kind that is not supported")
        }
        if let algorithm = jwk.lookup("alg").string, algorithm != self.algorithm.rawValue {
            throw TokenError(
                .keyUnsupported, "the key `\(name)` is for another algorithm than \(self.algorithm.rawValue)")
        }
    }

    /// The key as a JSON Web Key, one line: `kid`, `alg`, `use` and what its kind needs. Gateways publish these.
    public var jsonWebKey: String {
        let numbers: String
        switch material {
        case .es256(let key):
            let point = Array(key.rawRepresentation)
            let (x, y) = (Base64.encodeURL(point[..<32]), Base64.encodeURL(point[32...]))
            numbers = #""crv":"P-256","kty":"EC","x":"\#(x)","y":"\#(y)""#
        case .edDSA(let key):
            numbers = #""crv":"Ed25519","kty":"OKP","x":"\#(Base64.encodeURL(key.rawRepresentation))""#
        case .rs256(let key):
            let primitives = try? key.getKeyPrimitives()
            let (n, e) = (
                Base64.encodeURL(primitives?.modulus ?? Data()), Base64.encodeURL(primitives?.publicExponent ?? Data())
            )
            numbers = #""kty":"RSA","n":"\#(n)","e":"\#(e)""#
        }
        var kid: [UInt8] = []
        Array(name.utf8).withUnsafeBufferPointer { JSONWriter.writeString($0, to: &kid) }
        return
            #"{"alg":"\#(algorithm.rawValue)",\#(numbers),"kid":\#(String(decoding: kid, as: UTF8.self)),"use":"sig"}"#
    }
}

/// Reads the members of one JSON Web Key strictly.
private struct JSONWebKey {
    let members: Value
    let name: String

    /// The key is public and for verifying.
    func checkUse() throws(TokenError) {
        for secret in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] where !member(secret).isUndefined {
            throw TokenError(
                .keyInvalid, "the key `\(name)` shows its private part",
                fix: "publish public keys only, and replace this one")
        }
        let use = members.lookup("use")
        guard use.isUndefined || use.string == "sig" else {
            throw TokenError(.keyUnsupported, "the key `\(name)` is not for signatures")
        }
        let operations = members.lookup("key_ops")
        guard operations.isUndefined || operations.elements.contains(where: { $0.string == "verify" }) else {
            throw TokenError(.keyUnsupported, "the key `\(name)` is not for verifying")
        }
    }

    func expect(_ member: String, _ value: String) throws(TokenError) {
        guard self.member(member).string == value else {
            throw TokenError(.keyUnsupported, "the key `\(name)` is not on the curve \(value)")
        }
    }

    func bytes(_ member: String, count: Int? = nil) throws(TokenError) -> [UInt8] {
        guard let bytes = Base64.decodeURL(Array(self.member(member).utf8)), !bytes.isEmpty,
            count == nil || bytes.count == count
        else {
            throw TokenError(.keyInvalid, "`\(member)` of the key `\(name)` is not what its kind needs")
        }
        return bytes
    }

    private func member(_ name: String) -> Value {
        Array(name.utf8).withUnsafeBufferPointer { members.lookup(utf8: $0) }
    }
}
