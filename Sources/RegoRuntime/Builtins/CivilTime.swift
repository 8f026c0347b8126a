/// A calendar date and clock time without a zone, in the proleptic Gregorian calendar.
struct CivilTime: Equatable {
    var year: Int
    /// 1 to 12.
    var month: Int
    /// 1 to 31.
    var day: Int
    var hour = 0
    var minute = 0
    var second = 0

    /// What a clock shows that reads `seconds` since 1970-01-01T00:00:00.
    init(seconds: Int64) {
        let (days, clock) = (CivilTime.floorDivide(seconds, 86_400), CivilTime.floorModulo(seconds, 86_400))
        // Days since 0000-03-01, in eras of 400 years, so that leap days fall at the end.
        let shifted = days + 719_468
        let era = CivilTime.floorDivide(shifted, 146_097)
        let dayOfEra = CivilTime.floorModulo(shifted, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        (hour, minute, second) = (Int(clock / 3600), Int(clock / 60 % 60), Int(clock % 60))
    }

    init(_ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0, _ minute: Int = 0, _ second: Int = 0) {
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second) = (hour, minute, second)
    }

    /// Seconds since 1970-01-01T00:00:00; months and days out of their range count on into other years and months.
    var seconds: Int64 {
        let months = Int64(year) * 12 + Int64(month) - 1
        let (realYear, realMonth) = (CivilTime.floorDivide(months, 12), CivilTime.floorModulo(months, 12) + 1)
        let shiftedYear = realMonth <= 2 ? realYear - 1 : realYear
        let era = CivilTime.floorDivide(shiftedYear, 400)
        let yearOfEra = CivilTime.floorModulo(shiftedYear, 400)
        let dayOfYear = (153 * (realMonth + (realMonth > 2 ? -3 : 9)) + 2) / 5
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        return (days + Int64(day) - 1) * 86_400 + Int64(hour) * 3600 + Int64(minute) * 60 + Int64(second)
    }

    /// 0 is Sunday.
    var weekday: Int { Int(CivilTime.floorModulo(CivilTime.floorDivide(seconds, 86_400) + 4, 7)) }

    /// 1 is the first of January.
    var yearDay: Int {
        Int((CivilTime(year, month, day).seconds - CivilTime(year, 1, 1).seconds) / 86_400) + 1
    }

    static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    static func days(in month: Int, of year: Int) -> Int {
        month == 2 ? (isLeap(year) ? 29 : 28) : [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][(month - 1) % 12]
    }

    /// Division that rounds down; the divisor is positive.
    static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 { a % b < 0 ? a / b - 1 : a / b }
    static func floorModulo(_ a: Int64, _ b: Int64) -> Int64 { a % b < 0 ? a % b + b : a % b }

    static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    static let weekdayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
}

/// A moment as a place's clocks show it.
struct ZonedTime {
    /// Seconds since 1970-01-01T00:00:00Z.
    let seconds: Int64
    let nanoseconds: Int
    let zone: ZoneRules.Period
    let civil: CivilTime

    init(unixNanoseconds: Int64, in rules: ZoneRules) {
        seconds = CivilTime.floorDivide(unixNanoseconds, 1_000_000_000)
        nanoseconds = Int(CivilTime.floorModulo(unixNanoseconds, 1_000_000_000))
        zone = rules.period(at: seconds)
        civil = CivilTime(seconds: seconds + Int64(zone.offset))
    }
}
