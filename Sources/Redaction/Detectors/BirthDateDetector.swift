/// Dates of birth: dates that the calendar has, from 1880 to 2099, behind a word that speaks of birth. `1980-02-29`, `29.02.1980`,
/// `2/29/80`, `29 February 1980`, `Feb. 29, 1980`, `19800229`.
struct BirthDateDetector: TextDetector {
    var name: String { "date_of_birth" }
    var needsContext: Bool { true }
    var triggers: DetectorTriggers {
        DetectorTriggers(
            bytes: DetectorTriggers.digits + DetectorTriggers.capitals + DetectorTriggers.smallLetters,
            position: .wordStart)
    }

    func match(_ text: ScannedText, at place: Int, _ contexts: Contexts) -> DetectorVerdict {
        guard contexts.near(.birth, place), !text.hasWord(before: place) else { return .nothing }
        let end = text[place].isDigit ? numeric(text, place) ?? dayFirst(text, place) : monthFirst(text, place)
        guard let end, !text.hasWord(at: end) else { return .nothing }
        return .found(place..<end)
    }

    private func numeric(_ text: ScannedText, _ start: Int) -> Int? {
        if let year = text.number(at: start, length: 4) {
            if let month = text.number(at: start + 4, length: 2), let day = text.number(at: start + 6, length: 2) {
                return isDate(year, month, day) ? start + 8 : nil
            }
            let mark = text[start + 4]
            guard divides(mark), let (month, second) = short(text, start + 5), text[second] == mark,
                let (day, end) = short(text, second + 1)
            else { return nil }
            return isDate(year, month, day) ? end : nil
        }
        guard let (first, mark) = short(text, start), divides(text[mark]), let (second, next) = short(text, mark + 1),
            text[next] == text[mark], let (year, end) = year(text, next + 1)
        else { return nil }
        return isDate(year, first, second) || isDate(year, second, first) ? end : nil
    }

    /// `29 February 1980`, `29. Feb 1980`, `29-Feb-80`, `29th of February, 1980`.
    private func dayFirst(_ text: ScannedText, _ start: Int) -> Int? {
        guard case (let day, var place)? = short(text, start) else { return nil }
        if text[place].isASCIILetter, text[place + 1].isASCIILetter, !text[place + 2].isASCIILetter { place += 2 }
        place = skip(text, place)
        if text.has("of ", at: place) || text.has("de ", at: place) { place += 3 }
        guard let (month, end) = Months.month(text, place) else { return nil }
        place = skip(text, end)
        if text.has("de ", at: place) { place += 3 }
        guard let (year, last) = year(text, place), isDate(year, month, day) else { return nil }
        return last
    }

    /// `February 29, 1980`, `Feb. 29th 1980`.
    private func monthFirst(_ text: ScannedText, _ start: Int) -> Int? {
        guard let (month, end) = Months.month(text, start), case (let day, var place)? = short(text, skip(text, end))
        else {
            return nil
        }
        if text[place].isASCIILetter, text[place + 1].isASCIILetter { place += 2 }
        guard let (year, last) = year(text, skip(text, place)), isDate(year, month, day) else { return nil }
        return last
    }

    /// One or two digits that no third follows.
    private func short(_ text: ScannedText, _ place: Int) -> (Int, Int)? {
        let end = text.end(of: { $0.isDigit }, from: place, limit: 3)
        guard (1...2).contains(end - place), let number = text.number(at: place, length: end - place) else {
            return nil
        }
        return (number, end)
    }

    /// Four digits, or two: a year of the last hundred before 2030.
    private func year(_ text: ScannedText, _ place: Int) -> (Int, Int)? {
        let end = text.end(of: { $0.isDigit }, from: place, limit: 5)
        guard let number = text.number(at: place, length: end - place) else { return nil }
        switch end - place {
        case 4: return (number, end)
        case 2: return (number < 30 ? 2000 + number : 1900 + number, end)
        default: return nil
        }
    }

    private func skip(_ text: ScannedText, _ place: Int) -> Int {
        text.end(of: { $0 == 0x20 || $0 == 0x2c || $0 == 0x2e || $0 == 0x2d || $0 == 0x2f }, from: place, limit: 3)
    }

    private func isDate(_ year: Int, _ month: Int, _ day: Int) -> Bool {
        (1880...2099).contains(year) && (1...12).contains(month)
            && (1...Checksums.days(inMonth: month, of: year)).contains(day)
    }

    private func divides(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: " ")
    }
}

/// Names of months by their first three letters, in English, German, French, Spanish, Italian, Portuguese and Dutch.
private enum Months {
    static func month(_ text: ScannedText, _ place: Int) -> (Int, Int)? {
        let end = text.end(of: { $0.isASCIILetter || $0 >= 0x80 }, from: place, limit: 12)
        guard end - place >= 3 else { return nil }
        if text.has("jui", at: place) { return (text[place + 3] == UInt8(ascii: "l") ? 7 : 6, end) }  // juin, juillet
        let month = number(text[place].lowercased, text[place + 1].lowercased, text[place + 2].lowercased)
        return month.map { ($0, end) }
    }

    /// The bytes from 0x80 on are those of `mär`, `fév`, `aoû`, `déc`.
    private static func number(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int? {
        switch UInt32(first) << 16 | UInt32(second) << 8 | UInt32(third) {
        case 0x6a616e, 0x656e65, 0x67656e: 1  // jan, ene, gen
        case 0x666562, 0x666576, 0x66c3a9: 2  // feb, fev, fé
        case 0x6d6172, 0x6dc3a4, 0x6d6161, 0x6d7274: 3  // mar, mä, maa, mrt
        case 0x617072, 0x617672, 0x616272: 4  // apr, avr, abr
        case 0x6d6179, 0x6d6169, 0x6d6167, 0x6d6569: 5  // may, mai, mag, mei
        case 0x6a756e, 0x676975: 6  // jun, giu
        case 0x6a756c, 0x6c7567: 7  // jul, lug
        case 0x617567, 0x616fc3, 0x61676f: 8  // aug, aoû, ago
        case 0x736570, 0x736574: 9  // sep, set
        case 0x6f6374, 0x6f6b74, 0x6f7474, 0x6f7574: 10  // oct, okt, ott, out
        case 0x6e6f76: 11  // nov
        case 0x646563, 0x64657a, 0x64c3a9, 0x646963: 12  // dec, dez, dé, dic
        default: nil
        }
    }
}
