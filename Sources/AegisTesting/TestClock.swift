public import Approvals
import Synchronization

/// A clock that stands still until it is told to move.
public final class TestClock: Sendable {
    private let instant: Mutex<Timestamp>

    /// 2026-11-23T04:52:03Z unless told otherwise.
    public init(_ start: Timestamp = Timestamp(seconds: 1_795_409_523)) { instant = Mutex(start) }

    public var now: Timestamp { instant.withLock { $0 } }

    public func advance(seconds: Int64) { instant.withLock { $0 = $0.advanced(bySeconds: seconds) } }
}
