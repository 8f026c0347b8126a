/// Spans of time as options write them: `30s`, `5m`, `12h`, `30d`, `7y`.
enum TimeSpan {
    private static let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "y": 31_557_600]

    /// Seconds; nil for anything else than a whole number above zero and a unit, up to a thousand years.
    static func seconds(_ text: String) -> Int64? {
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), count > 0,
            text.first != "+", count <= 31_557_600_000 / unit
        else { return nil }
        return count * unit
    }

    /// - Throws: ``CommandFailure`` naming the option.
    static func seconds(_ text: String, _ option: String) throws -> Int64 {
        guard let seconds = seconds(text) else {
            throw CommandFailure("\(option) `\(text)` is no time", fix: "write it as 30m, 24h or 7d", exitCode: 2)
        }
        return seconds
    }
}
