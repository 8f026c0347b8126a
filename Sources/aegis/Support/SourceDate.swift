import Foundation

/// The time that builds are made at: SOURCE_DATE_EPOCH where that is set, so that the same input gives the same bytes
/// (reproducible-builds.org), else now.
enum SourceDate {
    /// Seconds since 1970.
    static func seconds() throws -> Int64 {
        guard let text = ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"], !text.isEmpty else {
            return Int64(Date().timeIntervalSince1970)
        }
        guard let seconds = Int64(text), seconds >= 0 else {
            throw CommandFailure(
                "SOURCE_DATE_EPOCH is `\(text)`, which is no number of seconds",
                fix: "set it to seconds since 1970, or unset it", exitCode: 2)
        }
        return seconds
    }
}
