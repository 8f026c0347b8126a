import Foundation

/// Threads for tasks that prefer them: run there in the order in which they became ready, on whichever thread is free.
/// What blocks takes one of them from the others. Where the system gives no thread, tasks run where all others do.
///
/// Safe to share because `queue`, `idle` and `count` are touched only while `changed` is locked. The threads stay as long
/// as the process.
public final class TaskThreads: TaskExecutor, @unchecked Sendable {
    private let changed = NSCondition()
    private var queue = JobQueue()
    private var idle = 0
    private var count = 0

    /// - Parameters: but for the number of threads, see ``SystemThread``.
    public init(_ count: Int, named name: String, stack: Int? = nil, priority: ThreadPriority? = nil) {
        for _ in 0..<count {
            let isStarted = SystemThread.start(named: name, stack: stack, priority: priority) { [self] in
                while true { next().runSynchronously(on: asUnownedTaskExecutor()) }
            }
            changed.withLock { if isStarted { self.count += 1 } }
        }
    }

    /// Threads that decide calls: as many as there are processors for them. More would stand in each other's way, and in a
    /// control group with a quota use it up early in each period, and all be stopped for the rest.
    public static func deciding() -> TaskThreads {
        TaskThreads(UsableProcessors.count, named: "aegis-decide", stack: SystemThread.plainStack)
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        changed.lock()
        guard count > 0 else {
            changed.unlock()
            return globalConcurrentExecutor.enqueue(job)
        }
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
