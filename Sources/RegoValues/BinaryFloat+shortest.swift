/// Two words as one 128-bit number, for the digits of everyday floats.
private struct Wide {
    var high: UInt64
    var low: UInt64

    mutating func multiplyByTen() {
        let product = low.multipliedFullWidth(by: 10)
        low = product.low
        high = high &* 10 &+ product.high
    }

    var doubled: Wide { Wide(high: high << 1 | low >> 63, low: low << 1) }

    static func - (a: Wide, b: Wide) -> Wide {
        let (low, borrow) = a.low.subtractingReportingOverflow(b.low)
        return Wide(high: a.high &- b.high &- (borrow ? 1 : 0), low: low)
    }

    static func < (a: Wide, b: Wide) -> Bool { a.high != b.high ? a.high < b.high : a.low < b.low }
    static func == (a: Wide, b: Wide) -> Bool { a.high == b.high && a.low == b.low }

    /// Cuts off what stands at `bit` (from 1 to 127) and above, and returns it.
    mutating func removeTop(at bit: Int) -> UInt64 {
        if bit < 64 {
            let top = high << UInt64(64 - bit) | low >> UInt64(bit)
            high = 0
            low &= 1 << UInt64(bit) - 1
            return top
        }
        let top = bit == 64 ? high : high >> UInt64(bit - 64)
        high = bit == 64 ? 0 : high & (1 << UInt64(bit - 64) - 1)
        return top
    }
}

extension BinaryFloat {
    /// The shortest digits where 128 bits suffice: fractions from about 10^-18 up; nil for others. The same digits as
    /// the general way finds.
    ///
    /// Digits are made one by one from the fraction (Steele and White, 1990) until the decimal so far, or the next one
    /// up, is within half a unit of the mantissa: that unit grows tenfold with each digit.
    var shortestDigitsOfFraction: (digits: [UInt8], point: Int)? {
        let bits = -exponent
        guard bits > 0, bits <= 124, mantissa != 0 else { return nil }
        var digits = bits < 64 ? Array("\(mantissa >> UInt64(bits))".utf8) : [0x30]
        if digits == [0x30] { digits = [] }
        var point = digits.count
        var rest = Wide(high: 0, low: bits < 64 ? mantissa & (1 << UInt64(bits) - 1) : mantissa)
        var unit = Wide(high: 0, low: 1)
        let whole = bits < 64 ? Wide(high: 0, low: 1 << UInt64(bits)) : Wide(high: 1 << UInt64(bits - 64), low: 0)
        let isInclusive = mantissa & 1 == 0
        while true {
            let (below, above) = (rest.doubled, (whole - rest).doubled)
            let endsDown = below < unit || (isInclusive && below == unit)
            let endsUp = above < unit || (isInclusive && above == unit)
            if endsDown || endsUp {
                let isTie = endsDown && endsUp && below == above
                let goesUp = isTie ? (digits.last ?? 0x30) & 1 == 1 : endsUp && (!endsDown || above < below)
                if goesUp { BinaryFloat.increment(&digits, &point) }
                break
            }
            rest.multiplyByTen()
            unit.multiplyByTen()
            let digit = rest.removeTop(at: bits)
            if digits.isEmpty && digit == 0 {
                point -= 1
            } else {
                digits.append(0x30 + UInt8(truncatingIfNeeded: digit))
            }
        }
        while digits.last == 0x30 { digits.removeLast() }
        return (digits, point)
    }
}
