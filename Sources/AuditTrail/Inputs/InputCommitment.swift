internal import Crypto
internal import MerkleLog

/// What ties a record to values that it does not show: with the salt it can be opened, without it nobody can try likely
/// values against it, and two records do not show that they are about the same ones.
///
/// `hmac-sha256:` and the hexadecimal HMAC-SHA-256 over the text of the digest, keyed with the record's own salt. The salt
/// stands in the sealed input alone: once that is erased, the commitment can never be opened again.
public struct InputCommitment: Sendable {
    /// 16 random bytes.
    public let salt: [UInt8]

    /// A new salt from the system's randomness.
    public init() {
        var source = SystemRandomNumberGenerator()
        let words = (source.next(), source.next()) as (UInt64, UInt64)
        salt = withUnsafeBytes(of: words) { Array($0) }
    }

    public init(salt: [UInt8]) { self.salt = salt }

    /// The salt that an opened input tells, 32 hexadecimal digits; nil for anything else.
    public init?(hexadecimal: String) {
        guard let salt = Hex.decode(Array(hexadecimal.utf8)), salt.count == 16 else { return nil }
        self.salt = salt
    }

    public var hexadecimalSalt: String { Hex.encode(salt) }

    /// - Parameter digest: the hexadecimal SHA-256 of the canonical JSON that is committed to.
    public func commitment(to digest: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array(digest.utf8), using: SymmetricKey(data: salt))
        return "hmac-sha256:" + Hex.encode(code)
    }
}
