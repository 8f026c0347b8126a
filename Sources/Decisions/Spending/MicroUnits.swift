import RegoValues

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
        guard let number = DecimalDigits(literal), !number.isNegative else { return nil }
        let digits = number.digits
        // How many of them, and of zeros behind them, stand before the point of a number of millionths.
        let places = digits.isEmpty ? 0 : number.exponent + 6
        // An Int64 has 19 at most.
        guard places <= 19 else { return nil }
        var amount: Int64 = 0
        for place in 0..<max(0, places) {
            let (tens, overflow) = amount.multipliedReportingOverflow(by: 10)
            let (sum, carried) = tens.addingReportingOverflow(place < digits.count ? Int64(digits[place]) : 0)
            guard !overflow, !carried else { return nil }
            amount = sum
        }
        let (rounded, overflow) = amount.addingReportingOverflow(digits.count > max(0, places) ? 1 : 0)
        guard !overflow else { return nil }
        value = rounded
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
