import Dispatch
import GRDB
import Synchronization

/// The one writer: gathers the changes that wait and commits them in one transaction, so that sixty-four callers pay for one sync.
/// Where one of them fails they are run again, each inside a savepoint of its own, and none sees another's failure.
///
/// `@unchecked Sendable`: `queue` is the only place that touches the database for writing and the books, and `waiting` is a mutex.
final class GroupCommit: @unchecked Sendable {
    private struct Job: Sendable {
        /// Runs inside the transaction, once or twice; keeps its own result.
        let run: @Sendable (Database, SpendBooks) throws -> Void
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
    private let books = SpendBooks()
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
    /// did and nothing else. Where another change of the same transaction fails it is run a second time.
    func perform<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await spend { db, books in
            // It may read and write what the books hold.
            try books.write(db)
            books.forget()
            return try body(db)
        }
    }

    /// The same for what leaves budgets and rates to the books.
    func spend<Result: Sendable>(
        _ body: @escaping @Sendable (Database, SpendBooks) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let slot = Slot<Result>()
            let job = Job(
                run: { db, books in slot.value = try body(db, books) },
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
        var failures: [(any Error)?] = []
        do {
            failures = try pool.writeWithoutTransaction { db in
                try hooks.beforeBatch()
                return try together(batch, db) ?? apart(batch, db)
            }
        } catch {
            books.forget()
            let fault = StateStoreError(.write, "the state store could not commit: \(error)")
            failure.withLock { $0 = fault.message }
            for job in batch { job.finish(fault) }
            return
        }
        failure.withLock { $0 = nil }
        for (job, failure) in zip(batch, failures) { job.finish(failure) }
    }

    /// - Returns: nil where a job failed: nothing of the batch has happened then.
    private func together(_ batch: [Job], _ db: Database) throws -> [(any Error)?]? {
        var hasFailed = false
        try transaction(db) {
            for job in batch {
                do { try job.run(db, books) } catch {
                    try Self.goOn(after: error, db)
                    hasFailed = true
                    books.forget()
                    return .rollback
                }
            }
            return .commit
        }
        return hasFailed ? nil : Array(repeating: nil, count: batch.count)
    }

    private func apart(_ batch: [Job], _ db: Database) throws -> [(any Error)?] {
        var failures = [(any Error)?](repeating: nil, count: batch.count)
        try transaction(db) {
            for (position, job) in batch.enumerated() {
                try db.cachedStatement(sql: "SAVEPOINT job").execute()
                do {
                    try job.run(db, books)
                    try books.write(db)
                } catch {
                    try Self.goOn(after: error, db)
                    failures[position] = error
                    books.forget()
                    try db.cachedStatement(sql: "ROLLBACK TO job").execute()
                }
                try db.cachedStatement(sql: "RELEASE job").execute()
            }
            return .commit
        }
        return failures
    }

    private func transaction(_ db: Database, _ body: () throws -> Database.TransactionCompletion) throws {
        try db.inTransaction(.immediate) {
            try books.begin(db)
            try rideAlong(db)
            guard try body() == .commit else { return .rollback }
            try books.write(db)
            try hooks.beforeCommit()
            return .commit
        }
    }

    /// A full disk or a broken file ends the whole transaction, and with it everybody's work.
    private static func goOn(after error: any Error, _ db: Database) throws {
        guard db.isInsideTransaction else { throw error }
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
