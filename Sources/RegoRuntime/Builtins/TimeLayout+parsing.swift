extension TimeLayout {
    /// Why a text does not fit a layout, in Go's words.
    struct ParseError: Error {
        let message: String
    }

    /// Nanoseconds since 1970 of a text in this layout; nil when they leave 64 bits. Without a zone the text means UTC.
    func parse(_ value: String, layout: String) throws(ParseError) -> Int64? {
        var parser = Parser(value: value, layout: layout)
        for (index, part) in elements.enumerated() {
            let next = index + 1 < elements.count ? elements[index + 1].element : nil
            try parser.read(part.element, part.text, next: next)
        }
        return try parser.finish()
    }

    private struct Parser {
        let value: String
        let layout: String
        var rest: Substring
        var civil = CivilTime(0, 1, 1)
        var yearDay: Int?
        var nanoseconds = 0
        var offset = 0
        var isAfternoon: Bool?

        init(value: String, layout: String) {
            self.value = value
            self.layout = layout
            rest = Substring(value)
        }

        private func mismatch(_ element: String) -> ParseError {
            ParseError(
                message:
                    "parsing time \(GoText.quoted(value)) as \(GoText.quoted(layout)): cannot parse \(GoText.quoted(String(rest))) as \(GoText.quoted(element))"
            )
        }

        private func outOfRange(_ what: String) -> ParseError {
            ParseError(message: "parsing time \(GoText.quoted(value)): \(what) out of range")
        }

        /// A number of `minimum` to `maximum` digits.
        private mutating func number(_ minimum: Int, _ maximum: Int, _ element: String) throws(ParseError) -> Int {
            let digits = rest.prefix(maximum).prefix { $0.isASCII && $0.isNumber }
            guard digits.count >= minimum, let number = Int(digits) else { throw mismatch(element) }
            rest = rest.dropFirst(digits.count)
            return number
        }

        private mutating func name(
            _ names: [String], short: Bool, _ element: String
        ) throws(ParseError) -> Int {
            for (index, name) in names.enumerated() {
                let text = short ? String(name.prefix(3)) : name
                if rest.prefix(text.count).lowercased() == text.lowercased() {
                    rest = rest.dropFirst(text.count)
                    return index
                }
            }
            throw mismatch(element)
        }

        mutating func read(_ element: Element, _ text: String, next: Element?) throws(ParseError) {
            switch element {
            case .literal(let literal): try skip(literal)
            case .longMonth: civil.month = try name(CivilTime.monthNames, short: false, text) + 1
            case .month: civil.month = try name(CivilTime.monthNames, short: true, text) + 1
            case .numericMonth, .zeroMonth:
                civil.month = try number(element == .zeroMonth ? 2 : 1, 2, text)
                if !(1...12).contains(civil.month) { throw outOfRange("month") }
            case .longWeekday: _ = try name(CivilTime.weekdayNames, short: false, text)
            case .weekday: _ = try name(CivilTime.weekdayNames, short: true, text)
            case .day, .spaceDay, .zeroDay:
                if element == .spaceDay && rest.first == " " { rest = rest.dropFirst() }
                civil.day = try number(element == .zeroDay ? 2 : 1, 2, text)
            case .spaceYearDay, .zeroYearDay:
                for _ in 0..<2 where element == .spaceYearDay && rest.first == " " { rest = rest.dropFirst() }
                yearDay = try number(element == .zeroYearDay ? 3 : 1, 3, text)
            case .hour24:
                civil.hour = try number(2, 2, text)
                if civil.hour > 23 { throw outOfRange("hour") }
            case .hour12, .zeroHour12:
                civil.hour = try number(element == .zeroHour12 ? 2 : 1, 2, text)
                if civil.hour > 12 { throw outOfRange("hour") }
            case .minute, .zeroMinute:
                civil.minute = try number(element == .zeroMinute ? 2 : 1, 2, text)
                if civil.minute > 59 { throw outOfRange("minute") }
            case .second, .zeroSecond:
                civil.second = try number(element == .zeroSecond ? 2 : 1, 2, text)
                if civil.second > 59 { throw outOfRange("second") }
                // A fraction may follow without being in the layout.
                if case .fraction = next { return }
                if let point = rest.first, point == "." || point == ",", rest.dropFirst().first?.isNumber == true {
                    readFraction()
                }
            case .longYear: civil.year = try number(4, 4, text)
            case .year:
                let year = try number(2, 2, text)
                civil.year = year >= 69 ? year + 1900 : year + 2000
            case .upperMeridiem, .lowerMeridiem:
                let names = element == .upperMeridiem ? ["AM", "PM"] : ["am", "pm"]
                guard let index = names.firstIndex(where: { rest.hasPrefix($0) }) else { throw mismatch(text) }
                isAfternoon = index == 1
                rest = rest.dropFirst(2)
            case .zoneName: try readZoneName(text)
            case .offset(let zulu, let colons, let parts): try readOffset(zulu, colons, parts, text)
            case .fraction(let digits, let dropsZeros, _):
                guard let point = rest.first, point == "." || point == "," else {
                    if dropsZeros { return }
                    throw mismatch(text)
                }
                let found = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }.count
                if dropsZeros ? found > 9 : found < digits { throw mismatch(text) }
                if !dropsZeros {
                    let digitText = rest.dropFirst().prefix(digits)
                    nanoseconds = Int((String(digitText) + "000000000").prefix(9)) ?? 0
                    rest = rest.dropFirst(1 + digits)
                } else if found > 0 {
                    readFraction()
                }
            }
        }

        private mutating func readFraction() {
            let digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            nanoseconds = Int((String(digits) + "000000000").prefix(9)) ?? 0
            rest = rest.dropFirst(1 + digits.count)
        }

        /// Runs of spaces match runs of spaces.
        private mutating func skip(_ literal: String) throws(ParseError) {
            var pattern = Substring(literal)
            while let wanted = pattern.first {
                if wanted == " " {
                    guard rest.isEmpty || rest.first == " " else { throw mismatch(literal) }
                    pattern = pattern.drop { $0 == " " }
                    rest = rest.drop { $0 == " " }
                } else {
                    guard rest.first == wanted else { throw mismatch(literal) }
                    pattern = pattern.dropFirst()
                    rest = rest.dropFirst()
                }
            }
        }

        /// Three to five capitals; only UTC and `GMT+3` say an offset.
        private mutating func readZoneName(_ text: String) throws(ParseError) {
            let letters = rest.prefix { $0.isASCII && $0.isUppercase }
            guard (3...5).contains(letters.count) else { throw mismatch(text) }
            rest = rest.dropFirst(letters.count)
            if letters == "GMT", let sign = rest.first, sign == "+" || sign == "-" {
                let digits = rest.dropFirst().prefix(2).prefix { $0.isASCII && $0.isNumber }
                guard let hours = Int(digits), hours <= 23 else { throw mismatch(text) }
                offset = (sign == "-" ? -hours : hours) * 3600
                rest = rest.dropFirst(1 + digits.count)
            }
        }

        private mutating func readOffset(
            _ zulu: Bool, _ colons: Bool, _ parts: Int, _ text: String
        ) throws(ParseError) {
            if zulu && rest.first == "Z" {
                rest = rest.dropFirst()
                return
            }
            guard let sign = rest.first, sign == "+" || sign == "-" else { throw mismatch(text) }
            let whole = self.rest
            rest = rest.dropFirst()
            var numbers = [0, 0, 0]
            for part in 0..<parts {
                if part > 0 && colons {
                    guard rest.first == ":" else {
                        rest = whole
                        throw mismatch(text)
                    }
                    rest = rest.dropFirst()
                }
                let digits = rest.prefix(2)
                guard digits.count == 2, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits)
                else {
                    rest = whole
                    throw mismatch(text)
                }
                numbers[part] = number
                rest = rest.dropFirst(2)
            }
            if numbers[0] > 24 { throw outOfRange("time zone offset hour") }
            if numbers[1] > 60 { throw outOfRange("time zone offset minute") }
            if numbers[2] > 60 { throw outOfRange("time zone offset second") }
            offset = (numbers[0] * 3600 + numbers[1] * 60 + numbers[2]) * (sign == "-" ? -1 : 1)
        }

        mutating func finish() throws(ParseError) -> Int64? {
            guard rest.isEmpty else {
                throw ParseError(
                    message: "parsing time \(GoText.quoted(value)): extra text: \(GoText.quoted(String(rest)))")
            }
            if isAfternoon == true && civil.hour < 12 { civil.hour += 12 }
            if isAfternoon == false && civil.hour == 12 { civil.hour = 0 }
            if let yearDay {
                guard yearDay >= 1, yearDay <= (CivilTime.isLeap(civil.year) ? 366 : 365) else {
                    throw outOfRange("day-of-year")
                }
                (civil.month, civil.day) = (1, yearDay)
            } else if civil.day < 1 || civil.day > CivilTime.days(in: civil.month, of: civil.year) {
                throw outOfRange("day")
            }
            let seconds = civil.seconds - Int64(offset)
            return TimeBuiltins.nanoseconds(seconds, nanoseconds)
        }
    }
}
