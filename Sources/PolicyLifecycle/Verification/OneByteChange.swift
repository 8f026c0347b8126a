import Crypto
import PolicyBundles

/// One altered byte, found by trying: which single byte, put back, gives the bytes the digest that they should have?
struct OneByteChange: Sendable, CustomStringConvertible {
    /// More would take too long to try.
    static let largest = 4 << 10

    let offset: Int
    let found: UInt8
    let expected: UInt8

    /// nil where more than one byte was changed, or there are too many bytes.
    static func find(in bytes: [UInt8], giving digest: BundleDigest) -> OneByteChange? {
        guard bytes.count <= largest else { return nil }
        let wanted = digest.bytes
        guard let first = wanted.first else { return nil }
        var start = SHA256()
        for (offset, found) in bytes.enumerated() {
            let rest = bytes[(offset + 1)...]
            for expected in UInt8.min...UInt8.max where expected != found {
                var hash = start
                hash.update(bytes: expected)
                rest.withUnsafeBytes { hash.update(bufferPointer: $0) }
                // Nearly all fail at the first byte already.
                let result = hash.finalize().withUnsafeBytes { $0[0] == first && $0.elementsEqual(wanted) }
                if result {
                    return OneByteChange(offset: offset, found: found, expected: expected)
                }
            }
            start.update(bytes: found)
        }
        return nil
    }

    var description: String { "byte \(offset) is \(Self.shown(found)) and was \(Self.shown(expected))" }

    private static func shown(_ byte: UInt8) -> String {
        (0x21...0x7e).contains(byte) && byte != 0x60
            ? "`\(Character(Unicode.Scalar(byte)))`" : "0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}

extension SHA256 {
    fileprivate mutating func update(bytes byte: UInt8) {
        withUnsafeBytes(of: byte) { update(bufferPointer: $0) }
    }
}
