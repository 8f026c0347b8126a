#if canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// How far the calling thread stands behind the others. Where the system refuses, it runs like any other.
public enum ThreadPriority: Sendable {
    /// A weight of 110 beside the usual 1024.
    case tenth
    /// Runs when nothing else wants to, and is interrupted at once when something does.
    /// Source: sched(7), "SCHED_IDLE".
    case spare

    // The C library has its name for GNU programs alone.
    private static let idleScheduling: Int32 = 5

    public func take() {
        // On Linux both calls are about the calling thread alone.
        switch self {
        case .tenth: _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
        case .spare:
            var none = sched_param()
            none.sched_priority = 0
            _ = sched_setscheduler(0, Self.idleScheduling, &none)
        }
    }
}
