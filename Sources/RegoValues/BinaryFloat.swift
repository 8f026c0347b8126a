/// A binary float with a 64-bit mantissa and an unbounded exponent, rounded to nearest, ties to even: what OPA computes in
/// (Go's `big.Float` at precision 64). The value is ±`mantissa` × 2^`exponent`; the mantissa's top bit is set unless zero.
struct BinaryFloat: Equatable {
    var isNegative: Bool
    var mantissa: UInt64
    var exponent: Int

    static let zero = BinaryFloat(isNegative: false, mantissa: 0, exponent: 0)

    var isZero: Bool { mantissa == 0 }

    init(isNegative: Bool, mantissa: UInt64, exponent: Int) {
        self.isNegative = isNegative
        self.mantissa = mantissa
        self.exponent = mantissa == 0 ? 0 : exponent
    }

    /// Exactly ±magnitude.
    init(isNegative: Bool, magnitude: UInt64) {
        let shift = magnitude.leadingZeroBitCount
        self.init(isNegative: isNegative, mantissa: magnitude == 0 ? 0 : magnitude << UInt64(shift), exponent: -shift)
    }

    /// (high, low) × 2^exponent, with `sticky` for lost lower bits, rounded.
    init(isNegative: Bool, high: UInt64, low: UInt64, exponent: Int, sticky: Bool) {
        if high == 0 && low == 0 {
            self.init(isNegative: isNegative, mantissa: 0, exponent: 0)
            return
        }
        var (high, low, exponent) = (high, low, exponent)
        if high == 0 {
            (high, low) = (low, 0)
            exponent -= 64
        }
        let shift = UInt64(high.leadingZeroBitCount)
        if shift > 0 {
            high = high << shift | low >> (64 - shift)
            low <<= shift
            exponent -= Int(shift)
        }
        let half: UInt64 = 1 << 63
        let roundsUp = low > half || (low == half && (sticky || high & 1 == 1))
        exponent += 64
        if roundsUp {
            let (sum, carry) = high.addingReportingOverflow(1)
            high = carry ? half : sum
            if carry { exponent += 1 }
        }
        self.init(isNegative: isNegative, mantissa: high, exponent: exponent)
    }

    /// Whether the value is a whole number.
    var isInteger: Bool { isZero || exponent >= 0 || (exponent > -64 && mantissa.trailingZeroBitCount >= -exponent) }

    /// The whole number that the value is, where it fits.
    var int64: Int64? {
        guard isInteger else { return nil }
        if isZero { return isNegative ? nil : 0 }
        guard exponent <= 0 else { return nil }
        let magnitude = mantissa >> UInt64(-exponent)
        if isNegative { return magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil }
        return Int64(exactly: magnitude)
    }

    static prefix func - (value: BinaryFloat) -> BinaryFloat {
        BinaryFloat(isNegative: !value.isNegative, mantissa: value.mantissa, exponent: value.exponent)
    }

    static func + (a: BinaryFloat, b: BinaryFloat) -> BinaryFloat {
        if a.isZero && b.isZero {
            return BinaryFloat(isNegative: a.isNegative && b.isNegative, mantissa: 0, exponent: 0)
        }
        if b.isZero { return a }
        if a.isZero { return b }
        let aIsLarger = a.exponent != b.exponent ? a.exponent > b.exponent : a.mantissa >= b.mantissa
        let (large, small) = aIsLarger ? (a, b) : (b, a)
        let distance = large.exponent - small.exponent
        var (smallHigh, smallLow, sticky) = (UInt64(0), UInt64(0), false)
        switch distance {
        case 0: smallHigh = small.mantissa
        case 1..<64:
            smallHigh = small.mantissa >> UInt64(distance)
            smallLow = small.mantissa << UInt64(64 - distance)
        case 64: smallLow = small.mantissa
        case 65..<128:
            smallLow = small.mantissa >> UInt64(distance - 64)
            sticky = small.mantissa << UInt64(128 - distance) != 0
        default: sticky = true
        }
        return large.isNegative == small.isNegative
            ? large.adding(smallHigh, smallLow, sticky) : large.subtracting(smallHigh, smallLow, sticky)
    }

    private func adding(_ high: UInt64, _ low: UInt64, _ sticky: Bool) -> BinaryFloat {
        let (sum, carry) = mantissa.addingReportingOverflow(high)
        guard carry else {
            return BinaryFloat(isNegative: isNegative, high: sum, low: low, exponent: exponent - 64, sticky: sticky)
        }
        let lost = low & 1 != 0
        return BinaryFloat(
            isNegative: isNegative, high: 1 << 63 | sum >> 1, low: sum << 63 | low >> 1, exponent: exponent - 63,
            sticky: sticky || lost)
    }

    private func subtracting(_ high: UInt64, _ low: UInt64, _ sticky: Bool) -> BinaryFloat {
        var (resultLow, borrow) = UInt64(0).subtractingReportingOverflow(low)
        var resultHigh = mantissa &- high &- (borrow ? 1 : 0)
        if sticky {  // a little less than the difference: one unit down, with lost bits
            (resultLow, borrow) = resultLow.subtractingReportingOverflow(1)
            if borrow { resultHigh &-= 1 }
        }
        if resultHigh == 0 && resultLow == 0 && !sticky { return .zero }
        return BinaryFloat(
            isNegative: isNegative, high: resultHigh, low: resultLow, exponent: exponent - 64, sticky: sticky)
    }

    static func - (a: BinaryFloat, b: BinaryFloat) -> BinaryFloat { a + -b }

    static func * (a: BinaryFloat, b: BinaryFloat) -> BinaryFloat {
        let product = a.mantissa.multipliedFullWidth(by: b.mantissa)
        return BinaryFloat(
            isNegative: a.isNegative != b.isNegative, high: product.high, low: product.low,
            exponent: a.exponent + b.exponent, sticky: false)
    }

    /// The quotient; the divisor is not zero.
    static func / (a: BinaryFloat, b: BinaryFloat) -> BinaryFloat {
        let isNegative = a.isNegative != b.isNegative
        if a.isZero || b.isZero { return BinaryFloat(isNegative: isNegative, mantissa: 0, exponent: 0) }
        let isSmaller = a.mantissa < b.mantissa
        let dividend = isSmaller ? (a.mantissa, 0) : (a.mantissa >> 1, a.mantissa << 63)
        let (quotient, remainder) = b.mantissa.dividingFullWidth(dividend)
        // 2 × remainder against the divisor decides the rounding: the next bit, then whether anything is left.
        let isHalfOrMore = remainder >= b.mantissa - remainder
        let isExactHalf = remainder == b.mantissa - remainder
        return BinaryFloat(
            isNegative: isNegative, high: quotient, low: isHalfOrMore ? 1 << 63 : (remainder == 0 ? 0 : 1),
            exponent: a.exponent - b.exponent - (isSmaller ? 64 : 63) - 64, sticky: isHalfOrMore && !isExactHalf)
    }
}
