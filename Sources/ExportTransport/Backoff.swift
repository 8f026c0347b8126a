/// How long to wait before the next attempt: full jitter over a span that doubles, so that what failed together does not
/// come again together.
public struct Backoff: Sendable {
    public let first: Duration
    public let longest: Duration
    /// A number from 0 up to 1.
    let random: @Sendable () -> Double

    public init(
        first: Duration = .seconds(1), longest: Duration = .seconds(60),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.first = first
        self.longest = longest
        self.random = random
    }

    /// - Parameters:
    ///   - failures: attempts that failed before, at least 1.
    ///   - asked: how long the receiver asks to be left alone; never cut short.
    public func delay(afterFailures failures: Int, asked: Duration? = nil) -> Duration {
        let doublings = min(max(failures - 1, 0), 16)
        let span = min(longest, first * (1 << doublings))
        // Never nothing: a tenth is the least.
        let own = span * (0.1 + 0.9 * random())
        return max(own, asked ?? .zero)
    }
}
