public import Approvals
internal import AuditTrail

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
            var position = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                let word = nibble < 16 ? high : low
                let digit = UInt8(word >> UInt64((15 - nibble % 16) * 4) & 15)
                buffer[position] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                position += 1
            }
            return position
        }
    }

    public static func < (a: DecisionID, b: DecisionID) -> Bool { (a.high, a.low) < (b.high, b.low) }
}
