/// An instant: nanoseconds since 1970-01-01T00:00:00Z, the form in which policies see `now`.
public struct Timestamp: Sendable, Hashable, Comparable, Codable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    public init(seconds: Int64) { nanoseconds = seconds.multipliedClamped(by: 1_000_000_000) }

    /// Whole seconds, rounded down.
    public var seconds: Int64 { nanoseconds.flooredDivision(by: 1_000_000_000) }

    /// Reads a time as records write it, RFC 3339 in UTC with up to nine digits of a second; nil for other texts.
    public init?(parsing text: String) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            return value
        }
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"), bytes[4] == UInt8(ascii: "-"),
            bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":"), let year = number(0..<4), let month = number(5..<7),
            let day = number(8..<10), let hour = number(11..<13), let minute = number(14..<16),
            let second = number(17..<19), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60,
            second < 60, year >= 1970, year < 2262
        else { return nil }
        var fraction: Int64 = 0
        if bytes[19] == UInt8(ascii: ".") {
            let digits = 20..<bytes.count - 1
            guard (1...9).contains(digits.count), let value = number(digits) else { return nil }
            fraction = (digits.count..<9).reduce(value) { value, _ in value * 10 }
        } else if bytes.count != 20 {
            return nil
        }
        // Days since 1970 of a proleptic Gregorian date, years counted from March.
        let marchYear = month > 2 ? year : year - 1
        let era = marchYear / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        nanoseconds = (days * 86_400 + hour * 3600 + minute * 60 + second) * 1_000_000_000 + fraction
        // The 31st of a month that has none is another day.
        guard Timestamp.civilDate(daysSinceEpoch: days) == (year, month, day) else { return nil }
    }

    public func advanced(bySeconds seconds: Int64) -> Timestamp {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(seconds.multipliedClamped(by: 1_000_000_000))
        return Timestamp(nanoseconds: overflow ? (seconds < 0 ? .min : .max) : sum)
    }

    public static func < (a: Timestamp, b: Timestamp) -> Bool { a.nanoseconds < b.nanoseconds }

    public init(from decoder: any Decoder) throws {
        nanoseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(nanoseconds)
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with milliseconds, such as `2026-11-23T09:15:04.120Z`.
    public var description: String {
        let days = seconds.flooredDivision(by: 86_400)
        let secondOfDay = seconds - days * 86_400
        let rest = nanoseconds % 1_000_000_000
        let milliseconds = (rest < 0 ? rest + 1_000_000_000 : rest) / 1_000_000
        let (year, month, day) = Timestamp.civilDate(daysSinceEpoch: days)
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T" + padded(secondOfDay / 3600, 2)
            + ":" + padded(secondOfDay / 60 % 60, 2) + ":" + padded(secondOfDay % 60, 2) + "." + padded(milliseconds, 3)
            + "Z"
    }

    /// The proleptic Gregorian date of a day number: years are counted from 1 March, so that the leap day comes last.
    static func civilDate(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = daysSinceEpoch + 719_468
        let era = shifted.flooredDivision(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

extension Int64 {
    func flooredDivision(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    func multipliedClamped(by factor: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? ((self < 0) == (factor < 0) ? .max : .min) : product
    }
}
