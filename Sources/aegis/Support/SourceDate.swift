import Foundation

/// The time that builds are made at: SOURCE_DATE_EPOCH where that is set, so that the same input gives the same bytes
/// (reproducible-builds.org), else now.
enum SourceDate {
    /// The last second of the year 9999, behind which times are not written with four digits.
    private static let last: Int64 = 253_402_300_799

    /// Seconds since 1970.
    static func seconds() throws -> Int64 {
        guard let text = ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"], !text.isEmpty else {
            return Int64(Date().timeIntervalSince1970)
        }
        guard let seconds = Int64(text), (0...last).contains(seconds) else {
            throw CommandFailure(
                "SOURCE_DATE_EPOCH is `\(text)`, which is no number of seconds up to the year 9999",
                fix: "set it to seconds since 1970, or unset it", exitCode: 2)
        }
        return seconds
    }
}
