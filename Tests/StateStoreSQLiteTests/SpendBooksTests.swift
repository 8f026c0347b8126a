import Approvals
import Decisions
import Foundation
import GRDB
import Synchronization
import Testing

@testable import StateStoreSQLite

/// Budgets and rates are kept in memory between calls, and never come to anything else than in the file.
@Suite struct SpendBooksTests {
    let fixture: StateStoreFixture

    init() throws { fixture = try StateStoreFixture() }

    /// What the file says: charged by its budgets, and the sum of its charges.
    private func totals() throws -> [Int64] {
        try DatabaseQueue(path: fixture.path).read { db in
            try ["SELECT sum(charged) FROM budgets", "SELECT sum(amount) FROM all_charges"].map { sql in
                try Int64.fetchOne(db, sql: sql) ?? 0
            }
        }
    }

    private func spend(_ micros: Int64, of limit: Int64, in store: SQLiteStateStore) async throws -> SpendResult {
        try await store.spend(fixture.order(charges: [try fixture.charge(micros, of: limit)]))
    }

    @Test func `what is given back between calls counts for the next`() async throws {
        let store = try fixture.open()
        let order = fixture.order(charges: [try fixture.charge(10, of: 10)])
        #expect(try await store.spend(order).isCommitted)
        #expect(try await !spend(1, of: 10, in: store).isCommitted)
        try await store.release(order.decisionID, now: fixture.start)
        #expect(try await spend(4, of: 10, in: store).isCommitted)
        #expect(try await !spend(7, of: 10, in: store).isCommitted)
        #expect(try totals() == [4, 4])
    }

    @Test func `a call that is refused takes nothing from the rates that let it pass`() async throws {
        let store = try fixture.open()
        let rate = SpendOrder.RateDraw(
            key: fixture.budget().counter, limit: try #require(RateLimit(milliCallsPerSecond: 0, burst: 3)))
        func call(_ micros: Int64) async throws -> Bool {
            try await store.spend(fixture.order(rates: [rate], charges: [try fixture.charge(micros, of: 10)]))
                .isCommitted
        }
        for micros: Int64 in [1, 20, 2, 20, 20, 3] { #expect(try await call(micros) == (micros < 20), "\(micros)") }
        #expect(try await !call(1), "the burst is used up")
        #expect(try totals() == [6, 6])
    }

    @Test(arguments: [1, 2, 3])
    func `changes that fail undo themselves alone, whatever they share a transaction with`(every: Int) async throws {
        // Slow, so that many wait for the same transaction.
        let store = try fixture.open(hooks: StateStoreHooks(beforeBatch: { usleep(5_000) }))
        let isBad: @Sendable (Int) -> Bool = { $0 % (every + 1) == 0 }
        let committed = await withTaskGroup(of: Int?.self) { group in
            for number in 0..<120 {
                group.addTask { [fixture] in
                    // A fingerprint that cannot be kept fails behind the charge.
                    let claim = SpendOrder.IdempotencyClaim(
                        key: "k\(number)", fingerprint: Array(repeating: 1, count: isBad(number) ? 300 : 32))
                    guard let charge = try? fixture.charge(10, of: 500) else { return nil }
                    let order = fixture.order(charges: [charge], idempotency: claim)
                    return try? await store.spend(order).isCommitted ? number : nil
                }
            }
            return await group.reduce(into: [Int]()) { committed, number in committed += number.map { [$0] } ?? [] }
        }
        #expect(committed.count == 50 && !committed.contains(where: isBad), "\(committed)")
        #expect(try totals() == [500, 500])
    }

    @Test func `a call that is refused leaves no row`() async throws {
        let store = try fixture.open()
        let order = fixture.order(
            charges: [
                try fixture.charge(1, of: 10), try fixture.charge(20, of: 10, key: fixture.budget(window: .month)),
            ])
        #expect(try await !store.spend(order).isCommitted)
        let rows = try await store.pool.read { db in
            try ["budgets", "charges", "effects", "rates"].map {
                try Int.fetchOne(db, sql: "SELECT count(*) FROM \($0)")
            }
        }
        #expect(rows == [0, 0, 0, 0])
        #expect(try await spend(1, of: 10, in: store).isCommitted)
        #expect(try totals() == [1, 1])
    }

    @Test func `a transaction that does not last leaves the books as the file has them`() async throws {
        let commits = Counter()
        let store = try fixture.open(
            hooks: StateStoreHooks(beforeCommit: {
                if commits.next().isMultiple(of: 2) { throw StateStoreError(.write, "no space") }
            }))
        var committed: Int64 = 0
        for _ in 0..<10 where try await (try? spend(10, of: 1000, in: store))?.isCommitted == true { committed += 10 }
        #expect(committed == 50)
        #expect(try totals() == [50, 50])
    }
}

private final class Counter: Sendable {
    private let count = Atomic(0)
    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}
