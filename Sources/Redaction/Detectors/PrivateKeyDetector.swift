/// Private keys in PEM armour (RFC 7468) of any kind, OpenPGP's included. One without its end is found to the end of the text.
struct PrivateKeyDetector: TextDetector {
    var name: String { "private_key" }
    var triggers: DetectorTriggers {
        DetectorTriggers(bytes: [UInt8(ascii: "-")], position: .anywhere)
    }

    private static let longestLabel = 64

    func match(_ text: ScannedText, at place: Int, _ contexts: Contexts) -> DetectorVerdict {
        guard text.has("-----BEGIN ", at: place), let body = labelEnd(text, from: place + 11) else { return .nothing }
        var cursor = body
        while cursor < text.count {
            if text[cursor] == UInt8(ascii: "-"), text.has("-----END ", at: cursor),
                let end = labelEnd(text, from: cursor + 9)
            {
                return .found(place..<end)
            }
            cursor += 1
        }
        return .found(place..<text.count)
    }

    /// The end of `… PRIVATE KEY …-----`.
    private func labelEnd(_ text: ScannedText, from start: Int) -> Int? {
        var place = start
        var isPrivateKey = false
        while place < start + PrivateKeyDetector.longestLabel, text[place] != UInt8(ascii: "-") {
            let byte = text[place]
            guard byte.isUppercase || byte.isDigit || byte == UInt8(ascii: " ") else { return nil }
            if byte == UInt8(ascii: "P"), text.has("PRIVATE KEY", at: place) { isPrivateKey = true }
            place += 1
        }
        return isPrivateKey && text.has("-----", at: place) ? place + 5 : nil
    }
}
