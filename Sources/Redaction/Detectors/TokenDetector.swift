/// JSON Web Tokens, signed (RFC 7515, three parts) or encrypted (RFC 7516, five): a first part that decodes to a JSON object with
/// an `alg`, and at least two parts more.
struct TokenDetector: TextDetector {
    var name: String { "jwt" }
    var triggers: DetectorTriggers {
        DetectorTriggers(bytes: [UInt8(ascii: "e")], position: .wordStart)
    }

    func match(_ text: ScannedText, at place: Int, _ contexts: Contexts) -> DetectorVerdict {
        guard isStart(text, place), !isTried(text, place) else { return .nothing }
        let header = text.end(of: { $0.isBase64URL }, from: place, limit: text.count)
        guard text[header] == UInt8(ascii: ".") else { return .nothingBefore(header) }
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

    private func isStart(_ text: ScannedText, _ place: Int) -> Bool {
        text.has("eyJ", at: place) && !text.hasWord(before: place)
    }

    /// Whether a start before this one in the same run has already shown that none here is a header: the bytes that it decodes to end
    /// with those that this one would, since a whole number of groups of four stands between them.
    ///
    /// So a run is decoded four times at most, however many starts it has.
    private func isTried(_ text: ScannedText, _ place: Int) -> Bool {
        var before = place - 4
        while before >= 0, (before..<before + 4).allSatisfy({ text[$0].isBase64URL }) {
            if isStart(text, before) { return true }
            before -= 4
        }
        return false
    }

    private func namesAlgorithm(_ text: ScannedText, _ range: Range<Int>) -> Bool {
        var bits: UInt64 = 0
        var held = 0
        var last: UInt8 = 0
        var lastFive: UInt64 = 0
        var seen = false
        for place in range {
            bits = bits << 6 | UInt64(TokenDetector.value(text[place]))
            held += 6
            guard held >= 8 else { continue }
            held -= 8
            last = UInt8(truncatingIfNeeded: bits >> UInt64(held))
            lastFive = (lastFive << 8 | UInt64(last)) & 0xff_ffff_ffff
            // `"alg"`
            seen = seen || lastFive == 0x22_616c_6722
        }
        return seen && last == UInt8(ascii: "}")
    }

    private static func value(_ byte: UInt8) -> UInt8 {
        if byte.isUppercase { return byte - 0x41 }
        if byte.isLowercase { return byte - 0x61 + 26 }
        if byte.isDigit { return byte - 0x30 + 52 }
        return byte == UInt8(ascii: "-") ? 62 : 63
    }
}
