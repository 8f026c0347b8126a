public import Foundation

/// A span of time: from its first instant up to, and without, `to`.
public struct PackPeriod: Sendable, Hashable {
    /// RFC 3339 in UTC with nine digits, so that text sorts as time.
    public let from: String
    public let to: String

    /// - Parameters:
    ///   - from: a date, which means its first instant, or an RFC 3339 time; nil: from the log's beginning.
    ///   - to: a date, which means that whole day, or an RFC 3339 time, which is not part of the period; nil: up to `now`.
    /// - Throws: ``PackError`` `.usage`.
    public init(from: String?, to: String?, now: Date) throws(PackError) {
        self.from =
            try from.map { (text) throws(PackError) in try Self.instant(text, "--from", endOfDay: false) }
            ?? "1970-01-01T00:00:00.000000000Z"
        self.to =
            try to.map { (text) throws(PackError) in try Self.instant(text, "--to", endOfDay: true) }
            ?? Self.end(of: now)
        guard self.from < self.to else {
            throw PackError(.usage, "the period is empty: it begins at \(self.from) and ends before \(self.to)")
        }
        guard self.from < Self.end(of: now) else {
            throw PackError(
                .usage, "the period has not begun: it begins at \(self.from), and it is \(Self.text(now)) now",
                fix: "give a --from that has come, and check this machine's clock")
        }
    }

    /// Whether a record's `time` lies in the period.
    func contains(_ time: String) -> Bool { from <= time && time < to }

    /// Whether a text has the form in which texts sort as times: `2026-10-01T00:00:00.000000000Z`, ASCII to the last byte.
    static func isInstant(_ text: String) -> Bool {
        let form = "0000-00-00T00:00:00.000000000Z".utf8
        return text.utf8.count == form.count
            && zip(text.utf8, form).allSatisfy { $1 == UInt8(ascii: "0") ? (0x30...0x39).contains($0) : $0 == $1 }
    }

    /// The end of the second that `now` is in: what is there now is older.
    static func end(of now: Date) -> String { text(now.addingTimeInterval(1)) }

    /// Whole seconds with nine zeros behind the point.
    static func text(_ date: Date) -> String {
        let seconds = Date(timeIntervalSince1970: date.timeIntervalSince1970.rounded(.down))
        return String(seconds.formatted(.iso8601).dropLast()) + ".000000000Z"
    }

    private static func instant(_ text: String, _ option: String, endOfDay: Bool) throws(PackError) -> String {
        if text.utf8.count == 10, let day = try? Date("\(text)T00:00:00Z", strategy: .iso8601) {
            return self.text(endOfDay ? day.addingTimeInterval(86_400) : day)
        }
        // The fraction is kept as written: a Date does not hold nanoseconds.
        let fraction = text.firstMatch(of: /\.([0-9]{1,9})/)
        let whole = fraction.map { text.replacingCharacters(in: $0.range, with: "") } ?? text
        guard whole.utf8.count >= 20, let instant = try? Date(whole, strategy: .iso8601) else {
            throw PackError(
                .usage, "\(option) `\(text)` is neither a date nor a time",
                fix: "write it as 2026-10-01 or 2026-10-01T09:30:00Z")
        }
        let digits = fraction.map { String($0.output.1) } ?? ""
        let padded = digits + String(repeating: "0", count: 9 - digits.count)
        return self.text(instant).replacing(".000000000Z", with: ".\(padded)Z")
    }
}
