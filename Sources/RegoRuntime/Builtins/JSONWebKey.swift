internal import Crypto
internal import CryptoExtras
internal import Foundation
import RegoValues

/// A key as JSON (RFC 7517, RFC 7518 section 6, RFC 8037).
struct JSONWebKey {
    enum Kind: String {
        case rsa = "RSA"
        case elliptic = "EC"
        case secret = "oct"
        case edwards = "OKP"
    }

    let kind: Kind
    let algorithm: String
    let id: String
    let curve: String
    /// The numbers and byte strings, decoded.
    private let parts: [String: [UInt8]]

    private static let partNames = ["n", "e", "d", "p", "q", "x", "y", "k"]

    /// The key, or the keys of a set.
    /// - Throws: what `failure` makes of the reason.
    static func all(in text: String, failure: (String) -> BuiltinError) throws(BuiltinError) -> [JSONWebKey] {
        let document: Document
        do throws(JSONError) {
            document = try Document(json: Array(text.utf8), limits: JSONBuiltins.limits)
        } catch {
            throw failure("failed to unmarshal JWK set: \(error)")
        }
        return try withExtendedLifetime(document) { () throws(BuiltinError) -> [JSONWebKey] in
            let root = document.root
            guard root.kind == .object else { throw failure("failed to unmarshal JWK set: not an object") }
            let set = root.lookup("keys")
            var keys: [JSONWebKey] = []
            for member in set.kind == .array ? Array(set.elements) : [root] {
                keys.append(try JSONWebKey(member, failure: failure))
            }
            return keys
        }
    }

    private init(_ value: Value, failure: (String) -> BuiltinError) throws(BuiltinError) {
        guard let kind = Kind(rawValue: value.lookup("kty").string ?? "") else {
            throw failure("invalid key type from JSON (\(value.lookup("kty").string ?? ""))")
        }
        var parts: [String: [UInt8]] = [:]
        for entry in value.entries {
            guard let name = entry.key.string, Self.partNames.contains(name), entry.value.kind == .string else {
                continue
            }
            guard let bytes = Self.decode(entry.value.utf8) else {
                throw failure("failed to decode value for key \(name): illegal base64 data")
            }
            parts[name] = bytes
        }
        let curve = value.lookup("crv").string ?? ""
        let required =
            switch kind {
            case .rsa: ["n", "e"]
            case .elliptic: ["x", "y"]
            case .secret: ["k"]
            case .edwards: ["x"]
            }
        for name in required where parts[name] == nil { throw failure("required field \(name) is missing") }
        if curve.isEmpty && (kind == .elliptic || kind == .edwards) { throw failure("required field crv is missing") }
        self.kind = kind
        self.parts = parts
        self.curve = curve
        algorithm = value.lookup("alg").string ?? ""
        id = value.lookup("kid").string ?? ""
    }

    /// Base64url or base64, padded or not.
    private static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var letters = text.filter { $0 != UInt8(ascii: "=") }
        guard letters.count % 4 != 1 else { return nil }
        letters += [UInt8](repeating: UInt8(ascii: "="), count: (4 - letters.count % 4) % 4)
        return letters.withUnsafeBufferPointer { letters in
            for alphabet in [Base64.Alphabet.url, .standard] {
                if case .success(let bytes) = Base64.decode(letters, alphabet) { return bytes }
            }
            return nil
        }
    }

    // MARK: - Keys

    /// - Throws: for numbers that make no key of this kind.
    func verifier() throws(BuiltinError) -> TokenKey {
        let isPrivate = kind != .secret && parts["d"] != nil
        return TokenKey(material: try material(), algorithm: algorithm, id: id, isPrivate: isPrivate)
    }

    private func material() throws(BuiltinError) -> TokenKey.Material {
        do {
            switch kind {
            case .secret: return .secret(parts["k"] ?? [])
            case .rsa:
                let (n, e) = (number("n"), number("e"))
                // Shorter keys verify nothing, as with Go.
                guard n.count >= 128 else { return .other }
                return .rsa(try _RSA.Signing.PublicKey(n: n, e: e))
            case .edwards:
                guard curve == "Ed25519" else { return .other }
                return .ed25519(try Curve25519.Signing.PublicKey(rawRepresentation: parts["x"] ?? []))
            case .elliptic:
                switch curve {
                case "P-256": return .p256(try P256.Signing.PublicKey(x963Representation: point(32)))
                case "P-384": return .p384(try P384.Signing.PublicKey(x963Representation: point(48)))
                case "P-521": return .p521(try P521.Signing.PublicKey(x963Representation: point(66)))
                default: return .other
                }
            }
        } catch {
            throw .failure("failed to build public key: invalid \(kind.rawValue) key")
        }
    }

    /// The private key or the secret.
    /// - Throws: for a public key, and for numbers that make no key.
    func signer() throws(BuiltinError) -> TokenKey.Secret {
        if kind != .secret && parts["d"] == nil {
            throw .failure("failed to sign payload: the JWK has no private key")
        }
        do {
            switch (kind, curve) {
            case (.secret, _): return .secret(parts["k"] ?? [])
            case (.rsa, _): return .rsa(try rsaSigner())
            case (.edwards, "Ed25519"):
                return .ed25519(try Curve25519.Signing.PrivateKey(rawRepresentation: parts["d"] ?? []))
            case (.elliptic, "P-256"): return .p256(try P256.Signing.PrivateKey(rawRepresentation: scalar(32)))
            case (.elliptic, "P-384"): return .p384(try P384.Signing.PrivateKey(rawRepresentation: scalar(48)))
            case (.elliptic, "P-521"): return .p521(try P521.Signing.PrivateKey(rawRepresentation: scalar(66)))
            default: break
            }
        } catch {
            throw .failure("failed to sign payload: invalid \(kind.rawValue) key")
        }
        throw .failure("failed to sign payload: unsupported curve \(curve)")
    }

    private func rsaSigner() throws -> _RSA.Signing.PrivateKey {
        let (n, e, d) = (number("n"), number("e"), number("d"))
        guard let p = parts["p"], let q = parts["q"] else {
            return try _RSA.Signing.PrivateKey._createFromNumbers(n: n, e: e, d: d)
        }
        return try _RSA.Signing.PrivateKey(n: n, e: e, d: d, p: p, q: q)
    }

    private func number(_ name: String) -> [UInt8] { Array((parts[name] ?? []).drop { $0 == 0 }) }

    private func scalar(_ size: Int) -> [UInt8] { TokenKey.padded((parts["d"] ?? [])[...], to: size) ?? [] }

    /// The uncompressed point; empty, which is refused, when a coordinate is too long.
    private func point(_ size: Int) -> [UInt8] {
        guard let x = TokenKey.padded((parts["x"] ?? [])[...], to: size),
            let y = TokenKey.padded((parts["y"] ?? [])[...], to: size)
        else { return [] }
        return [4] + x + y
    }
}
