/// A JSON number that is not negative, as its digits and the power of ten of the last one: `0.0120e3` is 120 and -1.
///
/// However long its text is, and however far its point and its exponent pull apart, it means what it says.
struct DecimalLiteral {
    /// From the first that is no zero on.
    private(set) var digits: [UInt8] = []
    private(set) var exponent = 0

    private enum Part { case whole, fraction, sign, power }

    /// What no text of this machine's memory can make up for with digits.
    private static let farthest = 1 << 56

    init?(_ literal: some Sequence<UInt8>) {
        var part = Part.whole
        var seenDigit = false
        var isNegativePower = false
        var power = 0
        for byte in literal {
            switch (part, byte) {
            case (.whole, UInt8(ascii: "0")...UInt8(ascii: "9")), (.fraction, UInt8(ascii: "0")...UInt8(ascii: "9")):
                seenDigit = true
                let digit = byte - UInt8(ascii: "0")
                if digit != 0 || !digits.isEmpty { digits.append(digit) }
                if part == .fraction { exponent -= 1 }
            case (.whole, UInt8(ascii: ".")) where seenDigit:
                part = .fraction
                seenDigit = false
            case (.whole, UInt8(ascii: "e")), (.whole, UInt8(ascii: "E")), (.fraction, UInt8(ascii: "e")),
                (.fraction, UInt8(ascii: "E")):
                guard seenDigit else { return nil }
                part = .sign
                seenDigit = false
            case (.sign, UInt8(ascii: "+")), (.sign, UInt8(ascii: "-")):
                isNegativePower = byte == UInt8(ascii: "-")
                part = .power
            case (.sign, UInt8(ascii: "0")...UInt8(ascii: "9")), (.power, UInt8(ascii: "0")...UInt8(ascii: "9")):
                seenDigit = true
                part = .power
                power = min(DecimalLiteral.farthest, power * 10 + Int(byte - UInt8(ascii: "0")))
            default: return nil
            }
        }
        guard seenDigit else { return nil }
        exponent += isNegativePower ? -power : power
    }
}
