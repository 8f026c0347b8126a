/// Medical record numbers, by the word before them: at most four letters, then five to twelve digits, perhaps in groups.
struct MedicalRecordDetector: TextDetector {
    var name: String { "medical_record" }
    var needsContext: Bool { true }
    var triggers: DetectorTriggers {
        DetectorTriggers(
            bytes: DetectorTriggers.digits + DetectorTriggers.capitals + DetectorTriggers.smallLetters,
            position: .wordStart)
    }

    func match(_ text: ScannedText, at place: Int, _ contexts: Contexts) -> DetectorVerdict {
        guard contexts.near(.medicalRecord, place), !text.hasWord(before: place) else { return .nothing }
        let letters = text.end(of: { $0.isASCIILetter }, from: place, limit: 5)
        guard letters - place <= 4 else { return .nothing }
        var cursor = letters
        var digits = 0
        while digits <= 12 {
            let isJoined = digits > 0 || cursor > place
            if isJoined, text[cursor] == UInt8(ascii: "-") || digits >= 3 && text[cursor] == UInt8(ascii: " "),
                text[cursor + 1].isDigit
            {
                cursor += 1
            }
            guard text[cursor].isDigit else { break }
            cursor += 1
            digits += 1
        }
        return (5...12).contains(digits) && !text.hasWord(at: cursor) ? .found(place..<cursor) : .nothing
    }
}

/// Passport numbers, by the word before them: six to nine capital letters and digits, at least half of them digits.
struct PassportDetector: TextDetector {
    var name: String { "passport" }
    var needsContext: Bool { true }
    var triggers: DetectorTriggers {
        DetectorTriggers(bytes: DetectorTriggers.digits + DetectorTriggers.capitals, position: .wordStart)
    }

    func match(_ text: ScannedText, at place: Int, _ contexts: Contexts) -> DetectorVerdict {
        guard contexts.near(.passport, place), !text.hasWord(before: place) else { return .nothing }
        let end = text.end(of: { $0.isDigit || $0.isUppercase }, from: place, limit: 10)
        guard (6...9).contains(end - place), !text.hasWord(at: end) else { return .nothing }
        var digits = 0
        for place in place..<end where text[place].isDigit { digits += 1 }
        return digits * 2 >= end - place ? .found(place..<end) : .nothing
    }
}
