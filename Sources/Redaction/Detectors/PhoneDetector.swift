/// Telephone numbers.
///
/// - International: `+` or `00`, a calling code that there is, 7 to 15 digits (E.164), with spaces, hyphens, dots, slashes, parentheses.
/// - North American: `(212) 555-0123`, `1-212-555-0123`, area and exchange from 2 on.
/// - National with a trunk `0`: `020 7946 0958`, `01 23 45 67 89`: 9 to 11 digits in groups of two or more.
/// - Any of 7 to 15 digits behind a word that says what they are.
///
/// An extension (`x123`, `ext. 5`) goes with its number.
struct PhoneDetector: TextDetector {
    var name: String { "phone" }
    var triggers: DetectorTriggers {
        DetectorTriggers(bytes: DetectorTriggers.digits + [UInt8(ascii: "+"), UInt8(ascii: "(")], position: .wordStart)
    }

    func match(_ text: ScannedText, at place: Int, _ contexts: Contexts) -> DetectorVerdict {
        guard !text.hasWord(before: place), !isInsideNumber(text, place) else { return .nothing }
        let end: Int?
        if text[place] == UInt8(ascii: "+") {
            end = international(text, from: place + 1, isBare: true)
        } else {
            end =
                northAmerican(text, from: place) ?? trunk(text, from: place)
                ?? (text.has("00", at: place)
                    ? international(text, from: place + 2, isBare: contexts.near(.phone, place)) : nil)
                ?? (contexts.near(.phone, place) ? announced(text, from: place) : nil)
        }
        guard let end else { return .nothing }
        return .found(place..<extensionEnd(text, from: end))
    }

    /// Whether what stands before belongs to the same number: then it is not a telephone's, or it was looked at from there.
    private func isInsideNumber(_ text: ScannedText, _ place: Int) -> Bool {
        let before = text[place - 1]
        return text[place - 2].isDigit
            && (before == UInt8(ascii: ".") || before == UInt8(ascii: "-") || before == UInt8(ascii: ":")
                || before == UInt8(ascii: "/") || before == UInt8(ascii: ","))
    }

    private func international(_ text: ScannedText, from start: Int, isBare: Bool) -> Int? {
        let groups = DigitGroups(text, from: start, most: 15)
        guard groups.count >= 7, isBare || groups.groups > 1 else { return nil }
        let code = CallingCodes.length(groups.first, groups.second)
        return code > 0 && groups.count - code >= 4 ? groups.finish() : nil
    }

    private func northAmerican(_ text: ScannedText, from start: Int) -> Int? {
        var place = start
        if text[place] == UInt8(ascii: "1"), isSeparator(text[place + 1]) {
            place += 2
        } else if text[place] == UInt8(ascii: "("), text[place + 1] == UInt8(ascii: "1") {
            return nil
        }
        let isEnclosed = text[place] == UInt8(ascii: "(")
        if isEnclosed { place += 1 }
        guard let area = text.number(at: place, length: 3), area >= 200 else { return nil }
        place += 3
        if isEnclosed {
            guard text[place] == UInt8(ascii: ")") else { return nil }
            place += 1
            if isSeparator(text[place]) { place += 1 }
        } else {
            guard isSeparator(text[place]) else { return nil }
            place += 1
        }
        guard let exchange = text.number(at: place, length: 3), exchange >= 200, isSeparator(text[place + 3]),
            text.number(at: place + 4, length: 4) != nil
        else { return nil }
        return ends(text, place + 8) ? place + 8 : nil
    }

    private func trunk(_ text: ScannedText, from start: Int) -> Int? {
        let isEnclosed = text[start] == UInt8(ascii: "(")
        let first = isEnclosed ? start + 1 : start
        guard text[first] == UInt8(ascii: "0"), text[first + 1].isDigit, text[first + 1] != UInt8(ascii: "0"),
            !isDate(text, first)
        else { return nil }
        let groups = DigitGroups(text, from: first, most: 11)
        guard !isEnclosed || text[groups.firstEnd] == UInt8(ascii: ")") else { return nil }
        guard groups.count >= 9, groups.groups > 1, groups.shortest >= 2, groups.separators == 1 || isEnclosed
        else { return nil }
        guard groups.groups > 2 || text[groups.firstEnd] != UInt8(ascii: ".") else { return nil }
        return groups.finish()
    }

