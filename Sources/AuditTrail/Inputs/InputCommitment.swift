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
        salt = withUnsafeBytes(of: RandomWords.pair()) { Array($0) }
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
        "hmac-sha256:" + Hex.encode(Self.authenticationCode(of: digest, key: salt))
    }

    /// HMAC (RFC 2104) with SHA-256 for keys of at most 64 bytes, written out: each decision takes one, and the library's
    /// costs it four times as much in keys and buffers that are allocated.
    static func authenticationCode(of text: String, key: [UInt8]) -> SHA256.Digest {
        var pad = [UInt8](repeating: 0x36, count: SHA256.blockByteCount)
        for (place, byte) in key.prefix(pad.count).enumerated() { pad[place] ^= byte }
        var inner = SHA256()
        pad.withUnsafeBytes { inner.update(bufferPointer: $0) }
        var text = text
        text.withUTF8 { inner.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        for place in pad.indices { pad[place] ^= 0x36 ^ 0x5c }
        var outer = SHA256()
        pad.withUnsafeBytes { outer.update(bufferPointer: $0) }
        inner.finalize().withUnsafeBytes { outer.update(bufferPointer: $0) }
        return outer.finalize()
    }
}
