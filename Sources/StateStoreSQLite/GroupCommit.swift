import Dispatch
import GRDB
import Synchronization

/// The one writer: gathers the changes that wait and commits them in one transaction, so that sixty-four callers pay for one sync.
/// Where one of them fails they are run again, each inside a savepoint of its own, and none sees another's failure. Whatever the books
/// have that the file has not goes along first.
///
/// `@unchecked Sendable`: `queue` is the only place that touches the database for writing, and `waiting` is a mutex.
final class GroupCommit: @unchecked Sendable {
    private struct Job: Sendable {
        /// Runs inside the transaction, once or twice; keeps its own result.
        let run: Change
        /// Called once, after the commit or its failure.
        let finish: @Sendable ((any Error)?) -> Void
    }

    private enum Change: Sendable {
        case plain(@Sendable (Database) throws -> Void)
        /// Calls cannot spend on the books until it is committed.
        case withBooks(@Sendable (Database, SpendBooks) throws -> Void)

        var needsBooks: Bool { if case .withBooks = self { true } else { false } }
    }

    private struct Waiting {
        var jobs: [Job] = []
        var isDraining = false
    }

    private let pool: DatabasePool
    private let queue = DispatchQueue(label: "aegis.state.writer")
    private let waiting = Mutex(Waiting())
    private let failure = Mutex<String?>(nil)
    /// Whether there is one, for whoever only asks: each decision does. Written under the lock.
    private let hasFailed = Atomic(false)
    private let lender: BookLender
    /// For the queue alone.
    private var isRetryDue = false
    private let confirmed: Confirmations
    /// As the file has them; for the queue alone.
    private var open = OpenRecords()
    private let capacity: Int
    private let batchLimit: Int
    private let hooks: StateStoreHooks

    /// How long what is on the books alone may wait for more, and for the next try where it could not be written.
    private static let patience = DispatchTimeInterval.milliseconds(15)
    private static let retryPatience = DispatchTimeInterval.seconds(1)

    init(
        pool: DatabasePool, lender: BookLender, confirmed: Confirmations, capacity: Int, batchLimit: Int,
        hooks: StateStoreHooks
    ) {
        self.pool = pool
        self.lender = lender
        self.confirmed = confirmed
        self.capacity = capacity
        self.batchLimit = batchLimit
        self.hooks = hooks
    }

    /// Why the last transaction could not be committed; nil when it could.
    var fault: String? { hasFailed.load(ordering: .acquiring) ? failure.withLock { $0 } : nil }

