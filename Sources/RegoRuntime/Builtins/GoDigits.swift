import RegoValues

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The digits of numbers for ``GoFormatter``, before padding.
enum GoDigits {
    struct Number {
        var isNegative = false
        var prefix = ""
        var digits: String
        /// Whether zeros may fill up to the width.
        var zeroPads = true
    }

    static func integer(
        _ decimal: String, _ value: Value, _ base: Int, _ flags: GoFormatter.Flags, upper: Bool = false
    ) -> Number {
        var text = decimal
        if base != 10 { text = (try? RegoNumber.text(ofWholePart: value, base: base)) ?? decimal }
        let isNegative = text.hasPrefix("-")
        var digits = isNegative ? String(text.dropFirst()) : text
        if upper { digits = digits.uppercased() }
        if let precision = flags.precision {
            if precision == 0 && digits == "0" {
                digits = ""
            } else {
                digits = String(repeating: "0", count: max(0, precision - digits.count)) + digits
            }
        }
        var prefix = ""
        if flags.sharp {
            switch base {
            case 2: prefix = "0b"
            case 8: prefix = digits.hasPrefix("0") ? "" : "0"
            case 16: prefix = upper ? "0X" : "0x"
            default: break
            }
        }
        return Number(isNegative: isNegative, prefix: prefix, digits: digits, zeroPads: flags.precision == nil)
    }

    static func hexadecimal(_ bytes: [UInt8], upper: Bool, _ flags: GoFormatter.Flags) -> String {
        let alphabet = Array((upper ? "0123456789ABCDEF" : "0123456789abcdef").utf8)
        let mark = upper ? "0X" : "0x"
        var text = flags.sharp && !bytes.isEmpty ? mark : ""
        for (index, byte) in bytes.enumerated() {
            if flags.space && index > 0 { text += flags.sharp ? " \(mark)" : " " }
            text += String(decoding: [alphabet[Int(byte >> 4)], alphabet[Int(byte & 15)]], as: UTF8.self)
        }
        return text
    }

    /// `%v`: the shortest digits that name the double, with an exponent below -4 and from 21 on.
    static func shortest(_ value: Double, _ flags: GoFormatter.Flags) -> Number {
        if let precision = flags.precision { return double(value, "g", flags, precision: precision, threshold: 21) }
        return Number(
            isNegative: value.sign == .minus, digits: shortestText(value.magnitude, exponentFrom: 21))
    }

    /// `%e`, `%f`, `%g` and their capitals.
    static func double(
        _ value: Double, _ verb: String, _ flags: GoFormatter.Flags, precision: Int? = nil, threshold: Int? = nil
    ) -> Number {
        let wanted = precision ?? flags.precision
        let isUpper = verb == "E" || verb == "G"
        var text: String
        switch verb.lowercased() {
        case "g" where wanted == nil: text = shortestText(value.magnitude, exponentFrom: threshold ?? 21)
        case "g": text = printf("g", value.magnitude, max(1, wanted ?? 6))
        case "e": text = printf("e", value.magnitude, wanted ?? 6)
        default: text = printf("f", value.magnitude, wanted ?? 6)
        }
        if isUpper { text = text.uppercased() }
        return Number(isNegative: value.sign == .minus, digits: text)
    }

    private static func printf(_ verb: Character, _ value: Double, _ precision: Int) -> String {
        let precision = min(precision, 1100)
        return withVaList([Int32(precision), value]) { list in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1600) { buffer in
                let format = verb == "g" ? "%.*g" : (verb == "e" ? "%.*e" : "%.*f")
                let count = vsnprintf(buffer.baseAddress, buffer.count, format, list)
                let bytes = buffer.prefix(max(0, min(Int(count), buffer.count - 1))).map { UInt8(bitPattern: $0) }
                return String(decoding: bytes, as: UTF8.self)
            }
        }
    }

    /// The shortest digits that name a double, laid out as Go's `%g` does.
    static func shortestText(_ value: Double, exponentFrom threshold: Int) -> String {
        if value == 0 { return "0" }
        let description = "\(value)"
        let parts = description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".")
        var digits = String(mantissa[0]) + (mantissa.count > 1 ? String(mantissa[1]) : "")
        var point = mantissa[0].count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        while digits.hasPrefix("0") && digits.count > 1 {
            digits.removeFirst()
            point -= 1
        }
        while digits.hasSuffix("0") && digits.count > 1 { digits.removeLast() }
        let exponent = point - 1
        if exponent < -4 || exponent >= threshold {
            let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
            let size = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
            return "\(digits.prefix(1))\(fraction)e\(exponent < 0 ? "-" : "+")\(size)"
        }
        if point <= 0 { return "0." + String(repeating: "0", count: -point) + digits }
        if digits.count <= point { return digits + String(repeating: "0", count: point - digits.count) }
        return digits.prefix(point) + "." + digits.dropFirst(point)
    }
}
