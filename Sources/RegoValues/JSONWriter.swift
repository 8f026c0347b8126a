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

    public static func write(_ value: Value, to bytes: inout [UInt8]) {
        write(value, options: .compact, to: &bytes)
    }

    /// - Parameter limit: once the text is longer, no further element is written; the caller then refuses it. What is
    ///   small in memory may be endless when written, since values share their parts.
    public static func write(_ value: Value, options: Options, limit: Int = .max, to bytes: inout [UInt8]) {
        var writer = TextWriter(
            escapesHTML: options.escapesHTML, indent: options.indent, prefix: options.prefix, limit: limit)
        writer.write(value, depth: 0)
        bytes.append(contentsOf: writer.sink.bytes)
        writer.sink.free()
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
        var sink = ByteSink()
        writeString(text, escapesHTML, to: &sink)
        bytes.append(contentsOf: sink.bytes)
        sink.free()
    }

    @inline(__always)
    static func writeString(_ text: UnsafeBufferPointer<UInt8>, _ html: Bool, to sink: inout ByteSink) {
        sink.append(UInt8(ascii: "\""))
        let plain = sink.appendPlain(text, html: html)
        if plain < text.count { writeRest(text, from: plain, html, to: &sink) }
        sink.append(UInt8(ascii: "\""))
    }

    @inline(never)
    static func writeRest(
        _ text: UnsafeBufferPointer<UInt8>, from start: Int, _ html: Bool, to sink: inout ByteSink
    ) {
        var index = start
        while index < text.count {
            let byte = text[index]
            if byte < 0x80 {
                if needsEscape(byte, html) { writeEscape(byte, to: &sink) } else { sink.append(byte) }
                index += 1
                continue
            }
            let length = UTF8Check.sequenceLength(text, at: index)
            if length == 0 {
                sink.append("\u{fffd}")
            } else if html && length == 3 && byte == 0xe2 && text[index + 1] == 0x80 && text[index + 2] & 0xfe == 0xa8 {
                sink.append(text[index + 2] == 0xa8 ? "\\u2028" : "\\u2029")
            } else {
                sink.append(UnsafeBufferPointer(rebasing: text[index..<index + length]))
            }
            index += max(1, length)
        }
    }

    @inline(__always)
    static func needsEscape(_ byte: UInt8, _ html: Bool) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
            || (html && (byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "&")))
    }

    private static func hexadecimalDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

    private static func writeEscape(_ byte: UInt8, to sink: inout ByteSink) {
        sink.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): sink.append(byte)
        case 0x08: sink.append(UInt8(ascii: "b"))
        case 0x0c: sink.append(UInt8(ascii: "f"))
        case 0x0a: sink.append(UInt8(ascii: "n"))
        case 0x0d: sink.append(UInt8(ascii: "r"))
        case 0x09: sink.append(UInt8(ascii: "t"))
        default:
            sink.append("u00")
            sink.append(hexadecimalDigit(byte >> 4))
            sink.append(hexadecimalDigit(byte & 0xf))
        }
    }

    /// A number's text as it was written.
    static func writeNumber(_ value: Value, to sink: inout ByteSink) {
        if value.isLiteral {
            sink.append(value.literal.pointee.textBytes)
        } else {
            DecimalView.withDigits(of: Int64(bitPattern: value.payload)) { sink.append($0) }
        }
    }
}

private struct TextWriter {
    var sink = ByteSink()
    let escapesHTML: Bool
    let indent: String?
    let prefix: String
    let limit: Int

    init(escapesHTML: Bool, indent: String?, prefix: String, limit: Int) {
        self.limit = limit
        self.escapesHTML = escapesHTML
        self.indent = indent
        self.prefix = prefix
    }

    mutating func write(_ value: Value, depth: Int) {
        switch value.kind {
        case .undefined, .null: sink.append("null")
        case .boolean: sink.append(value == .true ? "true" : "false")
        case .number: JSONWriter.writeNumber(value, to: &sink)
        case .string: JSONWriter.writeString(value.utf8, escapesHTML, to: &sink)
        case .array, .set:
            sink.append(UInt8(ascii: "["))
            let elements = value.elements
            for position in 0..<elements.count {
                if sink.count > limit { return }
                if position > 0 { sink.append(UInt8(ascii: ",")) }
                newline(depth + 1)
                write(elements[position], depth: depth + 1)
            }
            if value.count > 0 { newline(depth) }
            sink.append(UInt8(ascii: "]"))
        case .object:
            sink.append(UInt8(ascii: "{"))
            let entries = value.entries
            for position in 0..<entries.count {
                if sink.count > limit { return }
                if position > 0 { sink.append(UInt8(ascii: ",")) }
                newline(depth + 1)
                writeKey(entries[position].key)
                sink.append(UInt8(ascii: ":"))
                if indent != nil { sink.append(UInt8(ascii: " ")) }
                write(entries[position].value, depth: depth + 1)
            }
            if value.count > 0 { newline(depth) }
            sink.append(UInt8(ascii: "}"))
        }
    }

    @inline(__always)
    private mutating func newline(_ depth: Int) {
        if indent != nil { breakLine(depth) }
    }

    @inline(never)
    private mutating func breakLine(_ depth: Int) {
        guard let indent else { return }
        sink.append(UInt8(ascii: "\n"))
        sink.append(text: prefix)
        for _ in 0..<depth { sink.append(text: indent) }
    }

    private mutating func writeKey(_ key: Value) {
        if key.kind == .string {
            JSONWriter.writeString(key.utf8, escapesHTML, to: &sink)
        } else {
            var text: [UInt8] = []
            JSONWriter.write(key, to: &text)
            text.withUnsafeBufferPointer { JSONWriter.writeString($0, escapesHTML, to: &sink) }
        }
    }
}
