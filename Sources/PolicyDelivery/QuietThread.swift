import Threads

/// Work that takes long and must not take from those who decide: on a thread of its own, behind all others of the process.
/// Where the system gives none, it is done all the same.
enum QuietThread {
    static func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            let isStarted = SystemThread.start(
                named: "aegis-policies", stack: SystemThread.deepStack, priority: .tenth
            ) { continuation.resume(returning: work()) }
            if !isStarted { continuation.resume(returning: work()) }
        }
    }
}
