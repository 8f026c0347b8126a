import BigInt

/// A decimal number of any length, exactly.
struct ExactDecimal {
    var coefficient: BigInt
    /// Of ten.
    var exponent: Int

    init?(_ text: Substring) {
        var rest = text
        var isNegative = false
        if rest.first == "-" || rest.first == "+" {
            isNegative = rest.first == "-"
            rest = rest.dropFirst()
        }
        let parts = rest.split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
        let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        let digits = String(mantissa[0]) + fraction
        guard !digits.isEmpty, digits.count <= 1000, digits.allSatisfy({ $0.isASCII && $0.isNumber }),
            let magnitude = BigInt(digits)
        else { return nil }
        var exponent = 0
        if parts.count > 1 {
            guard let written = Int(parts[1]), written.magnitude <= 1000 else { return nil }
            exponent = written
        }
        coefficient = isNegative ? -magnitude : magnitude
        self.exponent = exponent - fraction.count
    }

    /// The whole number that this is, if it is one.
    var whole: BigInt? {
        if exponent >= 0 { return coefficient * BigInt(10).power(exponent) }
        let (quotient, remainder) = coefficient.quotientAndRemainder(dividingBy: BigInt(10).power(-exponent))
        return remainder == 0 ? quotient : nil
    }

    /// Towards zero.
    var truncated: BigInt {
        exponent >= 0 ? coefficient * BigInt(10).power(exponent) : coefficient / BigInt(10).power(-exponent)
    }

    /// With ten digits after the point, halves away from zero.
    var fixed: String {
        let shift = -exponent - 10
        var scaled = coefficient.magnitude
        if shift > 0 {
            let unit = BigUInt(10).power(shift)
            scaled = (scaled + unit / 2) / unit
        } else {
            scaled *= BigUInt(10).power(-shift)
        }
        var digits = String(scaled)
        digits = String(repeating: "0", count: max(0, 11 - digits.count)) + digits
        return "\(coefficient.signum() < 0 ? "-" : "")\(digits.dropLast(10)).\(digits.suffix(10))"
    }

    /// Whether this is a whole number of times `other`, which is not zero.
    func isMultiple(of other: ExactDecimal) -> Bool {
        let shift = min(exponent, other.exponent)
        let left = coefficient * BigInt(10).power(exponent - shift)
        let right = other.coefficient * BigInt(10).power(other.exponent - shift)
        return right != 0 && left % right == 0
    }
}
