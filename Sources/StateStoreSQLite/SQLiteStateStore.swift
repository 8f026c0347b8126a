public import Approvals
public import Crypto
import Decisions
import Foundation
import GRDB
import Synchronization

/// The state of one gateway in one SQLite file: budgets, rates, idempotency keys and approvals.
///
/// Writes are durable when they return: write-ahead log, `synchronous=FULL`, checked on opening. Only what calls take from rates and
/// budgets may follow later, see ``spendBehindRecords(now:)``.
public final class SQLiteStateStore: Sendable {
    let pool: DatabasePool
    let writer: GroupCommit
    let lender: BookLender
    let confirmed: Confirmations
    let seal: AnswerSeal

    /// Opens or creates the file and brings its tables up to date.
    /// - Parameters:
    ///   - answerKey: seals the answers that retries get again, those of older programs included; nil, for who only looks or
    ///     administers: a key that is forgotten with the store.
    ///   - waitingLimit: how many changes may wait for the disk before calls are refused.
    public init(
        path: String, answerKey: SymmetricKey? = nil, waitingLimit: Int = 8192,
        hooks: StateStoreHooks = StateStoreHooks()
    ) throws {
        seal = AnswerSeal(answerKey ?? SymmetricKey(size: .bits256))
        var configuration = Configuration()
        configuration.label = "aegis.state"
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 4
        // What is deleted or overwritten is gone from the file, not only from its tables.
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA secure_delete = ON") }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            guard try !pool.read(Schema.migrator.hasBeenSuperseded) else {
                throw StateStoreError(
                    .newer,
                    "the state store `\(path)` was written by a newer version, which keeps things there that this one does not know"
                )
            }
            try Schema.migrator.migrate(pool)
        } catch let error as StateStoreError {
            throw error
        } catch {
            throw StateStoreError(.open, "the state store `\(path)` cannot be opened: \(error)")
        }
        // The pool sets NORMAL on its writer after the configuration's own statements have run: set FULL last.
        let level = try pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            return try Int.fetchOne(db, sql: "PRAGMA synchronous")
        }
        guard level == 2 else {
            throw StateStoreError(.notDurable, "the state store `\(path)` does not sync its writes")
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        let confirmed = Confirmations()
        self.confirmed = confirmed
        lender = BookLender(capacity: waitingLimit)
        writer = GroupCommit(
            pool: pool, lender: lender, confirmed: confirmed, capacity: waitingLimit, batchLimit: 256, hooks: hooks)
        guard answerKey != nil else { return }
        let seal = seal
        try pool.write { db in try AnswerBook.sealPlain(db, seal) }
        // The write-ahead log has pages as they were before.
        _ = try? pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
    }

    /// SQLite's `synchronous` of the writer; 2 is FULL.
    public func synchronousLevel() async throws -> Int {
        try await pool.writeWithoutTransaction { db in try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? 0 }
    }

    /// Why the last change could not be written; nil when it could.
    public var writeFault: String? { writer.fault }

    /// From now on calls that take of rates and budgets alone do so in memory, and the file follows some milliseconds later.
    ///
    /// Whoever calls this sees to it that the record of each such call says what was ``Spent`` before the call is answered, and after a
    /// crash hands what ``MissingSpending`` finds behind ``spendingMayBeMissing()`` to ``restore(_:)``, before anything is spent.
    public func spendBehindRecords(now: Timestamp) async throws {
        try await writer.perform { db in try SpendingLag.begin(db, now) }
        lender.open(true)
    }

    /// Writes what only rides along, and closes the file. No call may run beside it or come after it.
    public func close() async throws {
        let wasBehind = lender.open(false)
        try await writer.perform { db in if wasBehind { try SpendingLag.end(db) } }
        try pool.close()
    }
}

/// Decisions whose record is durable, and events that the trail has been told, waiting to be marked so in the next transaction.
///
/// Marking is not worth a sync of its own: a mark that a crash loses is found again by asking the audit trail.
final class Confirmations: Sendable {
    struct Marks: Sendable {
        var decisions: Set<DecisionID> = []
        /// The last that was put on record.
        var latest: DecisionID?
        var told: Set<String> = []
    }

    private let waiting = Mutex(Marks())

    var now: Marks { waiting.withLock { $0 } }

    func insert(_ decision: DecisionID) {
        waiting.withLock { waiting in
            waiting.decisions.insert(decision)
            waiting.latest = decision
        }
    }
    func insert(told keys: [String]) { waiting.withLock { $0.told.formUnion(keys) } }
    func contains(_ decision: DecisionID) -> Bool { waiting.withLock { $0.decisions.contains(decision) } }

    /// - Parameter written: those that are marked in the file already.
    func write(_ marks: Marks, _ db: Database, but written: Set<DecisionID>) throws {
        guard !marks.decisions.isEmpty || !marks.told.isEmpty else { return }
        try Effects.confirm(db, marks.decisions.subtracting(written))
        try BudgetEventRows.remove(db, marks.told)
        // Forgotten only when this transaction lasts: a mark that is lost with it is merely written again.
        db.afterNextTransaction { [self] _ in
            waiting.withLock { waiting in
                waiting.decisions.subtract(marks.decisions)
                waiting.told.subtract(marks.told)
            }
        }
    }
}

extension DecisionID {
    /// The sixteen of its name, in their order.
    var bytes: (UInt64, UInt64) { (high.bigEndian, low.bigEndian) }

    var blob: Data { withUnsafeBytes(of: bytes) { Data($0) } }

    init?(blob: Data) {
        guard blob.count == 16 else { return nil }
        let words = blob.reduce(into: (high: UInt64(0), low: UInt64(0))) { words, byte in
            words.high = words.high << 8 | words.low >> 56
            words.low = words.low << 8 | UInt64(byte)
        }
        self.init(high: words.high, low: words.low)
    }
}
