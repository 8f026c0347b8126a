import Foundation

/// Threads that decide calls, as many as there are processors for them: tasks that prefer them run there, in the order in which they became
/// ready, and on whichever thread is free. What blocks has no place here; it would take a processor from the others.
///
/// Safe to share because `queue` and `idle` are touched only while `changed` is locked. The threads stay as long as the
/// process.
public final class DecidingThreads: TaskExecutor, @unchecked Sendable {
    /// Deep policies recurse.
    private static let stack = 8 << 20
    static let name = "aegis-decide"

    private let changed = NSCondition()
    private var queue = JobQueue()
    private var idle = 0

    /// - Parameter count: at least 1. More than there are processors, and those that decide stand in each other's way; of
    ///   a control group with a quota, they use it up early in each period and are all stopped for the rest.
    public init(count: Int = UsableProcessors.count) {
        for _ in 0..<max(1, count) {
            let thread = Thread { [self] in
                Self.takeName()
                while true { next().runSynchronously(on: asUnownedTaskExecutor()) }
            }
            thread.stackSize = Self.stack
            thread.start()
        }
    }

    /// Shows in `top -H` and debuggers. Foundation's names need not reach the system. Source: proc(5), `comm`.
    private static func takeName() {
        guard let file = fopen("/proc/thread-self/comm", "w") else { return }
        fputs(name, file)
        fclose(file)
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        changed.lock()
        queue.append(job)
        let isAwaited = idle > 0
        changed.unlock()
        // A thread that is not idle looks at the queue before it waits: waking is for those that do.
        if isAwaited { changed.signal() }
    }

    private func next() -> UnownedJob {
        changed.lock()
        defer { changed.unlock() }
        while true {
            if let job = queue.takeFirst() { return job }
            idle += 1
            changed.wait()
            idle -= 1
        }
    }
}
