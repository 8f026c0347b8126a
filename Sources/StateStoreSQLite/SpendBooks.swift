import Approvals
import Decisions
import GRDB

/// What the writer knows of budgets and rates: each is read once and written once for all calls of a transaction that spend of it.
/// Between transactions it stays true until somebody else has written, in this process or in another.
///
/// Only the writer's queue touches it.
final class SpendBooks {
    private struct Entry<Value> {
        var value: Value
        var isChanged = false
    }

    private enum Undo {
        case budget(BudgetKey, Entry<BudgetRows.BudgetRow>)
        case bucket(CounterKey, Entry<TokenBucket>)
    }

    private var budgets: [BudgetKey: Entry<BudgetRows.BudgetRow>] = [:]
    private var buckets: [CounterKey: Entry<TokenBucket>] = [:]
    /// Those that have been changed since they were written; perhaps twice, or changed back.
    private var changedBudgets: [BudgetKey] = []
    private var changedBuckets: [CounterKey] = []
    private var undo: [Undo] = []
    private var version: Int?
    private static let limit = 4096
    private static let unwritten: Int64 = 0

    /// Begins a transaction that has the file's lock.
    func begin(_ db: Database) throws {
        // Counts what other connections have committed: https://www.sqlite.org/pragma.html#pragma_data_version
        let version = try Int.fetchOne(try db.cachedStatement(sql: "PRAGMA data_version"))
        if version != self.version || budgets.count + buckets.count > Self.limit { forget() }
        self.version = version
    }

    func budget(_ db: Database, _ key: BudgetKey) throws -> BudgetRows.BudgetRow {
        if let known = budgets[key] { return known.value }
        let row = try BudgetRows.row(db, key) ?? BudgetRows.BudgetRow(id: Self.unwritten, charged: 0, closed: false)
        budgets[key] = Entry(value: row)
        return row
    }

    /// The number of a budget's row, made where something is charged for the first time: what was refused leaves none.
    func number(_ db: Database, of key: BudgetKey) throws -> Int64 {
        let row = try budget(db, key)
        guard row.id == Self.unwritten else { return row.id }
        let id = try BudgetRows.insert(db, key)
        budgets[key]?.value.id = id
        return id
    }

    func bucket(_ db: Database, _ draw: SpendOrder.RateDraw, now: Timestamp) throws -> TokenBucket {
        if let known = buckets[draw.key] { return known.value }
        let bucket = try RateRows.bucket(db, draw, now: now)
        buckets[draw.key] = Entry(value: bucket)
        return bucket
    }

    func set(_ key: BudgetKey, _ row: BudgetRows.BudgetRow) {
        guard let old = budgets.updateValue(Entry(value: row, isChanged: true), forKey: key) else { return }
        undo.append(.budget(key, old))
        if !old.isChanged { changedBudgets.append(key) }
    }

    func set(_ key: CounterKey, _ bucket: TokenBucket) {
        guard let old = buckets.updateValue(Entry(value: bucket, isChanged: true), forKey: key) else { return }
        undo.append(.bucket(key, old))
        if !old.isChanged { changedBuckets.append(key) }
    }

    /// Runs `step`, and takes back what it has set where it is refused.
    func unlessRefused(_ step: () throws -> SpendRefusal?) rethrows -> SpendRefusal? {
        undo.removeAll(keepingCapacity: true)
        guard let refusal = try step() else { return nil }
        for change in undo.reversed() {
            switch change {
            case .budget(let key, let entry): budgets[key] = entry
            case .bucket(let key, let entry): buckets[key] = entry
            }
        }
        return refusal
    }

    /// Writes what has changed.
    func write(_ db: Database) throws {
        for key in changedBudgets {
            guard let entry = budgets[key], entry.isChanged else { continue }
            try BudgetRows.store(db, entry.value)
            budgets[key]?.isChanged = false
        }
        for key in changedBuckets {
            guard let entry = buckets[key], entry.isChanged else { continue }
            try RateRows.store(db, key, entry.value)
            buckets[key]?.isChanged = false
        }
        changedBudgets.removeAll(keepingCapacity: true)
        changedBuckets.removeAll(keepingCapacity: true)
    }

    /// For whoever writes to the tables themselves, or after a transaction that did not last.
    func forget() {
        budgets.removeAll(keepingCapacity: true)
        buckets.removeAll(keepingCapacity: true)
        changedBudgets.removeAll(keepingCapacity: true)
        changedBuckets.removeAll(keepingCapacity: true)
    }
}
