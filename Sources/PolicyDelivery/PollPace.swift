/// When a source is looked at next. Jitter keeps a fleet of gateways from asking all at once; after failures the pauses double.
public struct PollPace: Sendable, Hashable {
    /// Between two looks that went well.
    public var interval: Duration
    /// How much of a pause is left to chance, from 0 to 1.
    public var jitter: Double
    /// The first pause after a failure, and the longest.
    public var firstPause: Duration
    public var longestPause: Duration
    /// How long an answer may be waited for where the source can push; zero: it is not asked to.
    public var longestWait: Duration

    /// A source on this machine: looked at twice a second, whatever happens.
    public static let local = PollPace(
        interval: .milliseconds(500), jitter: 0, firstPause: .milliseconds(500), longestPause: .milliseconds(500))

    /// A source over a network.
    public static func remote(every interval: Duration, longestWait: Duration = .zero) -> PollPace {
        PollPace(
            interval: interval, jitter: 0.2, firstPause: .seconds(1), longestPause: max(interval, .seconds(60)),
            longestWait: longestWait)
    }

    public init(
        interval: Duration, jitter: Double, firstPause: Duration, longestPause: Duration, longestWait: Duration = .zero
    ) {
        self.interval = interval
        self.jitter = jitter
        self.firstPause = firstPause
        self.longestPause = longestPause
        self.longestWait = longestWait
    }

    /// - Parameters:
    ///   - failures: in a row, up to now.
    ///   - chance: from 0 to 1.
    public func pause(failures: Int, chance: Double) -> Duration {
        guard failures > 0 else { return interval * (1 - jitter + 2 * jitter * chance) }
        let doubled = firstPause * Double(1 << min(failures - 1, 20))
        let most = min(doubled, longestPause)
        // Half of it for certain, so that no failure is answered by asking at once.
        return jitter == 0 ? most : most * (0.5 + chance / 2)
    }
}
