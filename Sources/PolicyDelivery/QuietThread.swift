import Foundation

/// Work that takes long and must not take from those who decide: on a thread of its own, behind all others of the process.
enum QuietThread {
    private static let niceness: Int32 = 10
    /// Deep policies recurse; a thread's usual stack is small.
    private static let stack = 64 << 20

    static func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            let thread = Thread {
                // Linux keeps niceness for each thread; 0 is the one that asks. Where it is refused, the work is only less quiet.
                _ = setpriority(Int32(PRIO_PROCESS.rawValue), 0, niceness)
                continuation.resume(returning: work())
            }
            thread.name = "aegis-policies"
            thread.stackSize = stack
            thread.start()
        }
    }
}
