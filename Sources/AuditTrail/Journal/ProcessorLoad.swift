#if canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif
internal import Threads

/// Whether this process keeps the processors busy that it may use, as seen over the last moments.
struct ProcessorLoad {
    /// Looked at anew after so many nanoseconds.
    static let span: Int64 = 20_000_000

    private let thousandths = UsableProcessors.thousandths
    private var wall = ProcessorLoad.nanoseconds(CLOCK_MONOTONIC)
    private var used = ProcessorLoad.nanoseconds(CLOCK_PROCESS_CPUTIME_ID)
    private var wasHigh = false

    /// Whether three quarters of their time went to this process.
    var isHigh: Bool {
        mutating get {
            let now = Self.nanoseconds(CLOCK_MONOTONIC)
            guard now - wall >= Self.span else { return wasHigh }
            let usedNow = Self.nanoseconds(CLOCK_PROCESS_CPUTIME_ID)
            wasHigh = Self.isHigh(used: usedNow - used, of: now - wall, thousandths: thousandths)
            (wall, used) = (now, usedNow)
            return wasHigh
        }
    }

    /// - Parameter thousandths: of a processor, which it may use.
    static func isHigh(used: Int64, of wall: Int64, thousandths: Int64) -> Bool {
        used / 3 * 4 >= wall / 1000 * thousandths
    }

    private static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
