/// Escapes in strings: those of JSON (RFC 8259, section 7), and `\{` in template strings.
enum StringLiteral {
    static let escapesFix = #"the escapes are \" \\ \/ \b \f \n \r \t \uXXXX"#

    /// What is wrong with the escape whose backslash is at `index`; nil when it is well-formed.
    static func problem(in text: [UInt8], escapeAt index: Int, isTemplate: Bool) -> String? {
        guard index + 1 < text.count else { return "the escape is cut off" }
        switch text[index + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return nil
        case UInt8(ascii: "{") where isTemplate:
            return nil
        case UInt8(ascii: "u"):
            return codeUnit(in: text, at: index + 2) == nil ? "`\\u` needs four hexadecimal digits" : nil
        case UInt8(ascii: "\n"):
            return "the escape is cut off"
        case let byte where byte < 0x80 && byte >= 0x20:
            return "`\\\(Character(UnicodeScalar(byte)))` is no escape"
        default:
            return "the backslash starts no escape"
        }
    }

    /// The text of a well-formed literal's inside. Surrogates without a partner become U+FFFD.
    static func decode(_ inside: ArraySlice<UInt8>) -> String {
        guard inside.contains(UInt8(ascii: "\\")) else { return String(decoding: inside, as: UTF8.self) }
        let text = Array(inside)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "\\"), index + 1 < text.count else {
                bytes.append(text[index])
                index += 1
                continue
            }
            let escape = text[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "b"): bytes.append(0x08)
            case UInt8(ascii: "f"): bytes.append(0x0C)
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "u"):
                let scalar = scalar(in: text, after: &index)
                bytes.append(contentsOf: String(Character(scalar)).utf8)
            default: bytes.append(escape)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// In raw template strings, `\{` is the only escape.
    static func decodeRawTemplate(_ inside: ArraySlice<UInt8>) -> String {
        var bytes: [UInt8] = []
        for (index, byte) in zip(inside.indices, inside) {
            let next = index + 1
            if byte == UInt8(ascii: "\\"), next < inside.endIndex, inside[next] == UInt8(ascii: "{") { continue }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func scalar(in text: [UInt8], after index: inout Int) -> Unicode.Scalar {
        let replacement: Unicode.Scalar = "\u{FFFD}"
        guard let unit = codeUnit(in: text, at: index) else { return replacement }
        index += 4
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard (0xD800...0xDBFF).contains(unit), index + 1 < text.count, text[index] == UInt8(ascii: "\\"),
            text[index + 1] == UInt8(ascii: "u"), let low = codeUnit(in: text, at: index + 2),
            (0xDC00...0xDFFF).contains(low)
        else { return replacement }
        index += 6
        return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)) ?? replacement
    }

    private static func codeUnit(in text: [UInt8], at index: Int) -> UInt32? {
        guard index + 4 <= text.count else { return nil }
        var unit: UInt32 = 0
        for byte in text[index..<index + 4] {
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue, byte < 0x80 else { return nil }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }
}
