import Synchronization

/// How one sink is doing, for metrics.
public final class SinkStatus: Sendable {
    public struct Counts: Sendable, Hashable {
        public var delivered: UInt64 = 0
        /// Kept as dead letters.
        public var refused: UInt64 = 0
        /// Attempts that failed.
        public var failures: UInt64 = 0
        /// When the record was made that was delivered last, in nanoseconds since 1970; where none was, the first that waits.
        public var reached: Int64?
        /// Whether there is nothing more to send.
        public var isCaughtUp = false
        /// Whether the last attempt succeeded.
        public var isUp = true
    }

    public let name: String
    private let counts = Mutex(Counts())

    init(name: String) { self.name = name }

    public var now: Counts { counts.withLock { $0 } }

    func change(_ body: (inout Counts) -> Void) { counts.withLock { body(&$0) } }
}
