/// Email addresses (RFC 5322 dot-atom or quoted string, RFC 6531 letters): at most 64 bytes before the `@`, and a domain of
/// two or more labels whose last begins with two letters or is an encoded one (`xn--…`).
struct EmailDetector: TextDetector {
    var name: String { "email" }
    var triggers: DetectorTriggers {
        DetectorTriggers(bytes: [UInt8(ascii: "@")], position: .anywhere)
    }

    private static let longestLocal = 64
    private static let longestDomain = 255

    func match(_ text: ScannedText, at place: Int, _ contexts: Contexts) -> DetectorVerdict {
        guard let end = domainEnd(text, from: place + 1) else { return .nothing }
        if text[place - 1] == UInt8(ascii: "\"") {
            return quotedStart(text, before: place - 1).map { .found($0..<end) } ?? .nothing
        }
        var start = localStart(text, before: place)
        while start < place, !text.hasWord(at: start), text[start] != UInt8(ascii: "_"), text[start] < 0x80 {
            start += 1
        }
        return start < place ? .found(start..<end) : .nothing
    }

    /// Where the quoted string begins that ends here. Its text begins and ends with a letter or digit, and none stands before its quote: what
    /// stands between the strings of a list, or of code, is no name.
    private func quotedStart(_ text: ScannedText, before quote: Int) -> Int? {
        guard text.hasWord(before: quote) else { return nil }
        var start = quote - 1
        while start >= max(0, quote - EmailDetector.longestLocal), text[start] >= UInt8(ascii: " ") {
            if text[start] == UInt8(ascii: "\"") {
                return text.hasWord(at: start + 1) && !text.hasWord(before: start) ? start : nil
            }
            start -= 1
        }
        return nil
    }

    private func localStart(_ text: ScannedText, before at: Int) -> Int {
        var start = at
        let first = max(0, at - EmailDetector.longestLocal)
        while start > first, EmailDetector.isLocal(text[start - 1]) {
            // Ideographs before letters are the sentence that the address stands in.
            if text[start - 1] >= 0x80, start < at, text[start] < 0x80, !text.hasWord(before: start) { break }
            start -= 1
        }
        while start < at, text[start] & 0xc0 == 0x80 { start += 1 }
        return start
    }

    /// The end of the last label that can end a domain.
    private func domainEnd(_ text: ScannedText, from start: Int) -> Int? {
        var place = start
        var labels = 0
        var end: Int?
        let last = min(text.count, start + EmailDetector.longestDomain)
        while place < last {
            let label = place
            while place < last, EmailDetector.isLabel(text[place]) { place += 1 }
            while place > label, text[place - 1] == UInt8(ascii: "-") { place -= 1 }
            guard place > label, text[label] != UInt8(ascii: "-") else { break }
            labels += 1
            if labels > 1, let last = topLevelEnd(text, label..<place) { end = last }
            if labels == 1, isScale(text, label..<place) { return nil }
            guard text[place] == UInt8(ascii: ".") else { break }
            place += 1
        }
        return end
    }

    /// The letters that a label begins with, two at least; digits put behind them do not save an address from being found.
    private func topLevelEnd(_ text: ScannedText, _ range: Range<Int>) -> Int? {
        if text.has("xn--", at: range.lowerBound), range.count > 4 { return range.upperBound }
        let end = text.end(of: { $0.isASCIILetter || $0 >= 0x80 }, from: range.lowerBound, limit: range.count)
        return end - range.lowerBound >= 2 ? end : nil
    }

    /// `icon@2x.png` is a picture for a fine screen.
    private func isScale(_ text: ScannedText, _ range: Range<Int>) -> Bool {
        range.count == 2 && text[range.lowerBound].isDigit && text[range.lowerBound + 1] == UInt8(ascii: "x")
    }

    private static func isLocal(_ byte: UInt8) -> Bool {
        if byte >= 0x80 || byte.isAlphanumeric { return true }
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "%"), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "'"), UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "&"), UInt8(ascii: "~"):
            return true
        default: return false
        }
    }

    private static func isLabel(_ byte: UInt8) -> Bool {
        byte.isAlphanumeric || byte == UInt8(ascii: "-") || byte >= 0x80
    }
}
