/// A moment in a certificate, to the second (RFC 5280, section 4.1.2.5).
struct CertificateTime {
    /// Since 1970-01-01T00:00:00Z.
    let seconds: Int64
    /// East of Greenwich, in seconds.
    let offset: Int64

    /// Reads a UTCTime or a GeneralizedTime without fractions.
    /// - Throws: for another type or a time that no calendar has.
    init(_ reader: inout DERReader) throws(BuiltinError) {
        switch reader.nextTag {
        case DERReader.Tag.utcTime:
            guard let content = reader.content(DERReader.Tag.utcTime), let time = Self(content, yearDigits: 2) else {
                throw .failure("x509: malformed UTCTime")
            }
            self = time
        case DERReader.Tag.generalizedTime:
            guard let content = reader.content(DERReader.Tag.generalizedTime), let time = Self(content, yearDigits: 4)
            else { throw .failure("x509: malformed GeneralizedTime") }
            self = time
        default:
            throw .failure("x509: unsupported time format")
        }
    }

    /// Two digits of a year mean 1950 to 2049; then seconds may be left out.
    private init?(_ content: ArraySlice<UInt8>, yearDigits: Int) {
        let digits = Array(content.prefix { 0x30...0x39 ~= $0 }).map { Int($0) - 0x30 }
        let zone = Array(content.dropFirst(digits.count))
        guard digits.count == yearDigits + 10 || (yearDigits == 2 && digits.count == 10) else { return nil }
        func number(_ start: Int, _ count: Int) -> Int { digits[start..<start + count].reduce(0) { $0 * 10 + $1 } }
        let written = number(0, yearDigits)
        let year = yearDigits == 4 ? written : (written >= 50 ? 1900 : 2000) + written
        let fields = stride(from: yearDigits, to: digits.count, by: 2).map { number($0, 2) }
        let (month, day, hour, minute) = (fields[0], fields[1], fields[2], fields[3])
        let second = fields.count == 5 ? fields[4] : 0
        guard 1...12 ~= month, 1...CivilTime.days(in: month, of: year) ~= day, hour < 24, minute < 60, second < 60,
            let offset = Self.offset(zone)
        else { return nil }
        self.offset = offset
        seconds = CivilTime(year, month, day, hour, minute, second).seconds - offset
    }

    /// `Z`, or sign, hours and minutes that are not zero.
    private static func offset(_ zone: [UInt8]) -> Int64? {
        if zone == [UInt8(ascii: "Z")] { return 0 }
        guard zone.count == 5, let sign = zone.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
            zone.dropFirst().allSatisfy({ 0x30...0x39 ~= $0 })
        else { return nil }
        let digits = zone.dropFirst().map { Int64($0) - 0x30 }
        let (hours, minutes) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
        guard hours <= 24, minutes < 60, hours + minutes > 0 else { return nil }
        return (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    /// As RFC 3339 has it.
    var text: String {
        func padded(_ number: Int, _ width: Int = 2) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let civil = CivilTime(seconds: seconds + offset)
        let minutes = Int(offset.magnitude / 60)
        let zone = offset == 0 ? "Z" : "\(offset < 0 ? "-" : "+")\(padded(minutes / 60)):\(padded(minutes % 60))"
        return "\(padded(civil.year, 4))-\(padded(civil.month))-\(padded(civil.day))"
            + "T\(padded(civil.hour)):\(padded(civil.minute)):\(padded(civil.second))\(zone)"
    }

    /// Whether this is after a moment in nanoseconds since 1970.
    func isAfter(_ nanoseconds: Int64) -> Bool { CivilTime.floorDivide(nanoseconds, 1_000_000_000) < seconds }

    /// Whether this is before a moment in nanoseconds since 1970.
    func isBefore(_ nanoseconds: Int64) -> Bool {
        let whole = CivilTime.floorDivide(nanoseconds, 1_000_000_000)
        return whole > seconds || whole == seconds && CivilTime.floorModulo(nanoseconds, 1_000_000_000) > 0
    }
}
