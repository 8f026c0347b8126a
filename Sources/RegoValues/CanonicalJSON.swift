/// Why a value has no canonical JSON.
public enum CanonicalError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A number that a double cannot carry unchanged.
    case unrepresentableNumber(String)
    /// An object key that is no string.
    case nonStringKey(String)
    /// A string that is not UTF-8.
    case invalidUTF8
    case undefined

    public var description: String {
        switch self {
        case .unrepresentableNumber(let text):
            "number `\(text)` does not survive canonical JSON: send it as a string"
        case .nonStringKey(let text): "object key `\(text)` is no string and has no canonical JSON"
        case .invalidUTF8: "a string is not UTF-8 and has no canonical JSON"
        case .undefined: "an undefined value has no canonical JSON"
        }
    }
}

extension JSONWriter {
    /// Appends the canonical form of RFC 8785: keys in UTF-16 order, ECMAScript numbers, least escapes.
    /// - Throws: ``CanonicalError`` where the text would mean another value; `bytes` is then unchanged.
    public static func canonical(_ value: Value, to bytes: inout [UInt8]) throws(CanonicalError) {
        var sink = ByteSink()
        defer { sink.free() }
        try canonical(value, &sink)
        bytes.append(contentsOf: sink.bytes)
    }

    /// Appends the canonical form of an object without one of its members.
    /// - Throws: ``CanonicalError`` where the text would mean another value; `bytes` is then unchanged.
    public static func canonical(
        _ object: Value, omitting name: StaticString, to bytes: inout [UInt8]
    ) throws(CanonicalError) {
        var sink = ByteSink()
        defer { sink.free() }
        try canonicalMembers(object.entries, omitting: .string(name), &sink)
        bytes.append(contentsOf: sink.bytes)
    }

    private static func canonical(_ value: Value, _ sink: inout ByteSink) throws(CanonicalError) {
        switch value.kind {
        case .undefined: throw .undefined
        case .null: sink.append("null")
        case .boolean: sink.append(value == .true ? "true" : "false")
        case .number: try canonicalNumber(value, &sink)
        case .string: try canonicalString(value, &sink)
        case .array, .set:
            sink.append(UInt8(ascii: "["))
            let elements = value.elements
            for position in 0..<elements.count {
                if position > 0 { sink.append(UInt8(ascii: ",")) }
                try canonical(elements[position], &sink)
            }
            sink.append(UInt8(ascii: "]"))
        case .object: try canonicalMembers(value.entries, omitting: nil, &sink)
        }
    }

    private static func canonicalMembers(
        _ entries: UnsafeBufferPointer<Entry>, omitting omitted: Value?, _ sink: inout ByteSink
    ) throws(CanonicalError) {
        sink.append(UInt8(ascii: "{"))
        let sorted = try canonicalOrder(entries)
        var isFirst = true
        for position in 0..<entries.count {
            let entry = sorted?[position] ?? entries[position]
            if let omitted, entry.key == omitted { continue }
            if !isFirst { sink.append(UInt8(ascii: ",")) }
            isFirst = false
            try canonicalString(entry.key, &sink)
            sink.append(UInt8(ascii: ":"))
            try canonical(entry.value, &sink)
        }
        sink.append(UInt8(ascii: "}"))
    }

    private static func canonicalString(_ value: Value, _ sink: inout ByteSink) throws(CanonicalError) {
        let text = value.utf8
        sink.append(UInt8(ascii: "\""))
        let plain = sink.appendPlain(text, html: false)
        if plain < text.count {
            guard UTF8Check.isValid(text) else { throw .invalidUTF8 }
            writeRest(text, from: plain, false, to: &sink)
        }
        sink.append(UInt8(ascii: "\""))
    }

    /// The order by UTF-16, nil where it is the byte order: they differ only where characters above U+FFFF meet those
    /// from U+E000 to U+FFFF.
    private static func canonicalOrder(_ entries: UnsafeBufferPointer<Entry>) throws(CanonicalError) -> [Entry]? {
        var needsSorting = false
        for entry in entries {
            guard entry.key.kind == .string else { throw .nonStringKey(JSONWriter.text(entry.key)) }
            if !needsSorting { needsSorting = entry.key.utf8.contains { $0 >= 0xee } }
        }
        guard needsSorting else { return nil }
        return entries.sorted { a, b in
            String(decoding: a.key.utf8, as: UTF8.self).utf16
                .lexicographicallyPrecedes(String(decoding: b.key.utf8, as: UTF8.self).utf16)
        }
    }