    private func announced(_ text: ScannedText, from start: Int) -> Int? {
        let first = text[start] == UInt8(ascii: "(") ? start + 1 : start
        guard text[first].isDigit, !isDate(text, first) else { return nil }
        let groups = DigitGroups(text, from: first, most: 15)
        return groups.count >= 7 && groups.separators <= 2 ? groups.finish() : nil
    }

    /// `01.02.2024`, `2024-01-02`: a date, whatever goes on behind it.
    private func isDate(_ text: ScannedText, _ place: Int) -> Bool {
        func divides(_ offset: Int) -> Bool {
            let byte = text[place + offset]
            return byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "/")
        }
        if divides(2), divides(5), let year = text.number(at: place + 6, length: 4) {
            return (1900...2099).contains(year)
        }
        return divides(4) && divides(7)
            && (text.number(at: place, length: 4).map { (1900...2099).contains($0) } ?? false)
    }

    private func extensionEnd(_ text: ScannedText, from end: Int) -> Int {
        var place = end
        if text[place] == UInt8(ascii: " ") { place += 1 }
        if text.has("ext", at: place) {
            place += 3
            if text[place] == UInt8(ascii: ".") { place += 1 }
        } else if text[place] == UInt8(ascii: "x") || text[place] == UInt8(ascii: "#") {
            place += 1
        } else {
            return end
        }
        if text[place] == UInt8(ascii: " ") { place += 1 }
        let last = text.end(of: { $0.isDigit }, from: place, limit: 7)
        return last > place && last - place <= 6 && !text.hasWord(at: last) ? last : end
    }

    private func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: " ")
    }

    private func ends(_ text: ScannedText, _ place: Int) -> Bool {
        !text.hasWord(at: place) || text[place] == UInt8(ascii: "x") || text.has("ext", at: place)
    }
}

/// Groups of digits with what may stand between those of a telephone number: at most three of space, `-`, `.`, `/`, `(`, `)`.
private struct DigitGroups {
    private let text: ScannedText
    private(set) var count = 0
    private(set) var groups = 0
    private(set) var shortest = Int.max
    /// The most that stand between two groups.
    private(set) var separators = 0
    private(set) var first: UInt8 = 0
    private(set) var second: UInt8 = 0
    private(set) var firstEnd = 0
    private var end = 0
    private let most: Int

    init(_ text: ScannedText, from start: Int, most: Int) {
        self.text = text
        self.most = most
        var place = start
        var between = 0
        // A code in parentheses right behind the `+`, or a space.
        while between < 2, text[place] == UInt8(ascii: "(") || text[place] == UInt8(ascii: " ") {
            place += 1
            between += 1
        }
        var gap = 0
        while count < most {
            let group = place
            while text[place].isDigit, count < most {
                if count == 0 { first = text[place] & 0x0f }
                if count == 1 { second = text[place] & 0x0f }
                count += 1
                place += 1
            }
            guard place > group else { break }
            if groups == 0 { firstEnd = place } else { separators = max(separators, gap) }
            groups += 1
            shortest = min(shortest, place - group)
            end = place
            gap = 0
            while gap < 3, DigitGroups.separates(text[place]) {
                place += 1
                gap += 1
            }
            guard gap > 0 else { break }
        }
    }

    /// The end, where the number ends with its last digit and does not go on into a word or a longer number.
    func finish() -> Int? {
        if text[end].isDigit { return nil }
        return text.hasWord(at: end) && text[end] != UInt8(ascii: "x") && !text.has("ext", at: end) ? nil : end
    }

    private static func separates(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "("),
            UInt8(ascii: ")"):
            true
        default: false
        }
    }
}
