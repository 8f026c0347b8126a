/// IPv6 addresses (RFC 4291, section 2.2): eight groups, or fewer with one `::`, also with an IPv4 address at the end.
///
/// `::` joins names in several programming languages and slices in others, so what has it needs a decimal digit and four digits in
/// all: `::1` and `a::b` are left alone.
struct IPv6Detector: TextDetector {
    var name: String { "ipv6" }
    var triggers: DetectorTriggers {
        DetectorTriggers(bytes: DetectorTriggers.digits + Array("abcdefABCDEF:".utf8), position: .wordStart)
    }

    func match(_ text: ScannedText, at place: Int, _ contexts: Contexts) -> DetectorVerdict {
        let colon = UInt8(ascii: ":")
        guard text[place] == colon ? text[place + 1] == colon : hasColon(text, place),
            !text.hasWord(before: place), text[place - 1] != colon
        else { return .nothing }
        var cursor = place
        var groups = 0
        var digits = 0
        var hasDecimal = false
        var isCompressed = false
        var end = place
        if text[cursor] == colon {
            isCompressed = true
            cursor += 2
            end = cursor
        }
        while groups < 8 {
            if groups <= 6, groups > 0 || isCompressed, let last = IPv4Detector.end(text, from: cursor) {
                groups += 2
                digits += 4
                hasDecimal = true
                end = last
                break
            }
            let next = text.end(of: { $0.isHexadecimal }, from: cursor, limit: 5)
            guard next > cursor, next - cursor <= 4 else { break }
            for place in cursor..<next where text[place].isDigit { hasDecimal = true }
            digits += next - cursor
            groups += 1
            end = next
            guard text[next] == colon else { break }
            if text[next + 1] == colon, !isCompressed {
                isCompressed = true
                end = next + 2
                cursor = end
            } else {
                cursor = next + 1
            }
        }
        guard isCompressed ? groups < 8 && digits >= 4 && hasDecimal : groups == 8 else { return .nothing }
        guard !text.hasWord(at: end), text[end] != colon || !(text[end + 1].isHexadecimal || text[end + 1] == colon)
        else { return .nothing }
        return .found(place..<end)
    }

    private func hasColon(_ text: ScannedText, _ place: Int) -> Bool {
        for offset in 1...4 where text[place + offset] == UInt8(ascii: ":") { return true }
        return false
    }
}
