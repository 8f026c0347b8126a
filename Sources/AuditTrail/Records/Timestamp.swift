/// Times in records: RFC 3339 in UTC with nine digits, `2026-11-23T15:20:25.123456789Z`, so that text sorts as time.
enum Timestamp {
    /// Writes nanoseconds since 1970 UTC; every Int64 lies between the years 1677 and 2262.
    static func write(_ nanoseconds: Int64, to bytes: inout [UInt8]) {
        let (seconds, fraction) = floorDivide(nanoseconds, 1_000_000_000)
        let (days, second) = floorDivide(seconds, 86_400)
        let (year, month, day) = civil(days)
        pad(year, 4, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        pad(month, 2, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        pad(day, 2, to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        pad(second / 3600, 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        pad(second / 60 % 60, 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        pad(second % 60, 2, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        pad(fraction, 9, to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// Reads what ``write(_:to:)`` writes; nil for other texts.
    static func read(_ text: String) -> Int64? {
        var text = text
        return text.withUTF8 { read($0) }
    }

    static func read(_ digits: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard digits.count == 30, digits[19] == UInt8(ascii: "."), digits[29] == UInt8(ascii: "Z") else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            digits[range].reduce(Int64?(0)) { value, digit in
                guard let value, (0x30...0x39).contains(digit) else { return nil }
                return value * 10 + Int64(digit - 0x30)
            }
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), let fraction = number(20..<29),
            (1677...2262).contains(year), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let march = month > 2 ? year : year - 1
        let era = march / 400
        let yearOfEra = march - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? nil : scaled.addingReportingOverflow(fraction).partialValue
    }

    /// The time as records write it.
    static func text(_ nanoseconds: Int64) -> String {
        var bytes: [UInt8] = []
        write(nanoseconds, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func floorDivide(_ value: Int64, _ by: Int64) -> (Int64, Int64) {
        let remainder = value % by
        return remainder < 0 ? (value / by - 1, remainder + by) : (value / by, remainder)
    }

    // The proleptic Gregorian date of a count of days since 1970, reckoned in eras of 400 years from 1 March.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floorDivide(days + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func pad(_ value: Int64, _ width: Int, to bytes: inout [UInt8]) {
        var divisor: Int64 = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }
}
