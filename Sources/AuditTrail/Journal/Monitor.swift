#if canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif
internal import Threads

/// State under a lock that a thread can sleep on until somebody changes it.
///
/// Safe to share because `state` is touched only while `mutex` is held, by ``withLock(_:)`` and ``Held``.
final class Monitor<State>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    init(_ state: sending State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    func withLock<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Wakes whoever waits.
    func signal() { pthread_cond_broadcast(changed) }

    /// Sleeps until `take` returns something, looking again after every signal, and once more at the deadline.
    /// - Returns: nil when the time passed.
    func wait<Result>(for limit: Duration?, _ take: (inout State) -> Result?) -> Result? {
        var deadline = timespec()
        if let limit {
            clock_gettime(CLOCK_MONOTONIC, &deadline)
            let (seconds, attoseconds) = limit.components
            let nanoseconds = Int64(deadline.tv_nsec) + attoseconds / 1_000_000_000
            deadline.tv_sec += Int(seconds + nanoseconds / 1_000_000_000)
            deadline.tv_nsec = Int(nanoseconds % 1_000_000_000)
        }
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = take(&state) { return result }
            if limit == nil {
                pthread_cond_wait(changed, mutex)
            } else if pthread_cond_timedwait(changed, mutex, &deadline) != 0 {
                return take(&state)
            }
        }
    }
}

/// A thread of its own for work that blocks.
enum BlockingThread {
    /// What `body` comes to on a thread of its own, where nobody else waits for it.
    /// - Throws: ``AuditError`` `.storage` where the system gives no thread, and what `body` throws.
    static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let isStarted = SystemThread.start(named: "aegis-trail") {
                continuation.resume(with: Swift.Result(catching: body))
            }
            guard isStarted else {
                return continuation.resume(throwing: AuditError(.storage, "the system gave no thread"))
            }
        }
    }
}