    private static func canonicalNumber(_ value: Value, _ sink: inout ByteSink) throws(CanonicalError) {
        if let integer = value.int64, integer.magnitude <= 1 << 53 {
            DecimalView.withDigits(of: integer) { sink.append($0) }
            return
        }
        if DecimalView.with(value, { $0.isShort && writePlain($0, to: &sink) }) { return }
        let text = value.numberText ?? ""
        guard let double = Double(text), double.isFinite else { throw .unrepresentableNumber(text) }
        let written = "\(double)"
        let heap = Heap(limit: 1 << 12)
        let survives = withExtendedLifetime(heap) { heap.number(literal: written) == value }
        guard survives else { throw .unrepresentableNumber(text) }
        sink.append(text: ecmaScript(written))
    }

    /// Writes digits that are themselves the shortest for their double, where ECMAScript has them without an exponent; else
    /// writes nothing and returns false.
    private static func writePlain(_ view: DecimalView, to sink: inout ByteSink) -> Bool {
        let (digits, point) = (view.digits, Int(view.exponent))
        guard !digits.isEmpty else {
            sink.append(UInt8(ascii: "0"))
            return true
        }
        guard -6 < point, point <= 21 else { return false }
        if view.isNegative { sink.append(UInt8(ascii: "-")) }
        if point <= 0 {
            sink.append("0.")
            for _ in 0..<(-point) { sink.append(UInt8(ascii: "0")) }
            sink.append(digits)
        } else if point < digits.count {
            sink.append(UnsafeBufferPointer(rebasing: digits[..<point]))
            sink.append(UInt8(ascii: "."))
            sink.append(UnsafeBufferPointer(rebasing: digits[point...]))
        } else {
            sink.append(digits)
            for _ in digits.count..<point { sink.append(UInt8(ascii: "0")) }
        }
        return true
    }

    /// Number::toString of ECMAScript from the shortest digits, which Swift's description has in another layout.
    private static func ecmaScript(_ description: String) -> String {
        DecimalView.with(literal: description) { view in
            let digits = String(decoding: view.digits, as: UTF8.self)
            let (count, point) = (digits.count, Int(view.exponent))
            let sign = view.isNegative ? "-" : ""
            if digits.isEmpty { return "0" }
            if count <= point && point <= 21 { return sign + digits + String(repeating: "0", count: point - count) }
            if 0 < point && point <= 21 { return sign + digits.prefix(point) + "." + digits.dropFirst(point) }
            if -6 < point && point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
            let exponent = point - 1
            let mantissa = digits.prefix(1) + (count > 1 ? "." + digits.dropFirst() : "")
            return "\(sign)\(mantissa)e\(exponent < 0 ? "-" : "+")\(exponent.magnitude)"
        }
    }
}

extension Value {
    /// Whether a number keeps its value, and its sign, in canonical JSON.
    public var survivesCanonicalJSON: Bool {
        if isLiteral {
            let literal = literal.pointee
            if literal.digitCount == 0 { return literal.textBytes.first != UInt8(ascii: "-") }
        }
        if DecimalView.with(self, \.isShort) { return true }
        var text: [UInt8] = []
        do {
            try JSONWriter.canonical(self, to: &text)
            return true
        } catch { return false }
    }
}

extension DecimalView {
    /// Whether the number is sure to come back from a double: 15 digits do (the DBL_DIG of ISO C, 5.2.4.2.2), well away from
    /// the exponents where doubles have fewer or end, and so no two such numbers have one double.
    fileprivate var isShort: Bool { digits.count <= 15 && exponent.magnitude <= 300 }

    /// Reads a decimal text; what is no number counts as zero.
    fileprivate static func with<R>(literal text: String, _ body: (DecimalView) -> R) -> R {
        let heap = Heap(limit: 1 << 12)
        let value = heap.number(literal: text) ?? .integer(Int64(0))
        return withExtendedLifetime(heap) { with(value, body) }
    }
}
