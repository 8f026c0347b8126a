/// IPv4 addresses: four numbers to 255 without leading zeros. What goes on with a further number is a version or an object id.
struct IPv4Detector: TextDetector {
    var name: String { "ipv4" }
    var triggers: DetectorTriggers {
        DetectorTriggers(bytes: DetectorTriggers.digits, position: .wordStart)
    }

    func match(_ text: ScannedText, at place: Int, _ contexts: Contexts) -> DetectorVerdict {
        guard
            text[place + 1] == UInt8(ascii: ".") || text[place + 2] == UInt8(ascii: ".")
                || text[place + 3] == UInt8(ascii: "."),
            !text.hasWord(before: place), !(text[place - 1] == UInt8(ascii: ".") && text[place - 2].isDigit),
            let end = IPv4Detector.end(text, from: place), !text.hasWord(at: end),
            !(text[end] == UInt8(ascii: ".") && text[end + 1].isDigit)
        else { return .nothing }
        return .found(place..<end)
    }

    /// The end of four octets that begin here.
    static func end(_ text: ScannedText, from start: Int) -> Int? {
        var place = start
        for octet in 0..<4 {
            if octet > 0 {
                guard text[place] == UInt8(ascii: ".") else { return nil }
                place += 1
            }
            let first = place
            var value = 0
            while place < first + 3, text[place].isDigit {
                value = value * 10 + Int(text[place] & 0x0f)
                place += 1
            }
            let hasLeadingZero = place - first > 1 && text[first] == UInt8(ascii: "0")
            guard place > first, value <= 255, !hasLeadingZero, octet == 3 || !text[place].isDigit else { return nil }
        }
        return place
    }
}
