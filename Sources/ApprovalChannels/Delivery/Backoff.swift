/// How long to wait before the next attempt: doubling from a second to five minutes, spread by half either way, so that
/// what failed together does not come again together.
struct Backoff: Sendable {
    static let longestSeconds: Int64 = 300

    /// A number from 0 up to 1.
    let random: @Sendable () -> Double

    /// In nanoseconds. `attempts` failed before.
    func delay(afterAttempts attempts: Int) -> Int64 {
        let seconds = min(Self.longestSeconds, Int64(1) << min(max(attempts, 0), 16))
        return Int64(Double(seconds) * (0.5 + random()) * 1_000_000_000)
    }
}