    /// Runs `body` on the writer and returns what it returned once that is durable. An error from `body` undoes what it
    /// did and nothing else. Where another change of the same transaction fails it is run a second time.
    /// It must not read or write budgets and rates.
    func perform<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await run { slot in .plain { db in slot.value = try body(db) } }
    }

    /// The same for what reads and writes the tables of budgets and rates.
    func performOnCounters<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await spend { db, books in
            try books.write(db)
            books.forget()
            return try body(db)
        }
    }

    /// The same for what leaves budgets and rates to the books.
    func spend<Result: Sendable>(
        _ body: @escaping @Sendable (Database, SpendBooks) throws -> Result
    ) async throws -> Result {
        try await run { slot in .withBooks { db, books in slot.value = try body(db, books) } }
    }

    /// Writes what is on the books alone, together with what is spent until then.
    func writeSoon() { queue.asyncAfter(deadline: .now() + Self.patience) { self.commit([]) } }

    private func run<Result: Sendable>(_ change: (Slot<Result>) -> Change) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let slot = Slot<Result>()
            let job = Job(
                run: change(slot),
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

    /// Calls that spend in memory are refused while there is a fault, and none of them would find out that it is over.
    private func retryLater() {
        guard lender.isOpen, !isRetryDue else { return }
        isRetryDue = true
        queue.asyncAfter(deadline: .now() + Self.retryPatience) {
            self.isRetryDue = false
            guard self.fault != nil else { return }
            self.commit([Job(run: .plain(Self.tryWriting), finish: { _ in })])
        }
    }

    /// Writes to the file where there is nothing to write.
    static func tryWriting(_ db: Database) throws {
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        try db.execute(sql: "PRAGMA user_version = \(version)")
    }

    private func commit(_ batch: [Job]) {
        guard !batch.isEmpty || lender.isWriteDue else { return }
        let books = batch.contains(where: \.run.needsBooks) ? lender.lend() : nil
        var failures: [(any Error)?] = []
        var fault: StateStoreError?
        do {
            failures = try pool.writeWithoutTransaction { db in
                try hooks.beforeBatch()
                return try together(batch, db, books) ?? apart(batch, db, books)
            }
        } catch {
            fault = StateStoreError(.write, "the state store could not commit: \(error)")
            retryLater()
        }
        failure.withLock {
            $0 = fault?.message
            hasFailed.store(fault != nil, ordering: .releasing)
        }
        // Whoever waited for the books asks for a fault first: it must be known by then.
        if books != nil { lender.giveBack() }
        for (place, job) in batch.enumerated() { job.finish(fault ?? failures[place]) }
    }

    /// - Returns: nil where a job failed: nothing of the batch has happened then.
    private func together(_ batch: [Job], _ db: Database, _ books: SpendBooks?) throws -> [(any Error)?]? {
        let hasLasted = try transaction(db, books, givesWay: batch.isEmpty) {
            for job in batch {
                do { try run(job, db, books) } catch {
                    try Self.goOn(after: error, db)
                    return .rollback
                }
            }
            return .commit
        }
        return hasLasted ? Array(repeating: nil, count: batch.count) : nil
    }

    private func apart(_ batch: [Job], _ db: Database, _ books: SpendBooks?) throws -> [(any Error)?] {
        var failures = [(any Error)?](repeating: nil, count: batch.count)
        _ = try transaction(db, books) {
            for (position, job) in batch.enumerated() {
                try db.cachedStatement(sql: "SAVEPOINT job").execute()
                do {
                    try run(job, db, books)
                    try books?.write(db)
                } catch {
                    try Self.goOn(after: error, db)
                    failures[position] = error
                    books?.forget()
                    try db.cachedStatement(sql: "ROLLBACK TO job").execute()
                }
                try db.cachedStatement(sql: "RELEASE job").execute()
            }
            return .commit
        }
        return failures
    }

    private func run(_ job: Job, _ db: Database, _ books: SpendBooks?) throws {
        switch job.run {
        case .plain(let body): try body(db)
        case .withBooks(let body):
            guard let books else { throw StateStoreError(.write, "the change was given no books") }
            try body(db, books)
        }
    }

    /// - Parameter givesWay: whether nobody waits for it.
    /// - Returns: whether it lasted.
    private func transaction(
        _ db: Database, _ books: SpendBooks?, givesWay: Bool = false,
        _ body: () throws -> Database.TransactionCompletion
    ) throws -> Bool {
        // In this order: whatever is on record by now has spent before, so it is on this page, or in the file.
        let marks = confirmed.now
        var page = lender.tearOut()
        var open = open
        var completion = Database.TransactionCompletion.rollback
        var hasLasted = false
        defer { if !hasLasted { lender.putBack(page) } }
        try db.inTransaction(.immediate) {
            let listed = open.remove(marks.decisions)
            try page.write(
                db, givesWay: givesWay, recorded: marks.latest, open: &open, isConfirmed: marks.decisions.contains)
            try Effects.confirm(db, open.removeExcess(), false)
            if open != self.open { try SpendingLag.note(db, open) }
            try confirmed.write(marks, db, but: page.confirmed.union(listed))
            completion = try body()
            guard completion == .commit else { return .rollback }
            try books?.write(db)
            try hooks.beforeCommit()
            return .commit
        }
        hasLasted = completion == .commit
        if hasLasted { self.open = open }
        return hasLasted
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
