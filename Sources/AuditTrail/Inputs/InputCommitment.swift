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
        Hex.encode(Self.authenticationCode(of: digest, key: salt), behind: "hmac-sha256:")
    }

    /// HMAC (RFC 2104) with SHA-256 for keys of at most 64 bytes, written out: each decision takes two, and the library's
    /// costs it four times as much in keys and buffers that are allocated.
    static func authenticationCode(of text: String, key: [UInt8]) -> SHA256.Digest {
        var text = text
        let inner = text.withUTF8 { hash(of: UnsafeRawBufferPointer($0), behind: key, pad: 0x36) }
        return inner.withUnsafeBytes { hash(of: $0, behind: key, pad: 0x5c) }
    }

    /// SHA-256 over a block of `pad` bytes with the key on it, and `text`.
    private static func hash(
        of text: UnsafeRawBufferPointer, behind key: [UInt8], pad: UInt8
    ) -> SHA256.Digest {
        let block = SHA256.blockByteCount
        return withUnsafeTemporaryAllocation(byteCount: block + text.count, alignment: 1) { bytes in
            for place in 0..<block { bytes[place] = pad }
            for (place, byte) in key.prefix(block).enumerated() { bytes[place] ^= byte }
            UnsafeMutableRawBufferPointer(rebasing: bytes[block...]).copyMemory(from: text)
            var hash = SHA256()
            hash.update(bufferPointer: UnsafeRawBufferPointer(bytes))
            return hash.finalize()
        }
    }
}
