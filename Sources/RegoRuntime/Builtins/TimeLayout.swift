/// A layout of Go's `time` package: the reference time Mon Jan 2 15:04:05 MST 2006 written as wanted.
struct TimeLayout {
    enum Element: Equatable {
        case literal(String)
        case longMonth, month, numericMonth, zeroMonth
        case longWeekday, weekday
        case day, spaceDay, zeroDay, spaceYearDay, zeroYearDay
        case hour24, hour12, zeroHour12, minute, zeroMinute, second, zeroSecond
        case longYear, year
        case upperMeridiem, lowerMeridiem
        case zoneName
        /// `Z` for UTC; with colons; parts of hours, minutes, seconds.
        case offset(zuluForUTC: Bool, colons: Bool, parts: Int)
        /// Digits of a second after `.` or `,`; trailing zeros dropped for nines.
        case fraction(digits: Int, dropsZeros: Bool, comma: Bool)
    }

    /// The elements, each with its text in the layout.
    private(set) var elements: [(element: Element, text: String)] = []

    static let named: [String: String] = [
        "ANSIC": "Mon Jan _2 15:04:05 2006", "UnixDate": "Mon Jan _2 15:04:05 MST 2006",
        "RubyDate": "Mon Jan 02 15:04:05 -0700 2006", "RFC822": "02 Jan 06 15:04 MST",
        "RFC822Z": "02 Jan 06 15:04 -0700", "RFC850": "Monday, 02-Jan-06 15:04:05 MST",
        "RFC1123": "Mon, 02 Jan 2006 15:04:05 MST", "RFC1123Z": "Mon, 02 Jan 2006 15:04:05 -0700",
        "RFC3339": "2006-01-02T15:04:05Z07:00", "RFC3339Nano": "2006-01-02T15:04:05.999999999Z07:00",
    ]

    /// Longer texts before their prefixes.
    private static let words: [(String, Element)] = [
        ("January", .longMonth), ("Jan", .month), ("Monday", .longWeekday), ("Mon", .weekday), ("MST", .zoneName),
        ("002", .zeroYearDay), ("01", .zeroMonth), ("02", .zeroDay), ("03", .zeroHour12), ("04", .zeroMinute),
        ("05", .zeroSecond), ("06", .year), ("15", .hour24), ("1", .numericMonth), ("2006", .longYear), ("2", .day),
        ("__2", .spaceYearDay), ("_2", .spaceDay), ("3", .hour12), ("4", .minute), ("5", .second),
        ("PM", .upperMeridiem), ("pm", .lowerMeridiem),
        ("-07:00:00", .offset(zuluForUTC: false, colons: true, parts: 3)),
        ("-07:00", .offset(zuluForUTC: false, colons: true, parts: 2)),
        ("-070000", .offset(zuluForUTC: false, colons: false, parts: 3)),
        ("-0700", .offset(zuluForUTC: false, colons: false, parts: 2)),
        ("-07", .offset(zuluForUTC: false, colons: false, parts: 1)),
        ("Z07:00:00", .offset(zuluForUTC: true, colons: true, parts: 3)),
        ("Z07:00", .offset(zuluForUTC: true, colons: true, parts: 2)),
        ("Z070000", .offset(zuluForUTC: true, colons: false, parts: 3)),
        ("Z0700", .offset(zuluForUTC: true, colons: false, parts: 2)),
        ("Z07", .offset(zuluForUTC: true, colons: false, parts: 1)),
    ]

    init(_ layout: String) {
        var rest = Substring(layout)
        var literal = ""
        while let character = rest.first {
            if let (text, element) = TimeLayout.element(at: rest) {
                if !literal.isEmpty { elements.append((.literal(literal), literal)) }
                literal = ""
                elements.append((element, text))
                rest = rest.dropFirst(text.count)
            } else {
                literal.append(character)
                rest = rest.dropFirst()
            }
        }
        if !literal.isEmpty { elements.append((.literal(literal), literal)) }
    }

