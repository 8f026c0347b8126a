/// JSON Web Tokens, signed (RFC 7515, three parts) or encrypted (RFC 7516, five): a first part that decodes to a JSON object with
/// an `alg`, and at least two parts more.
struct TokenDetector: TextDetector {
    var name: String { "jwt" }
    var triggers: DetectorTriggers {
        DetectorTriggers(bytes: [UInt8(ascii: "e")], position: .wordStart)
    }

    private static let longestHeader = 4096

    func match(_ text: ScannedText, at place: Int, _ contexts: Contexts) -> DetectorVerdict {
        guard text.has("eyJ", at: place), !text.hasWord(before: place) else { return .nothing }
        let header = text.end(of: { $0.isBase64URL }, from: place, limit: text.count)
        // A long run without a dot would otherwise be walked from each of its words.
        guard text[header] == UInt8(ascii: "."), header - place <= TokenDetector.longestHeader else {
            return .nothingBefore(header)
        }
        guard namesAlgorithm(text, place..<header) else { return .nothing }
        var end = header
        var parts = 1
        while parts < 5, text[end] == UInt8(ascii: ".") {
            let next = text.end(of: { $0.isBase64URL }, from: end + 1, limit: text.count)
            // The last part may be empty (`alg: none`), and so may a detached payload or a key that is agreed on.
            if next == end + 1, parts > 2, text[next] != UInt8(ascii: ".") { break }
            end = next
            parts += 1
        }
        guard parts >= 3, end > header + 2 else { return .nothingBefore(end) }
        return .found(place..<end)
    }

    private func namesAlgorithm(_ text: ScannedText, _ range: Range<Int>) -> Bool {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: TokenDetector.longestHeader) { decoded in
            var count = 0
            var bits: UInt32 = 0
            var held = 0
            for place in range {
                bits = bits << 6 | UInt32(TokenDetector.value(text[place]))
                held += 6
                guard held >= 8 else { continue }
                held -= 8
                decoded.initializeElement(at: count, to: UInt8(truncatingIfNeeded: bits >> UInt32(held)))
                count += 1
            }
            guard let base = UnsafePointer(decoded.baseAddress), count > 8 else { return false }
            let json = ScannedText(base: base, count: count)
            guard json[0] == UInt8(ascii: "{"), json[count - 1] == UInt8(ascii: "}") else { return false }
            return (1..<count).contains { json[$0] == UInt8(ascii: "\"") && json.has("\"alg\"", at: $0) }
        }
    }

    private static func value(_ byte: UInt8) -> UInt8 {
        if byte.isUppercase { return byte - 0x41 }
        if byte.isLowercase { return byte - 0x61 + 26 }
        if byte.isDigit { return byte - 0x30 + 52 }
        return byte == UInt8(ascii: "-") ? 62 : 63
    }
}
