/// Writes values as Rego terms, the way OPA prints them: `[1, "a"]`, `{"k": true}`, `{1, 2}`, `set()`.
public enum RegoTermWriter {
    /// - Parameter limit: once the bytes are more, no further element is written; the caller then refuses the text. What is
    ///   small in memory may be endless when written, since values share their parts.
    public static func write(_ value: Value, limit: Int = .max, to bytes: inout [UInt8]) {
        switch value.kind {
        case .undefined: bytes.append(contentsOf: "<undefined>".utf8)
        case .null: bytes.append(contentsOf: "null".utf8)
        case .boolean: bytes.append(contentsOf: (value == .true ? "true" : "false").utf8)
        case .number: value.numberText(into: &bytes)
        case .string: writeQuoted(value.utf8, to: &bytes)
        case .array: writeList(value, "[", "]", limit, to: &bytes)
        case .set:
            if value.count == 0 {
                bytes.append(contentsOf: "set()".utf8)
            } else {
                writeList(value, "{", "}", limit, to: &bytes)
            }
        case .object:
            bytes.append(UInt8(ascii: "{"))
            for (position, entry) in value.entries.enumerated() where bytes.count <= limit {
                if position > 0 { bytes.append(contentsOf: ", ".utf8) }
                write(entry.key, limit: limit, to: &bytes)
                bytes.append(contentsOf: ": ".utf8)
                write(entry.value, limit: limit, to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    public static func text(_ value: Value, limit: Int = .max) -> String {
        var bytes: [UInt8] = []
        write(value, limit: limit, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func writeList(
        _ value: Value, _ open: String, _ close: String, _ limit: Int, to bytes: inout [UInt8]
    ) {
        bytes.append(contentsOf: open.utf8)
        for (position, element) in value.elements.enumerated() where bytes.count <= limit {
            if position > 0 { bytes.append(contentsOf: ", ".utf8) }
            write(element, limit: limit, to: &bytes)
        }
        bytes.append(contentsOf: close.utf8)
    }

    /// A string in quotes with Go's escapes; printable characters stand as they are.
    public static func writeQuoted(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var index = 0
        while index < text.count {
            let byte = text[index]
            let length = UTF8Check.sequenceLength(text, at: index)
            if length == 0 {
                bytes.append(contentsOf: "\\x\(hexadecimal(UInt32(byte), 2))".utf8)
                index += 1
            } else if length == 1 {
                writeASCII(byte, to: &bytes)
                index += 1
            } else {
                let sequence = text[index..<index + length]
                let scalar = String(decoding: sequence, as: UTF8.self).unicodeScalars.first ?? " "
                if isPrintable(scalar) {
                    bytes.append(contentsOf: sequence)
                } else if scalar.value < 0x10000 {
                    bytes.append(contentsOf: "\\u\(hexadecimal(scalar.value, 4))".utf8)
                } else {
                    bytes.append(contentsOf: "\\U\(hexadecimal(scalar.value, 8))".utf8)
                }
                index += length
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func writeASCII(_ byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case 0x07: bytes.append(contentsOf: "\\a".utf8)
        case 0x08: bytes.append(contentsOf: "\\b".utf8)
        case 0x0c: bytes.append(contentsOf: "\\f".utf8)
        case 0x0a: bytes.append(contentsOf: "\\n".utf8)
        case 0x0d: bytes.append(contentsOf: "\\r".utf8)
        case 0x09: bytes.append(contentsOf: "\\t".utf8)
        case 0x0b: bytes.append(contentsOf: "\\v".utf8)
        case 0..<0x20, 0x7f: bytes.append(contentsOf: "\\x\(hexadecimal(UInt32(byte), 2))".utf8)
        default: bytes.append(byte)
        }
    }

    private static func hexadecimal(_ value: UInt32, _ width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default: true
        }
    }
}
