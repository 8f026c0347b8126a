import Dispatch
import GRDB
import Synchronization

/// The one writer: gathers the changes that wait and commits them in one transaction, each inside a savepoint of its
/// own, so that sixty-four callers pay for one sync and none sees another's failure.
///
/// `@unchecked Sendable`: `queue` is the only place that touches the database for writing, and `waiting` is a mutex.
final class GroupCommit: @unchecked Sendable {
    private struct Job: Sendable {
        /// Runs inside the savepoint; keeps its own result.
        let run: @Sendable (Database) throws -> Void
        /// Called once, after the commit or its failure.
        let finish: @Sendable ((any Error)?) -> Void
    }

    private struct Waiting {
        var jobs: [Job] = []
        var isDraining = false
    }

    private let pool: DatabasePool
    private let queue = DispatchQueue(label: "aegis.state.writer")
    private let waiting = Mutex(Waiting())
    private let failure = Mutex<String?>(nil)
    private let capacity: Int
    private let batchLimit: Int
    /// Runs at the start of each transaction, for work that only has to ride along.
    private let rideAlong: @Sendable (Database) throws -> Void
    private let hooks: StateStoreHooks

    init(
        pool: DatabasePool, capacity: Int, batchLimit: Int, hooks: StateStoreHooks,
        rideAlong: @escaping @Sendable (Database) throws -> Void
    ) {
        self.pool = pool
        self.capacity = capacity
        self.batchLimit = batchLimit
        self.hooks = hooks
        self.rideAlong = rideAlong
    }

    /// Why the last transaction could not be committed; nil when it could.
    var fault: String? { failure.withLock { $0 } }

    /// Runs `body` on the writer and returns what it returned once that is durable. An error from `body` undoes what it
    /// did and nothing else.
    func perform<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let slot = Slot<Result>()
            let job = Job(
                run: { db in slot.value = try body(db) },
                finish: { error in
                    if let error {
                        continuation.resume(throwing: error)
                    } else if let value = slot.value {
                        continuation.resume(returning: value)
                    } else {
                        continuation.resume(throwing: StateStoreError(.write, "the change was not run"))
                    }
                })
            enqueue(job)
        }
    }

    private func enqueue(_ job: Job) {
        enum Next { case drain, wait, refuse }
        let next: Next = waiting.withLock { state in
            guard state.jobs.count < capacity else { return .refuse }
            state.jobs.append(job)
            guard !state.isDraining else { return .wait }
            state.isDraining = true
            return .drain
        }
        switch next {
        case .drain: queue.async { self.drain() }
        case .wait: return
        case .refuse: job.finish(StateStoreError(.overloaded, "\(capacity) changes are waiting for the disk already"))
        }
    }

    private func drain() {
        while true {
            let batch: [Job] = waiting.withLock { state in
                let batch = Array(state.jobs.prefix(batchLimit))
                state.jobs.removeFirst(batch.count)
                if batch.isEmpty { state.isDraining = false }
                return batch
            }
            if batch.isEmpty { return }
            commit(batch)
        }
    }

    private func commit(_ batch: [Job]) {
        var failures = [(any Error)?](repeating: nil, count: batch.count)
        do {
            try pool.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    try hooks.beforeBatch()
                    try rideAlong(db)
                    for (position, job) in batch.enumerated() {
                        try db.cachedStatement(sql: "SAVEPOINT job").execute()
                        do {
                            try job.run(db)
                        } catch {
                            failures[position] = error
                            // A full disk or a broken file ends the whole transaction, and with it everybody's work.
                            guard db.isInsideTransaction else { throw error }
                            try db.cachedStatement(sql: "ROLLBACK TO job").execute()
                        }
                        try db.cachedStatement(sql: "RELEASE job").execute()
                    }
                    try hooks.beforeCommit()
                    return .commit
                }
            }
        } catch {
            let fault = StateStoreError(.write, "the state store could not commit: \(error)")
            failure.withLock { $0 = fault.message }
            for job in batch { job.finish(fault) }
            return
        }
        failure.withLock { $0 = nil }
        for (job, failure) in zip(batch, failures) { job.finish(failure) }
    }
}

/// Carries a result from the writer's queue to its waiter; written before the commit, read after it, never together.
private final class Slot<Value: Sendable>: @unchecked Sendable {
    var value: Value?
}

/// Places where tests break the disk.
public struct StateStoreHooks: Sendable {
    public var beforeBatch: @Sendable () throws -> Void
    public var beforeCommit: @Sendable () throws -> Void

    public init(
        beforeBatch: @escaping @Sendable () throws -> Void = {},
        beforeCommit: @escaping @Sendable () throws -> Void = {}
    ) {
        self.beforeBatch = beforeBatch
        self.beforeCommit = beforeCommit
    }
}
