import Approvals
import Synchronization

/// How many denials of calls that nobody proved leave a record of their own. Whoever reaches the gateway can make such calls: with a record
/// for each they could fill its disk, and a full disk denies everybody. Beyond the bound they are counted, and the next heartbeat says
/// how many they were.
public final class StrangerRecords: Sendable {
    private struct State {
        var bucket: TokenBucket?
        var unrecorded: UInt64 = 0
        var told: UInt64 = 0
    }

    /// One a second, and 1 000 at once: some hundred megabytes a day.
    private static let rate = RateLimit(milliCallsPerSecond: 1000, burst: 1000)
    private let state = Mutex(State())

    /// Denials without a record since the start.
    public var unrecorded: UInt64 { state.withLock { $0.unrecorded } }

    /// Those of them that the trail has not been told of.
    public var untold: UInt64 { state.withLock { $0.unrecorded - $0.told } }

    /// The trail has been told of this many more.
    public func tell(_ count: UInt64) { state.withLock { $0.told = min($0.unrecorded, $0.told + count) } }

    /// Whether one more leaves a record; else it is counted.
    func takesOne(now: Timestamp) -> Bool {
        guard let rate = Self.rate else { return true }
        return state.withLock { state in
            var bucket = state.bucket ?? TokenBucket(full: rate, now: now)
            defer { state.bucket = bucket }
            if bucket.draw(rate, now: now) == .taken { return true }
            state.unrecorded += 1
            return false
        }
    }
}
