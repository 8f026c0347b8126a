import BigInt

extension BinaryFloat {
    /// Larger exponents are refused by arithmetic: 10^1000 is already far from any quantity.
    static let largestDecimalExponent: Int64 = 1_000

    private static let powersOfTen: [UInt64] = (0..<20).reduce(into: []) { powers, _ in
        powers.append(powers.last.map { $0 * 10 } ?? 1)
    }

    /// The nearest float to a decimal; nil when its exponent or its length is out of bounds.
    init?(_ decimal: DecimalView) {
        let digits = decimal.digits
        guard decimal.exponent.magnitude <= UInt64(BinaryFloat.largestDecimalExponent),
            Int64(digits.count) <= 2 * BinaryFloat.largestDecimalExponent
        else { return nil }
        let power = Int(decimal.exponent) - digits.count
        if digits.count <= 19 && power.magnitude <= 19 {
            let coefficient = digits.reduce(UInt64(0)) { $0 * 10 + UInt64($1 - 0x30) }
            let value = BinaryFloat(isNegative: decimal.isNegative, magnitude: coefficient)
            let scale = BinaryFloat(isNegative: false, magnitude: BinaryFloat.powersOfTen[Int(power.magnitude)])
            self = power < 0 ? value / scale : value * scale
            return
        }
        guard let coefficient = BigUInt(String(decoding: digits, as: UTF8.self)) else { return nil }
        if power >= 0 {
            self.init(isNegative: decimal.isNegative, integer: coefficient * BigUInt(10).power(power))
        } else {
            let divisor = BigUInt(10).power(-power)
            let shift = max(0, divisor.bitWidth - coefficient.bitWidth + 130)
            let (quotient, remainder) = (coefficient << shift).quotientAndRemainder(dividingBy: divisor)
            self.init(isNegative: decimal.isNegative, integer: quotient, exponent: -shift, sticky: !remainder.isZero)
        }
    }

    /// The nearest float to ±integer × 2^exponent, where `sticky` says that a little more is meant.
    init(isNegative: Bool, integer: BigUInt, exponent: Int = 0, sticky: Bool = false) {
        let excess = max(0, integer.bitWidth - 128)
        let top = integer >> excess
        let lost = excess > 0 && integer.trailingZeroBitCount < excess
        let words = Array(top.words)
        self.init(
            isNegative: isNegative, high: words.count > 1 ? UInt64(words[1]) : 0,
            low: words.isEmpty ? 0 : UInt64(words[0]),
            exponent: exponent + excess, sticky: sticky || lost)
    }

    /// The value without its fraction.
    var truncated: BigInt {
        let magnitude =
            exponent >= 0
            ? BigUInt(mantissa) << exponent : (exponent <= -64 ? 0 : BigUInt(mantissa >> UInt64(-exponent)))
        return BigInt(sign: isNegative ? .minus : .plus, magnitude: magnitude)
    }

    /// The text that OPA shows: the shortest digits that name this float, whole numbers without an exponent, others with
    /// one when it is below -4 or above 5.
    var text: String {
        if let integer = int64 { return "\(integer)" }
        let sign = isNegative ? "-" : ""
        if isZero { return sign + "0" }
        let (digits, point) = (isInteger ? nil : shortestDigitsOfFraction) ?? shortestDigits
        let text = String(decoding: digits, as: UTF8.self)
        if isInteger { return sign + text + String(repeating: "0", count: max(0, point - digits.count)) }
        let exponent = point - 1
        if exponent < -4 || exponent >= 6 {
            let fraction = digits.count > 1 ? "." + text.dropFirst() : ""
            let size = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
            return "\(sign)\(text.prefix(1))\(fraction)e\(exponent < 0 ? "-" : "+")\(size)"
        }
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + text }
        if digits.count <= point { return sign + text + String(repeating: "0", count: point - digits.count) }
        return sign + text.prefix(point) + "." + text.dropFirst(point)
    }

    /// The fewest decimal digits that only this float is nearest to, and where the point stands (0.DDD × 10^point).
    var shortestDigits: (digits: [UInt8], point: Int) {
        let doubled = BigUInt(mantissa) << 1
        var (digits, point) = BinaryFloat.decimal(doubled, exponent - 1)
        let lower = BinaryFloat.decimal(doubled - 1, exponent - 1).digits
        let upper = BinaryFloat.decimal(doubled + 1, exponent - 1).digits
        let isInclusive = mantissa & 1 == 0
        for index in digits.indices {
            let low = index < lower.count ? lower[index] : 0x30
            let high = index < upper.count ? upper[index] : 0x30
            let digit = digits[index]
            let roundsDown = low != digit || (isInclusive && index + 1 == lower.count)
            let roundsUp = digit != high && (isInclusive || digit + 1 < high || index + 1 < upper.count)
            guard roundsDown || roundsUp else { continue }
            let goesUp = roundsDown && roundsUp ? BinaryFloat.isNearerAbove(digits, index + 1) : roundsUp
            digits.removeSubrange((index + 1)...)
            if goesUp { BinaryFloat.increment(&digits, &point) }
            break
        }
        while digits.last == 0x30 { digits.removeLast() }
        return (digits, point)
    }

    private static func isNearerAbove(_ digits: [UInt8], _ count: Int) -> Bool {
        guard count < digits.count else { return false }
        if digits[count] == 0x35 && count + 1 == digits.count { return count > 0 && digits[count - 1] & 1 == 1 }
        return digits[count] >= 0x35
    }

    static func increment(_ digits: inout [UInt8], _ point: inout Int) {
        while let last = digits.last {
            if last < 0x39 {
                digits[digits.count - 1] = last + 1
                return
            }
            digits.removeLast()
        }
        digits = [0x31]
        point += 1
    }

    /// The exact decimal digits of value × 2^exponent, without zeros at the end, and where the point stands.
    private static func decimal(_ value: BigUInt, _ exponent: Int) -> (digits: [UInt8], point: Int) {
        let scaled = exponent >= 0 ? value << exponent : value * BigUInt(5).power(-exponent)
        var digits = Array(String(scaled).utf8)
        let point = digits.count + min(0, exponent)
        while digits.last == 0x30 { digits.removeLast() }
        return (digits, point)
    }
}
