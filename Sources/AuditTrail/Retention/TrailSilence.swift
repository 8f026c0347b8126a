/// A silence of the trail that may be none, but a clock that went ahead: what it ends with is then not to be believed, and by such a
/// clock everything would be over.
///
/// A clock counts once the trail has records of the last week by it, the first of which follows the one before it within a week.
public struct TrailSilence: Sendable, Hashable {
    /// When the last record before it was made, nanoseconds since 1970.
    public let since: Int64
    /// When the first one behind it was made; nil where there is none.
    public let until: Int64?

    /// More than a week, in nanoseconds, tells.
    static let longest: Int64 = 7 * 86_400 * 1_000_000_000

    /// The silence that makes a clock that says `now` doubtful; nil where there is none.
    /// - Throws: ``AuditError`` `.storage`.
    public static func before(_ now: Int64, directory: String) throws(AuditError) -> TrailSilence? {
        try before(now, AuditReader(directory: directory))
    }

    static func before(_ now: Int64, _ reader: consuming AuditReader) throws(AuditError) -> TrailSilence? {
        let (horizon, isBefore) = now.subtractingReportingOverflow(longest)
        guard !isBefore else { return nil }
        try reader.skip(toTime: horizon)
        var last: Int64?
        while true {
            let records = try reader.next()
            guard !records.isEmpty else { return last.flatMap { silence($0, now, until: nil) } }
            // What is of later than now was made while a clock was ahead that is right again.
            for time in records.lazy.compactMap({ $0["time"].flatMap(Timestamp.read) }) where time <= now {
                if time > horizon { return last.flatMap { silence($0, time, until: time) } }
                last = time
            }
        }
    }

    private static func silence(_ since: Int64, _ end: Int64, until: Int64?) -> TrailSilence? {
        let (length, isBeyond) = end.subtractingReportingOverflow(since)
        return isBeyond || length > longest ? TrailSilence(since: since, until: until) : nil
    }
}
