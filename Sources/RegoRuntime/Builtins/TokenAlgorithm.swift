internal import Crypto
internal import CryptoExtras
internal import Foundation

/// The signature algorithms of JSON Web Tokens (RFC 7518, 3.1; RFC 8037).
enum TokenAlgorithm: String, CaseIterable {
    case hs256 = "HS256"
    case hs384 = "HS384"
    case hs512 = "HS512"
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    case edDSA = "EdDSA"

    enum Family { case hmac, rsa, rsaPSS, ecdsa, edDSA }

    var family: Family {
        switch self {
        case .hs256, .hs384, .hs512: .hmac
        case .rs256, .rs384, .rs512: .rsa
        case .ps256, .ps384, .ps512: .rsaPSS
        case .es256, .es384, .es512: .ecdsa
        case .edDSA: .edDSA
        }
    }

    /// The digest that is signed; EdDSA hashes for itself.
    func digest(_ message: [UInt8]) -> any Digest {
        switch self {
        case .hs384, .rs384, .ps384, .es384: SHA384.hash(data: message)
        case .hs512, .rs512, .ps512, .es512: SHA512.hash(data: message)
        case .hs256, .rs256, .ps256, .es256, .edDSA: SHA256.hash(data: message)
        }
    }

    func authenticationCode(_ message: [UInt8], secret: [UInt8]) -> [UInt8] {
        let key = SymmetricKey(data: secret)
        return switch self {
        case .hs384: Array(HMAC<SHA384>.authenticationCode(for: message, using: key))
        case .hs512: Array(HMAC<SHA512>.authenticationCode(for: message, using: key))
        default: Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
        }
    }

    // MARK: - Verifying

    func verifies(_ signature: [UInt8], of message: [UInt8], with key: TokenKey.Material) -> Bool {
        switch (family, key) {
        case (.hmac, .secret(let secret)):
            return isEqual(signature, authenticationCode(message, secret: secret))
        case (.rsa, .rsa(let key)):
            return verifies(_RSA.Signing.RSASignature(rawRepresentation: signature), message, key, .insecurePKCS1v1_5)
        case (.rsaPSS, .rsa(let key)):
            return verifies(_RSA.Signing.RSASignature(rawRepresentation: signature), message, key, .PSS)
        case (.ecdsa, .p256(let key)):
            guard let raw = halves(signature, 32), let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: raw)
            else { return false }
            return isValid(digest(message)) { key.isValidSignature(parsed, for: $0) }
        case (.ecdsa, .p384(let key)):
            guard let raw = halves(signature, 48), let parsed = try? P384.Signing.ECDSASignature(rawRepresentation: raw)
            else { return false }
            return isValid(digest(message)) { key.isValidSignature(parsed, for: $0) }
        case (.ecdsa, .p521(let key)):
            guard let raw = halves(signature, 66), let parsed = try? P521.Signing.ECDSASignature(rawRepresentation: raw)
            else { return false }
            return isValid(digest(message)) { key.isValidSignature(parsed, for: $0) }
        case (.edDSA, .ed25519(let key)):
            return key.isValidSignature(signature, for: message)
        default:
            return false
        }
    }

    private func verifies(
        _ signature: _RSA.Signing.RSASignature, _ message: [UInt8], _ key: _RSA.Signing.PublicKey,
        _ padding: _RSA.Signing.Padding
    ) -> Bool {
        isValid(digest(message)) { key.isValidSignature(signature, for: $0, padding: padding) }
    }

    private func isValid(_ digest: any Digest, _ check: (any Digest) -> Bool) -> Bool { check(digest) }

    /// The two numbers of a signature, each filled up to `size` bytes; nil when one is longer.
    private func halves(_ signature: [UInt8], _ size: Int) -> [UInt8]? {
        let middle = signature.count / 2
        guard let first = TokenKey.padded(signature[..<middle], to: size),
            let second = TokenKey.padded(signature[middle...], to: size)
        else { return nil }
        return first + second
    }

    /// In time that depends on the lengths alone.
    private func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    // MARK: - Signing

    /// - Throws: when the key does not fit the algorithm.
    func signature(of message: [UInt8], with key: TokenKey.Secret) throws(BuiltinError) -> [UInt8] {
        do {
            switch (self, family, key) {
            case (_, .hmac, .secret(let secret)): return authenticationCode(message, secret: secret)
            case (_, .rsa, .rsa(let key)):
                return try sign(digest(message), key, .insecurePKCS1v1_5)
            case (_, .rsaPSS, .rsa(let key)): return try sign(digest(message), key, .PSS)
            case (.es256, _, .p256(let key)): return Array(try key.signature(for: message).rawRepresentation)
            case (.es384, _, .p384(let key)): return Array(try key.signature(for: message).rawRepresentation)
            case (.es512, _, .p521(let key)): return Array(try key.signature(for: message).rawRepresentation)
            case (_, .edDSA, .ed25519(let key)): return Array(try key.signature(for: message))
            default: break
            }
        } catch {
            throw .failure("failed to sign payload: \(error)")
        }
        throw .failure("failed to sign payload: the key does not fit algorithm \(rawValue)")
    }

    private func sign(
        _ digest: some Digest, _ key: _RSA.Signing.PrivateKey, _ padding: _RSA.Signing.Padding
    ) throws -> [UInt8] {
        Array(try key.signature(for: digest, padding: padding).rawRepresentation)
    }
}
