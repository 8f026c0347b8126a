/// The rule at the end of a zone file for all later years, such as `CET-1CEST,M3.5.0,M10.5.0/3` (POSIX, TZ).
struct PosixZone: Sendable {
    private enum Day {
        /// Of the year, 1 to 365, the 29th of February never counted.
        case julian(Int)
        /// Of the year, from 0.
        case ordinal(Int)
        /// Month, week (5 is the last) and weekday.
        case weekday(Int, Int, Int)
    }

    private struct Change {
        let day: Day
        /// Seconds after local midnight.
        let time: Int
    }

    private let standard: ZoneRules.Period
    private let daylight: ZoneRules.Period?
    private var starts = Change(day: .ordinal(0), time: 0)
    private var ends = Change(day: .ordinal(0), time: 0)

    init?(_ text: String) {
        var reader = Reader(rest: Substring(text))
        guard let name = reader.name(), let offset = reader.offset() else { return nil }
        standard = ZoneRules.Period(offset: -offset, abbreviation: name)
        guard let other = reader.name() else {
            daylight = nil
            return
        }
        let otherOffset = reader.rest.first == "," ? -offset + 3600 : -(reader.offset() ?? offset - 3600)
        daylight = ZoneRules.Period(offset: otherOffset, abbreviation: other)
        guard let first = reader.change(), let second = reader.change() else { return nil }
        (starts, ends) = (first, second)
    }

    /// The period around a moment; nil before `bound`.
    func period(at seconds: Int64, notBefore bound: Int64) -> ZoneRules.Period? {
        guard seconds >= bound else { return nil }
        guard let daylight else {
            var period = standard
            period.start = bound
            return period
        }
        let year = CivilTime(seconds: seconds + Int64(standard.offset)).year
        var changes: [(Int64, ZoneRules.Period)] = []
        for year in year - 1...year + 1 {
            changes.append((moment(starts, year) - Int64(standard.offset), daylight))
            changes.append((moment(ends, year) - Int64(daylight.offset), standard))
        }
        changes.sort { $0.0 < $1.0 }
        guard let index = changes.lastIndex(where: { $0.0 <= seconds }) else { return nil }
        var period = changes[index].1
        period.start = max(bound, changes[index].0)
        period.end = index + 1 < changes.count ? changes[index + 1].0 : .max
        return period
    }

    private func moment(_ change: Change, _ year: Int) -> Int64 {
        let midnight: Int64
        switch change.day {
        case .julian(let day):
            let leap = CivilTime.isLeap(year) && day >= 60 ? 1 : 0
            midnight = CivilTime(year, 1, day + leap).seconds
        case .ordinal(let day): midnight = CivilTime(year, 1, day + 1).seconds
        case .weekday(let month, let week, let weekday):
            let first = CivilTime(year, month, 1)
            var day = 1 + (weekday - first.weekday + 7) % 7 + (week - 1) * 7
            while day > CivilTime.days(in: month, of: year) { day -= 7 }
            midnight = CivilTime(year, month, day).seconds
        }
        return midnight + Int64(change.time)
    }

    private struct Reader {
        var rest: Substring

        mutating func name() -> String? {
            if rest.first == "<" {
                guard let end = rest.firstIndex(of: ">") else { return nil }
                let name = rest[rest.index(after: rest.startIndex)..<end]
                rest = rest[end...].dropFirst()
                return String(name)
            }
            let name = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(name.count)
            return name.count >= 3 ? String(name) : nil
        }

        mutating func number() -> Int? {
            let digits = rest.prefix { $0.isNumber }
            rest = rest.dropFirst(digits.count)
            return digits.count < 6 ? Int(digits) : nil
        }

        /// `[+-]hh[:mm[:ss]]` in seconds.
        mutating func offset() -> Int? {
            var sign = 1
            if rest.first == "-" || rest.first == "+" {
                sign = rest.first == "-" ? -1 : 1
                rest = rest.dropFirst()
            }
            guard var seconds = number().map({ $0 * 3600 }) else { return nil }
            for unit in [60, 1] where rest.first == ":" {
                rest = rest.dropFirst()
                guard let value = number() else { return nil }
                seconds += value * unit
            }
            return sign * seconds
        }

        mutating func change() -> Change? {
            guard rest.first == "," else { return nil }
            rest = rest.dropFirst()
            let day: Day
            switch rest.first {
            case "M":
                rest = rest.dropFirst()
                guard let month = number(), rest.first == ".", (1...12).contains(month) else { return nil }
                rest = rest.dropFirst()
                guard let week = number(), rest.first == ".", (1...5).contains(week) else { return nil }
                rest = rest.dropFirst()
                guard let weekday = number(), (0...6).contains(weekday) else { return nil }
                day = .weekday(month, week, weekday)
            case "J":
                rest = rest.dropFirst()
                guard let number = number() else { return nil }
                day = .julian(number)
            default:
                guard let number = number() else { return nil }
                day = .ordinal(number)
            }
            guard rest.first == "/" else { return Change(day: day, time: 7200) }
            rest = rest.dropFirst()
            return offset().map { Change(day: day, time: $0) }
        }
    }
}
