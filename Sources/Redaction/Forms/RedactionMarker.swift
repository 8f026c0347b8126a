/// The texts that stand in for finds: `[REDACTED:us_ssn]` and `[us_ssn:gtbkqzrvmwnxphdl]`.
///
/// A marker is passed over by later searches, so that nothing is redacted twice. It is told by its exact form, with the name
/// of a detector that there is and in pseudonyms sixteen small letters: writing brackets around a secret does not hide it.
enum RedactionMarker {
    static let head: StaticString = "[REDACTED:"
    static let pseudonymLength = 16
    private static let longestName = 128

    static func redacted(_ detector: String) -> [UInt8] {
        var text: [UInt8] = []
        write(redacted: detector, to: &text)
        return text
    }

    static func write(redacted detector: String, to text: inout [UInt8]) {
        head.withUTF8Buffer { text.append(contentsOf: $0) }
        text.append(contentsOf: detector.utf8)
        text.append(UInt8(ascii: "]"))
    }

    static func write(pseudonym letters: [UInt8], of detector: String, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "["))
        text.append(contentsOf: detector.utf8)
        text.append(UInt8(ascii: ":"))
        text.append(contentsOf: letters)
        text.append(UInt8(ascii: "]"))
    }

    /// The end of the marker that begins here.
    static func end(in text: ScannedText, at place: Int, names: Set<String>) -> Int? {
        let isPlain = text.has(head, at: place)
        let start = place + (isPlain ? head.utf8CodeUnitCount : 1)
        let mark = text.end(of: isNameByte, from: start, limit: longestName + 1)
        guard mark > start, mark - start <= longestName, text[mark] == (isPlain ? UInt8(ascii: "]") : UInt8(ascii: ":"))
        else { return nil }
        let name = UnsafeBufferPointer(start: text.base + start, count: mark - start)
        guard names.contains(String(decoding: name, as: UTF8.self)) else { return nil }
        if isPlain { return mark + 1 }
        let end = text.end(of: { $0.isLowercase }, from: mark + 1, limit: pseudonymLength + 1)
        return end - mark - 1 == pseudonymLength && text[end] == UInt8(ascii: "]") ? end + 1 : nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte.isAlphanumeric || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }
}
