import FoundationEssentials

/// A second of the years 1970 to 9999 in UTC, written as RFC 3339 has it: `2026-11-23T09:15:04Z`.
public struct UTCTime: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Since 1970.
    public let seconds: Int64

    /// Earlier and later seconds become the first and the last.
    public init(seconds: Int64) { self.seconds = min(max(seconds, 0), 253_402_300_799) }

    /// Reads the written form; nil for any other text, also for other ways to write the same time.
    public init?(_ text: String) {
        guard text.utf8.count == 20, let date = try? Date.ISO8601FormatStyle().parse(text) else { return nil }
        self.init(seconds: Int64(date.timeIntervalSince1970))
        guard description == text else { return nil }
    }

    public var description: String {
        Date.ISO8601FormatStyle().format(Date(timeIntervalSince1970: TimeInterval(seconds)))
    }

    public func adding(seconds more: Int64) -> UTCTime {
        let (sum, overflow) = seconds.addingReportingOverflow(more)
        return UTCTime(seconds: overflow ? .max : sum)
    }

    public static func < (a: UTCTime, b: UTCTime) -> Bool { a.seconds < b.seconds }
}
