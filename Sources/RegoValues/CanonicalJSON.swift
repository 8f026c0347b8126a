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
    /// - Throws: ``CanonicalError`` where the text would mean another value; `bytes` then ends in an unfinished text.
    public static func canonical(_ value: Value, to bytes: inout [UInt8]) throws(CanonicalError) {
        switch value.kind {
        case .undefined: throw .undefined
        case .null: bytes.append(contentsOf: "null".utf8)
        case .boolean: bytes.append(contentsOf: (value == .true ? "true" : "false").utf8)
        case .number: try canonicalNumber(value, to: &bytes)
        case .string: try canonicalString(value, to: &bytes)
        case .array, .set:
            bytes.append(UInt8(ascii: "["))
            var isFirst = true
            for element in value.elements {
                if !isFirst { bytes.append(UInt8(ascii: ",")) }
                isFirst = false
                try canonical(element, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object:
            bytes.append(UInt8(ascii: "{"))
            var isFirst = true
            for entry in try canonicalOrder(value.entries) {
                if !isFirst { bytes.append(UInt8(ascii: ",")) }
                isFirst = false
                try canonicalString(entry.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                try canonical(entry.value, to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func canonicalString(_ value: Value, to bytes: inout [UInt8]) throws(CanonicalError) {
        guard UTF8Check.isValid(value.utf8) else { throw .invalidUTF8 }
        writeString(value.utf8, to: &bytes)
    }

    /// Byte order and UTF-16 order differ only where characters above U+FFFF meet those from U+E000 to U+FFFF.
    private static func canonicalOrder(_ entries: UnsafeBufferPointer<Entry>) throws(CanonicalError) -> [Entry] {
        var needsSorting = false
        for entry in entries {
            guard entry.key.kind == .string else { throw .nonStringKey(JSONWriter.text(entry.key)) }
            if !needsSorting { needsSorting = entry.key.utf8.contains { $0 >= 0xee } }
        }
        guard needsSorting else { return Array(entries) }
        return entries.sorted { a, b in
            String(decoding: a.key.utf8, as: UTF8.self).utf16
                .lexicographicallyPrecedes(String(decoding: b.key.utf8, as: UTF8.self).utf16)
        }
    }

    private static func canonicalNumber(_ value: Value, to bytes: inout [UInt8]) throws(CanonicalError) {
        if let integer = value.int64, integer.magnitude <= 1 << 53 {
            DecimalView.withDigits(of: integer) { bytes.append(contentsOf: $0) }
            return
        }
        let text = value.numberText ?? ""
        guard let double = Double(text), double.isFinite else { throw .unrepresentableNumber(text) }
        let written = "\(double)"
        let heap = Heap(limit: 1 << 12)
        let survives = withExtendedLifetime(heap) { heap.number(literal: written) == value }
        guard survives else { throw .unrepresentableNumber(text) }
        bytes.append(contentsOf: ecmaScript(written).utf8)
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

extension DecimalView {
    /// Reads a decimal text; what is no number counts as zero.
    fileprivate static func with<R>(literal text: String, _ body: (DecimalView) -> R) -> R {
        let heap = Heap(limit: 1 << 12)
        let value = heap.number(literal: text) ?? .integer(Int64(0))
        return withExtendedLifetime(heap) { with(value, body) }
    }
}
