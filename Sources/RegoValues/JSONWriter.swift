/// Writes values as JSON text (RFC 8259).
///
/// Sets become arrays, keys that are no strings become their JSON text, numbers keep the digits they were written with,
/// ill-formed UTF-8 becomes U+FFFD. An undefined value is written as `null`: check for it first.
public enum JSONWriter {
    public struct Options: Sendable {
        /// Writes `<`, `>`, `&`, U+2028 and U+2029 as escapes, as Go's encoder does.
        public var escapesHTML = false
        /// Written once for each level at the start of a line; nil for one line.
        public var indent: String?
        /// Written at the start of every line but the first, before the indentation.
        public var prefix = ""

        public init() {}
        public static let compact = Options()
        public static let html: Options = {
            var options = Options()
            options.escapesHTML = true
            return options
        }()
        public static let pretty: Options = {
            var options = Options()
            options.indent = "  "
            return options
        }()
    }

    public static func write(_ value: Value, to bytes: inout [UInt8]) { write(value, options: .compact, to: &bytes) }

    public static func write(_ value: Value, options: Options, to bytes: inout [UInt8]) {
        var writer = TextWriter(bytes: [], options: options)
        swap(&writer.bytes, &bytes)
        writer.write(value, depth: 0)
        swap(&writer.bytes, &bytes)
    }

    /// The JSON text of a value.
    public static func text(_ value: Value, options: Options = .compact) -> String {
        var bytes: [UInt8] = []
        write(value, options: options, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends a string with its quotes.
    public static func writeString(
        _ text: UnsafeBufferPointer<UInt8>, escapesHTML: Bool = false, to bytes: inout [UInt8]
    ) {
        bytes.append(UInt8(ascii: "\""))
        var clean = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte < 0x80 {
                if !needsEscape(byte, escapesHTML) {
                    index += 1
                    continue
                }
                bytes.append(contentsOf: text[clean..<index])
                writeEscape(byte, to: &bytes)
                index += 1
                clean = index
                continue
            }
            let length = UTF8Check.sequenceLength(text, at: index)
            if length == 0 {
                bytes.append(contentsOf: text[clean..<index])
                bytes.append(contentsOf: [0xef, 0xbf, 0xbd])
                index += 1
                clean = index
            } else if escapesHTML && length == 3 && byte == 0xe2 && text[index + 1] == 0x80
                && text[index + 2] & 0xfe == 0xa8
            {
                bytes.append(contentsOf: text[clean..<index])
                bytes.append(contentsOf: (text[index + 2] == 0xa8 ? "\\u2028" : "\\u2029").utf8)
                index += 3
                clean = index
            } else {
                index += length
            }
        }
        bytes.append(contentsOf: text[clean..<text.count])
        bytes.append(UInt8(ascii: "\""))
    }

    @inline(__always)
    private static func needsEscape(_ byte: UInt8, _ html: Bool) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
            || (html && (byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "&")))
    }

    private static func hexadecimalDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

    private static func writeEscape(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x0c: bytes.append(UInt8(ascii: "f"))
        case 0x0a: bytes.append(UInt8(ascii: "n"))
        case 0x0d: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(hexadecimalDigit(byte >> 4))
            bytes.append(hexadecimalDigit(byte & 0xf))
        }
    }
}

private struct TextWriter {
    var bytes: [UInt8]
    let options: JSONWriter.Options

    mutating func write(_ value: Value, depth: Int) {
        switch value.kind {
        case .undefined, .null: bytes.append(contentsOf: "null".utf8)
        case .boolean: bytes.append(contentsOf: (value == .true ? "true" : "false").utf8)
        case .number: value.numberText(into: &bytes)
        case .string: JSONWriter.writeString(value.utf8, escapesHTML: options.escapesHTML, to: &bytes)
        case .array, .set:
            bytes.append(UInt8(ascii: "["))
            for (position, element) in value.elements.enumerated() {
                if position > 0 { bytes.append(UInt8(ascii: ",")) }
                newline(depth + 1)
                write(element, depth: depth + 1)
            }
            if value.count > 0 { newline(depth) }
            bytes.append(UInt8(ascii: "]"))
        case .object:
            bytes.append(UInt8(ascii: "{"))
            for (position, entry) in value.entries.enumerated() {
                if position > 0 { bytes.append(UInt8(ascii: ",")) }
                newline(depth + 1)
                writeKey(entry.key)
                bytes.append(UInt8(ascii: ":"))
                if options.indent != nil { bytes.append(UInt8(ascii: " ")) }
                write(entry.value, depth: depth + 1)
            }
            if value.count > 0 { newline(depth) }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private mutating func newline(_ depth: Int) {
        guard let indent = options.indent else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: options.prefix.utf8)
        for _ in 0..<depth { bytes.append(contentsOf: indent.utf8) }
    }

    private mutating func writeKey(_ key: Value) {
        if key.kind == .string {
            JSONWriter.writeString(key.utf8, escapesHTML: options.escapesHTML, to: &bytes)
        } else {
            var text: [UInt8] = []
            JSONWriter.write(key, to: &text)
            text.withUnsafeBufferPointer { JSONWriter.writeString($0, escapesHTML: options.escapesHTML, to: &bytes) }
        }
    }
}
