import Synchronization

/// What has become of one signal's items since the start.
final class ExportCounters: Sendable {
    struct Counts: Sendable, Hashable {
        var exported: UInt64 = 0
        /// Batches that were given up, and items that the collector refused.
        var lost: UInt64 = 0
        /// Attempts that failed.
        var failures: UInt64 = 0
    }

    private let counts = Mutex(Counts())

    var now: Counts { counts.withLock { $0 } }

    func add(exported: Int = 0, lost: Int = 0, failures: Int = 0) {
        counts.withLock { counts in
            counts.exported += UInt64(exported)
            counts.lost += UInt64(lost)
            counts.failures += UInt64(failures)
        }
    }
}
