public import Approvals
internal import AuditTrail
import MerkleLog

/// A decision's name: a UUID version 7 (RFC 9562), so ids sort by the millisecond in which they were made.
public struct DecisionID: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let high: UInt64
    public let low: UInt64

    /// 48 bits of milliseconds and 74 random bits.
    public init(now: Timestamp, randomness: (UInt64, UInt64)) {
        let milliseconds = UInt64(bitPattern: max(0, now.nanoseconds) / 1_000_000) & 0xffff_ffff_ffff
        high = milliseconds << 16 | 0x7000 | randomness.0 & 0x0fff
        low = 0x8000_0000_0000_0000 | randomness.1 & 0x3fff_ffff_ffff_ffff
    }

    public init(now: Timestamp) {
        self.init(now: now, randomness: RandomWords.pair())
    }

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// nil where `text` is not 36 characters of hexadecimal digits and hyphens in a UUID's places.
    public init?(parsing text: String) {
        var words: (UInt64, UInt64) = (0, 0)
        var digits = 0
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        for (position, byte) in bytes.enumerated() {
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
            if digits < 16 { words.0 = words.0 << 4 | UInt64(digit) } else { words.1 = words.1 << 4 | UInt64(digit) }
            digits += 1
        }
        (high, low) = words
    }

    public var milliseconds: Int64 { Int64(high >> 16) }

    public var description: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            let text = UnsafeMutableRawBufferPointer(buffer)
            let hyphen = UInt8(ascii: "-")
            func write(_ word: UInt64, _ shift: UInt64, at place: Int) {
                let digits = Hex.eightDigits(of: UInt32(truncatingIfNeeded: word >> shift))
                text.storeBytes(of: digits, toByteOffset: place, as: UInt64.self)
            }
            // Groups of 8-4-4-4-12 digits. Eight are written at a time; those that belong further on are written there, too.
            write(high, 32, at: 0)
            write(high, 0, at: 9)
            write(high << 16, 0, at: 14)
            write(low, 32, at: 19)
            write(low << 16, 32, at: 24)
            write(low, 0, at: 28)
            for place in [8, 13, 18, 23] { text[place] = hyphen }
            return 36
        }
    }

    public static func < (a: DecisionID, b: DecisionID) -> Bool { (a.high, a.low) < (b.high, b.low) }
}
