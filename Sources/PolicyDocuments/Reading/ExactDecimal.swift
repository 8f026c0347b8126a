/// A JSON number by its exact value: no binary rounding, so that limits compare as they were written.
package struct ExactDecimal: Sendable, Comparable, Hashable {
    /// Significant digits without leading or trailing zeros; empty for zero.
    private let digits: [UInt8]
    /// The value is `0.DIGITS × 10^exponent`.
    private let exponent: Int
    private let isNegative: Bool

    /// Nil when `text` is not a JSON number, or its exponent is beyond ±400.
    package init?(_ text: String) {
        var bytes = Array(text.utf8)[...]
        isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative { bytes = bytes.dropFirst() }
        let whole = bytes.prefix { Self.isDigit($0) }
        bytes = bytes.dropFirst(whole.count)
        guard !whole.isEmpty, whole.count == 1 || whole.first != UInt8(ascii: "0") else { return nil }
        var fraction: ArraySlice<UInt8> = []
        if bytes.first == UInt8(ascii: ".") {
            bytes = bytes.dropFirst()
            fraction = bytes.prefix { Self.isDigit($0) }
            bytes = bytes.dropFirst(fraction.count)
            guard !fraction.isEmpty else { return nil }
        }
        var power = 0
        if let mark = bytes.first, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
            var rest = String(decoding: bytes.dropFirst(), as: UTF8.self)
            if rest.hasPrefix("+") { rest.removeFirst() }
            guard let value = Int(rest), abs(value) <= 400, !rest.hasPrefix("+") else { return nil }
            power = value
            bytes = []
        }
        guard bytes.isEmpty else { return nil }
        var all = Array(whole) + Array(fraction)
        var point = whole.count + power
        while all.first == UInt8(ascii: "0") {
            all.removeFirst()
            point -= 1
        }
        while all.last == UInt8(ascii: "0") { all.removeLast() }
        digits = all
        exponent = all.isEmpty ? 0 : point
    }

    package static func isNumber(_ text: String) -> Bool { ExactDecimal(text) != nil }

    package var isZero: Bool { digits.isEmpty }
    package var isPositive: Bool { !isNegative && !isZero }
    package var isInteger: Bool { digits.count <= max(exponent, 0) }
    /// How many digits stand behind the point.
    package var decimals: Int { max(0, digits.count - exponent) }

    /// The value times 10^`places`; nil when that is no integer or does not fit.
    package func scaled(by places: Int) -> Int64? {
        let length = exponent + places
        guard digits.count <= max(length, 0), length <= 18 else { return isZero ? 0 : nil }
        var value: Int64 = 0
        for index in 0..<max(length, 0) {
            value = value * 10 + (index < digits.count ? Int64(digits[index] - UInt8(ascii: "0")) : 0)
        }
        return isNegative ? -value : value
    }

    package static func < (a: ExactDecimal, b: ExactDecimal) -> Bool {
        if a.isZero || b.isZero { return a.isZero ? b.isPositive : a.isNegative }
        if a.isNegative != b.isNegative { return a.isNegative }
        let isSmaller =
            a.exponent != b.exponent ? a.exponent < b.exponent : a.digits.lexicographicallyPrecedes(b.digits)
        return a.isNegative ? !isSmaller && a != b : isSmaller
    }

    package static func == (a: ExactDecimal, b: ExactDecimal) -> Bool {
        a.digits == b.digits && a.exponent == b.exponent && (a.isZero || a.isNegative == b.isNegative)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(digits)
        hasher.combine(exponent)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
