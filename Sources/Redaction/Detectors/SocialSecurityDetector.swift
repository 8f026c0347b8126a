/// US social security numbers: `123-45-6789` with hyphens, dots or spaces; with tabs, underscores or slashes, or as nine digits, where they
/// stand alone in their text or behind a word that says what they are. Numbers that were never given out are none (POMS RM 10201.035).
struct SocialSecurityDetector: TextDetector {
    var name: String { "us_ssn" }
    var triggers: DetectorTriggers {
        DetectorTriggers(bytes: DetectorTriggers.digits, position: .wordStart)
    }

    func match(_ text: ScannedText, at place: Int, _ contexts: Contexts) -> DetectorVerdict {
        guard let area = text.number(at: place, length: 3), !text.hasWord(before: place) else { return .nothing }
        let separator = text[place + 3]
        let step = separator.isGroupSeparator || separator.isWideSeparator ? 1 : 0
        let (second, end) = (text[place + 5 + step], place + 9 + 2 * step)
        guard let group = text.number(at: place + 3 + step, length: 2),
            step == 0 || second.isGroupSeparator || second.isWideSeparator,
            let serial = text.number(at: place + 5 + 2 * step, length: 4), !text.hasWord(at: end)
        else { return .nothing }
        guard area != 0, area != 666, area < 900, group != 0, serial != 0 else { return .nothing }
        let isGrouped = separator.isGroupSeparator && second.isGroupSeparator
        let isAlone = place == 0 && end == text.count
        return isGrouped || isAlone || contexts.near(.socialSecurity, place) ? .found(place..<end) : .nothing
    }
}
