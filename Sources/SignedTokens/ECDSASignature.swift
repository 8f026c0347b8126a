import Crypto
import FoundationEssentials

/// The low-s form of ECDSA signatures on P-256. For every signature (r, s) the pair (r, n - s) is valid too; keeping the
/// smaller s leaves one of them.
public enum ECDSASignature {
    /// Whether the 64 bytes r, s have s at most half the group order.
    public static func isLowS(_ signature: [UInt8]) -> Bool {
        signature.count == 64 && !halfOrder.lexicographicallyPrecedes(signature[32...])
    }

    /// r and s, 64 bytes, out of the DER that OpenSSL and most devices give (SEC 1, section C.8); nil for other bytes.
    static func raw(der: [UInt8]) -> [UInt8]? {
        (try? P256.Signing.ECDSASignature(derRepresentation: der)).map { Array($0.rawRepresentation) }
    }

    static func lowS(_ signature: [UInt8]) -> [UInt8] {
        signature.count == 64 && !isLowS(signature) ? negated(signature) : signature
    }

    /// (r, n - s) for (r, s), 64 bytes with s below n.
    static func negated(_ signature: [UInt8]) -> [UInt8] {
        var result = signature
        var borrow = 0
        for index in stride(from: 31, through: 0, by: -1) {
            let difference = Int(order[index]) - Int(signature[32 + index]) - borrow
            borrow = difference < 0 ? 1 : 0
            result[32 + index] = UInt8(truncatingIfNeeded: difference)
        }
        return result
    }

    /// The order n of P-256 (FIPS 186-5; SEC 2, section 2.4.2), big-endian.
    private static let order: [UInt8] = [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ]
    /// (n - 1) / 2
    private static let halfOrder: [UInt8] = [
        0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
    ]
}
