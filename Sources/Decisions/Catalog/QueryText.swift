import RegoValues

/// Texts from a query or a path become the JSON type that the tool's schema declares, exactly or not at all.
enum QueryText {
    /// Decoded pairs in order; nil for malformed escapes, text that is not UTF-8, a null character, a `;` (which some
    /// servers take for `&`), or a pair without a name.
    static func pairs(ofTarget target: String) -> [(name: String, value: String)]? {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return [] }
        let query = target.utf8[target.utf8.index(after: mark)...]
        guard !query.contains(UInt8(ascii: ";")) else { return nil }
        var pairs: [(name: String, value: String)] = []
        for part in query.split(separator: UInt8(ascii: "&")) {
            let sides = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = sides.first.flatMap(decode), !name.isEmpty else { return nil }
            guard let value = sides.count > 1 ? decode(sides[1]) : "" else { return nil }
            pairs.append((name, value))
        }
        return pairs
    }

    private static func decode(_ text: some Sequence<UInt8>) -> String? {
        guard let bytes = RequestLine.decode(text, plus: true), !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The value that `texts` mean where `schema` declares the type; nil where they mean none.
    static func value(of texts: [String], schema: Value, in parts: SchemaParts, heap: Heap) -> Value? {
        let types = parts.types(of: schema)
        if types.contains("array") {
            var elements: [Value] = []
            for text in texts {
                guard let element = scalar(text, types: parts.types(of: parts.items(of: schema)), heap: heap) else {
                    return nil
                }
                elements.append(element)
            }
            return heap.array(elements)
        }
        guard texts.count == 1, let text = texts.first else { return nil }
        return scalar(text, types: types, heap: heap)
    }

    private static func scalar(_ text: String, types: [String], heap: Heap) -> Value? {
        if types.isEmpty || types.contains("string") { return heap.string(text) }
        if types.contains("boolean"), text == "true" || text == "false" { return .boolean(text == "true") }
        if types.contains("integer") || types.contains("number"), let number = heap.number(literal: text) {
            return number.survivesCanonicalJSON ? number : nil
        }
        return types.contains("null") && text == "null" ? .null : nil
    }
}
