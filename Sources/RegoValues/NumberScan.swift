/// Reads the text of a JSON number (RFC 8259, section 6) once and notes what its value is.
struct NumberScan {
    /// The first significant digit, and one past the last, as offsets into the text; equal for zero.
    private(set) var firstDigit = 0
    private(set) var lastDigit = 0
    private(set) var pointWithinDigits = false
    /// The value is ±0.DDD… × 10^exponent.
    private(set) var exponent: Int64 = 0
    private(set) var isNegative = false
    /// The value, when the text is exactly how an inline integer prints.
    private(set) var inlineInteger: Int64?

    /// Exponents of a larger size are refused: they name no quantity and cost without end.
    static let largestExponent: Int64 = 1_000_000_000

    init?(_ text: UnsafeBufferPointer<UInt8>) {
        guard let start = text.baseAddress, text.count < Int(Int32.max) else { return nil }
        let count = text.count
        var index = 0
        func digit(_ at: Int) -> Bool { at < count && start[at] &- 0x30 < 10 }

        if count > 0 && start[0] == UInt8(ascii: "-") {
            isNegative = true
            index = 1
        }
        let integerStart = index
        guard digit(index) else { return nil }
        if start[index] == UInt8(ascii: "0") { index += 1 } else { while digit(index) { index += 1 } }
        let integerEnd = index
        var fractionEnd = index
        if index < count && start[index] == UInt8(ascii: ".") {
            index += 1
            guard digit(index) else { return nil }
            while digit(index) { index += 1 }
            fractionEnd = index
        }
        let mantissaEnd = index
        var written: Int64 = 0
        if index < count && (start[index] | 0x20) == UInt8(ascii: "e") {
            index += 1
            var negative = false
            if index < count && (start[index] == UInt8(ascii: "-") || start[index] == UInt8(ascii: "+")) {
                negative = start[index] == UInt8(ascii: "-")
                index += 1
            }
            guard digit(index) else { return nil }
            while digit(index) {
                written = min(written * 10 + Int64(start[index] - 0x30), NumberScan.largestExponent * 4)
                index += 1
            }
            if negative { written = -written }
        }
        guard index == count else { return nil }

        if mantissaEnd == count && fractionEnd == integerEnd && count - integerStart <= 19 {
            var magnitude: UInt64 = 0
            for position in integerStart..<integerEnd { magnitude = magnitude * 10 + UInt64(start[position] - 0x30) }
            if isNegative {
                if magnitude > 0 && magnitude <= 1 << 63 { inlineInteger = Int64(truncatingIfNeeded: 0 &- magnitude) }
            } else {
                inlineInteger = Int64(exactly: magnitude)
            }
            if inlineInteger != nil { return }
        }

        var first = integerStart
        while first < mantissaEnd && (start[first] == UInt8(ascii: "0") || start[first] == UInt8(ascii: ".")) {
            first += 1
        }
        var last = mantissaEnd
        while last > first && (start[last - 1] == UInt8(ascii: "0") || start[last - 1] == UInt8(ascii: ".")) {
            last -= 1
        }
        firstDigit = first
        lastDigit = last
        guard first < last else { return }  // zero, whatever the exponent
        pointWithinDigits = first < integerEnd && last > integerEnd
        // Digits before the point count up; zeros right after it count down.
        let position = first < integerEnd ? integerEnd - first : integerEnd + 1 - first
        exponent = Int64(position) + written
        guard exponent.magnitude <= UInt64(NumberScan.largestExponent) else { return nil }
    }
}