    private static func element(at rest: Substring) -> (String, Element)? {
        if rest.first == "." || rest.first == ",", let fraction = fraction(at: rest) { return fraction }
        for (text, element) in words where rest.hasPrefix(text) {
            // "Jan" and "Mon" inside a longer lower-case word are plain text; "_2006" is a plain "_".
            if element == .month || element == .weekday, rest.dropFirst(3).first?.isLowercase == true { continue }
            if element == .spaceDay, rest.hasPrefix("_2006") { return nil }
            return (text, element)
        }
        return nil
    }

    private static func fraction(at rest: Substring) -> (String, Element)? {
        guard let digit = rest.dropFirst().first, digit == "0" || digit == "9" else { return nil }
        let digits = rest.dropFirst().prefix { $0 == digit }
        if rest.dropFirst(1 + digits.count).first?.isNumber == true { return nil }
        return (
            String(rest.prefix(1 + digits.count)),
            .fraction(digits: digits.count, dropsZeros: digit == "9", comma: rest.first == ",")
        )
    }

    /// Writes a time.
    func format(_ time: ZonedTime) -> String {
        var text = ""
        let civil = time.civil
        for (element, _) in elements {
            switch element {
            case .literal(let literal): text += literal
            case .longMonth: text += CivilTime.monthNames[civil.month - 1]
            case .month: text += CivilTime.monthNames[civil.month - 1].prefix(3)
            case .numericMonth: text += "\(civil.month)"
            case .zeroMonth: text += TimeLayout.padded(civil.month)
            case .longWeekday: text += CivilTime.weekdayNames[civil.weekday]
            case .weekday: text += CivilTime.weekdayNames[civil.weekday].prefix(3)
            case .day: text += "\(civil.day)"
            case .spaceDay: text += TimeLayout.padded(civil.day, with: " ")
            case .zeroDay: text += TimeLayout.padded(civil.day)
            case .spaceYearDay: text += TimeLayout.padded(civil.yearDay, 3, with: " ")
            case .zeroYearDay: text += TimeLayout.padded(civil.yearDay, 3)
            case .hour24: text += TimeLayout.padded(civil.hour)
            case .hour12: text += "\((civil.hour + 11) % 12 + 1)"
            case .zeroHour12: text += TimeLayout.padded((civil.hour + 11) % 12 + 1)
            case .minute: text += "\(civil.minute)"
            case .zeroMinute: text += TimeLayout.padded(civil.minute)
            case .second: text += "\(civil.second)"
            case .zeroSecond: text += TimeLayout.padded(civil.second)
            case .longYear: text += TimeLayout.padded(civil.year, 4)
            case .year: text += TimeLayout.padded((civil.year % 100 + 100) % 100)
            case .upperMeridiem: text += civil.hour >= 12 ? "PM" : "AM"
            case .lowerMeridiem: text += civil.hour >= 12 ? "pm" : "am"
            case .zoneName: text += time.zone.abbreviation
            case .offset(let zulu, let colons, let parts):
                text += TimeLayout.offset(time.zone.offset, zuluForUTC: zulu, colons: colons, parts: parts)
            case .fraction(let digits, let dropsZeros, let comma):
                text += TimeLayout.fraction(time.nanoseconds, digits, dropsZeros, comma ? "," : ".")
            }
        }
        return text
    }

    static func padded(_ value: Int, _ width: Int = 2, with filler: Character = "0") -> String {
        let digits = "\(value.magnitude)"
        return (value < 0 ? "-" : "") + String(repeating: filler, count: max(0, width - digits.count)) + digits
    }

    private static func offset(_ offset: Int, zuluForUTC: Bool, colons: Bool, parts: Int) -> String {
        if zuluForUTC && offset == 0 { return "Z" }
        let size = offset.magnitude
        let numbers = [Int(size) / 3600, Int(size) / 60 % 60, Int(size) % 60].prefix(parts)
        return (offset < 0 ? "-" : "+") + numbers.map { padded($0) }.joined(separator: colons ? ":" : "")
    }

    private static func fraction(_ nanoseconds: Int, _ digits: Int, _ dropsZeros: Bool, _ point: String) -> String {
        var text = String(padded(nanoseconds, 9).prefix(digits))
        text += String(repeating: "0", count: max(0, digits - 9))
        if dropsZeros {
            while text.hasSuffix("0") { text.removeLast() }
            if text.isEmpty { return "" }
        }
        return point + text
    }
}
