public import Approvals

/// A rate's limits: how many calls a second flow in, and how many may come at once.
public struct RateLimit: Sendable, Hashable {
    /// Thousandths of a call per second, rounded down: a rate is never more generous than it was written.
    public let milliCallsPerSecond: Int64
    public let burst: Int64

    /// nil where the rate is negative, the burst below 1, or either beyond what the bucket counts.
    public init?(milliCallsPerSecond: Int64, burst: Int64) {
        guard (0...1_000_000_000).contains(milliCallsPerSecond), (1...1_000_000).contains(burst) else { return nil }
        self.milliCallsPerSecond = milliCallsPerSecond
        self.burst = burst
    }
}

extension RateLimit {
    /// `0.5 a second (1 at once)`.
    var text: String {
        let whole = String(milliCallsPerSecond / 1000)
        var fraction = String(milliCallsPerSecond % 1000 + 1000).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return "\(whole)\(fraction.isEmpty ? "" : ".")\(fraction) a second (\(burst) at once)"
    }
}

/// A token bucket in whole numbers. One call costs 10^12 units, and each nanosecond brings `milliCallsPerSecond` units,
/// so nothing is ever rounded.
public struct TokenBucket: Sendable, Hashable {
    static let unitsPerCall: Int64 = 1_000_000_000_000
    /// So far a clock is put right; what is farther ahead was wrong.
    private static let farAhead: Int64 = 60_000_000_000

    public private(set) var level: Int64
    public private(set) var updatedAt: Timestamp

    public init(full limit: RateLimit, now: Timestamp) {
        level = limit.burst * TokenBucket.unitsPerCall
        updatedAt = now
    }

    public init(level: Int64, updatedAt: Timestamp) {
        self.level = level
        self.updatedAt = updatedAt
    }

    public enum Draw: Sendable, Hashable {
        case taken
        /// Nothing was taken. nil: never, at this rate.
        case refused(retryAfterSeconds: Int64?)
    }

    /// Takes one call. A clock that went back brings nothing, and takes nothing away; where it went back far, what comes is reckoned from
    /// where it is now, since a time that was once wrong may be years ahead.
    public mutating func draw(_ limit: RateLimit, now: Timestamp) -> Draw {
        let capacity = limit.burst * TokenBucket.unitsPerCall
        var behind: Int64 = 0
        if updatedAt > now {
            let (ahead, overflow) = updatedAt.nanoseconds.subtractingReportingOverflow(now.nanoseconds)
            if overflow || ahead > Self.farAhead { updatedAt = now } else { behind = ahead }
        }
        let elapsed = max(0, now.nanoseconds.subtractingReportingOverflow(updatedAt.nanoseconds).partialValue)
        let (inflow, beyond) = elapsed.multipliedReportingOverflow(by: limit.milliCallsPerSecond)
        let (sum, overflow) = level.addingReportingOverflow(inflow)
        let refilled = beyond || overflow ? capacity : min(capacity, sum)
        guard refilled >= TokenBucket.unitsPerCall else {
            guard limit.milliCallsPerSecond > 0 else { return .refused(retryAfterSeconds: nil) }
            let missing = TokenBucket.unitsPerCall - refilled
            let perSecond = limit.milliCallsPerSecond * 1_000_000_000
            return .refused(
                retryAfterSeconds: (missing + perSecond - 1) / perSecond + (behind + 999_999_999) / 1_000_000_000)
        }
        level = refilled - TokenBucket.unitsPerCall
        updatedAt = max(updatedAt, now)
        return .taken
    }
}
