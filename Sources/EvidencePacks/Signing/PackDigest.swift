import Crypto
import MerkleLog

/// SHA-256 as it stands in the pack's files.
enum PackDigest {
    /// 64 hexadecimal digits.
    static func hex(_ bytes: [UInt8]) -> String { Hex.encode(SHA256.hash(data: bytes)) }

    /// The version 5 UUID of a name below a URL of ours (RFC 9562, section 5.5): the same name gives the same one.
    static func uuid(_ name: String) -> String {
        let urlNamespace: [UInt8] = [
            0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
        ]
        let url = Array("https://aegis.example/evidence/\(name)".utf8)
        var bytes = Array(Insecure.SHA1.hash(data: urlNamespace + url).prefix(16))
        bytes[6] = bytes[6] & 0x0f | 0x50
        bytes[8] = bytes[8] & 0x3f | 0x80
        let digits = Array(Hex.encode(bytes).utf8)
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
            .map { String(decoding: digits[$0], as: UTF8.self) }.joined(separator: "-")
    }
}
