/// An amount of money (or of whatever a budget counts) in millionths. Never negative, never floating point.
public struct MicroUnits: Sendable, Hashable, Comparable {
    public let value: Int64

    public init?(_ value: Int64) {
        guard value >= 0 else { return nil }
        self.value = value
    }

    private init(known value: Int64) { self.value = value }

    public static let zero = MicroUnits(known: 0)

    /// The amount that a JSON number's text means, rounded up to the next millionth: a cost is never undercounted.
    ///
    /// nil where the text is no JSON number, is negative, or is more than an Int64 of millionths holds.
    public init?(roundingUp literal: some Sequence<UInt8>) {
        var digits: [UInt8] = []
        var fraction = 0
        var exponent = 0
        var exponentSign = 1
        var part = 0
        var seenExponentDigit = true
        for byte in literal {
            switch (part, byte) {
            case (0...1, UInt8(ascii: "0")...UInt8(ascii: "9")):
                digits.append(byte - UInt8(ascii: "0"))
                if part == 1 { fraction += 1 }
            case (0, UInt8(ascii: ".")): part = 1
            case (0...1, UInt8(ascii: "e")), (0...1, UInt8(ascii: "E")):
                part = 2
                seenExponentDigit = false
            case (2, UInt8(ascii: "+")), (2, UInt8(ascii: "-")):
                exponentSign = byte == UInt8(ascii: "-") ? -1 : 1
                part = 3
            case (2...3, UInt8(ascii: "0")...UInt8(ascii: "9")):
                part = 3
                seenExponentDigit = true
                exponent = min(100_000, exponent * 10 + Int(byte - UInt8(ascii: "0")))
            default: return nil
            }
        }
        guard !digits.isEmpty, seenExponentDigit else { return nil }
        let scale = exponentSign * exponent - fraction + 6
        let kept = scale < 0 ? digits.prefix(max(0, digits.count + scale)) : digits[...]
        var amount: Int64 = 0
        for digit in kept {
            let (tens, overflow) = amount.multipliedReportingOverflow(by: 10)
            let (sum, carried) = tens.addingReportingOverflow(Int64(digit))
            guard !overflow, !carried else { return nil }
            amount = sum
        }
        if scale > 0, amount > 0 {
            for _ in 0..<scale {
                let (tens, overflow) = amount.multipliedReportingOverflow(by: 10)
                guard !overflow else { return nil }
                amount = tens
            }
        }
        if digits.dropFirst(kept.count).contains(where: { $0 != 0 }) {
            let (sum, overflow) = amount.addingReportingOverflow(1)
            guard !overflow else { return nil }
            amount = sum
        }
        value = amount
    }

    public static func < (a: MicroUnits, b: MicroUnits) -> Bool { a.value < b.value }

    /// At least two decimals, and as many more as it takes: `13.40`, `0.000001`.
    public var decimalText: String {
        var (whole, fraction) = value.quotientAndRemainder(dividingBy: 1_000_000)
        var decimals = 6
        while decimals > 2, fraction.isMultiple(of: 10) {
            fraction /= 10
            decimals -= 1
        }
        // At most 13 digits, the point and 6 decimals.
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { buffer in
            var place = buffer.count
            func put(_ byte: UInt8) {
                place -= 1
                buffer[place] = byte
            }
            for _ in 0..<decimals {
                put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: fraction % 10))
                fraction /= 10
            }
            put(UInt8(ascii: "."))
            repeat {
                put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: whole % 10))
                whole /= 10
            } while whole > 0
            return String(decoding: buffer[place...], as: UTF8.self)
        }
    }
}
