import Approvals
import Decisions
import Foundation
import GRDB
import RepeatableRandomness
import Synchronization
import Testing

@testable import StateStoreSQLite

/// Calls that take of rates and budgets alone do so in memory, and the file follows. What a crash keeps from it is in the records.
@Suite struct SpendingBehindRecordsTests {
    let fixture: StateStoreFixture

    init() throws { fixture = try StateStoreFixture() }

    private func open(_ hooks: StateStoreHooks = StateStoreHooks()) async throws -> SQLiteStateStore {
        let store = try fixture.open(hooks: hooks)
        try await store.spendBehindRecords(now: fixture.start)
        return store
    }

    /// What the file says: charged by its budgets, and the sum of its charges.
    private func totals() throws -> [Int64] {
        try DatabaseQueue(path: fixture.path).read { db in
            try ["SELECT sum(charged) FROM budgets", "SELECT sum(amount) FROM all_charges"].map { sql in
                try Int64.fetchOne(db, sql: sql) ?? 0
            }
        }
    }

    /// Waits for what happens by itself, for half a minute at most.
    private func until(_ isSo: () throws -> Bool) async throws {
        for _ in 0..<3000 where try !isSo() { try await Task.sleep(for: .milliseconds(10)) }
    }

    private func spend(_ micros: Int64, of limit: Int64 = 1000, in store: SQLiteStateStore) async throws -> SpendOrder?
    {
        let order = fixture.order(charges: [try fixture.charge(micros, of: limit)])
        return try await store.spend(order).isCommitted ? order : nil
    }

    @Test func `a store that is closed has it all, and nothing can be missing`() async throws {
        let store = try await open()
        for _ in 0..<20 { #expect(try await spend(40, in: store) != nil) }
        #expect(try await store.spendingMayBeMissing() != nil)
        try await store.close()
        #expect(try totals() == [800, 800])
        let again = try fixture.open()
        #expect(try await again.spendingMayBeMissing() == nil)
        #expect(try await spend(201, in: again) == nil)
        #expect(try await spend(200, in: again) != nil)
    }

    @Test func `the file follows by itself`() async throws {
        let store = try await open()
        for _ in 0..<20 { #expect(try await spend(40, in: store) != nil) }
        try await until { try totals() == [800, 800] }
        #expect(try totals() == [800, 800])
    }

    @Test func `a write that fails is tried again by itself, with the rows that it had begun`() async throws {
        let failures = Mutex(0)
        let store = try await open(
            StateStoreHooks(beforeCommit: {
                let fails = failures.withLock { left in
                    defer { left = max(0, left - 1) }
                    return left > 0
                }
                if fails { throw StateStoreError(.write, "no space") }
            }))
        // Now the budget is on the books, and has no row.
        #expect(try await spend(1001, in: store) == nil)
        failures.withLock { $0 = 1 }
        #expect(try await spend(40, in: store) != nil)
        #expect(try totals() == [0, 0])
        try await until { try totals() == [40, 40] }
        #expect(try totals() == [40, 40])
        #expect(failures.withLock { $0 } == 0, "it did fail")
    }

    @Test func `the file says up to which record it has everything`() async throws {
        let store = try await open()
        let first = try #require(try await spend(40, in: store))
        store.confirm(first.decisionID)
        _ = try #require(try await spend(40, in: store))
        // Not on record.
        try await until { try totals() == [80, 80] }
        let mark = MissingSpending.Mark(
            decision: first.decisionID, since: fixture.start.advanced(bySeconds: -1))
        #expect(try await store.spendingMayBeMissing() == mark)
        #expect(try await store.unconfirmed().count == 1)
        try await store.spendBehindRecords(now: fixture.start)
        #expect(try await store.spendingMayBeMissing() == MissingSpending.Mark(decision: nil, since: fixture.start))
    }

    @Test
    func `decisions whose records were not known are asked for after a crash, and given back where there is none`()
        async throws
    {
        let isDead = Mutex(false)
        let store = try await open(
            StateStoreHooks(beforeCommit: { if isDead.withLock({ $0 }) { throw StateStoreError(.write, "dead") } }))
        var orders: [SpendOrder] = []
        for micros: Int64 in [100, 200, 300] { orders.append(try #require(try await spend(micros, in: store))) }
        try await until { try totals() == [600, 600] }
        store.confirm(orders[0].decisionID)
        // The next transaction knows of the first one's record.
        orders.append(try #require(try await spend(50, in: store)))
        try await until { try totals() == [650, 650] }
        try await store.release(orders[1].decisionID, now: fixture.start)
        isDead.withLock { $0 = true }

        let again = try fixture.open()
        #expect(try await again.unconfirmed() == [orders[2], orders[3]].map(\.decisionID).sorted())
        let released = try await again.recover(durable: [orders[3].decisionID], now: fixture.start)
        #expect(released == [orders[2].decisionID])
        #expect(try totals() == [150, 150])
        #expect(try await again.unconfirmed() == [])
        #expect(try await again.recover(durable: [], now: fixture.start) == [], "what is on record stays")
        #expect(try totals() == [150, 150])
    }

    @Test func `decisions without a record are known to a store that was closed`() async throws {
        let store = try await open()
        let recorded = try #require(try await spend(1, in: store))
        let open = try #require(try await spend(2, in: store))
        try await until { try totals() == [3, 3] }
        store.confirm(recorded.decisionID)
        try await store.close()
        let again = try fixture.open()
        #expect(try await again.spendingMayBeMissing() == nil)
        #expect(try await again.unconfirmed() == [open.decisionID])
    }

    @Test func `however many have no record, each is known`() async throws {
        let store = try await open()
        var orders: Set<DecisionID> = []
        for _ in 0..<OpenRecords.limit + 100 {
            orders.insert(try #require(try await spend(1, in: store)).decisionID)
        }
        let sum = Int64(orders.count)
        try await until { try totals() == [sum, sum] }
        #expect(try await Set(store.unconfirmed()) == orders)
        let marked = try await store.pool.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM effects WHERE confirmed = 0")
        }
        #expect(marked == 100, "the others are in the list")
        for order in orders { store.confirm(order) }
        try await store.writer.perform { _ in }
        #expect(try await store.unconfirmed() == [])
    }

    @Test func `charges are in their decision's row until one of them changes`() async throws {
        func rows() throws -> [Int] {
            try DatabaseQueue(path: fixture.path).read { db in
                try ["SELECT count(*) FROM charges", "SELECT count(*) FROM effects WHERE charges IS NOT NULL"].map {
                    try Int.fetchOne(db, sql: $0) ?? -1
                }
            }
        }
        let store = try await open()
        // Twice of the same budget, once so that nothing flows back.
        let order = fixture.order(charges: [
            try fixture.charge(100, of: 1000), try fixture.charge(40, of: 1000, isRefundable: false),
            try fixture.charge(7, of: 1000, key: fixture.budget(agent: "other")),
        ])
        #expect(try await store.spend(order).isCommitted)
        #expect(try await spend(3, in: store) != nil)
        try await until { try totals() == [150, 150] }
        #expect(try rows() == [0, 2])
        let report = ReportedCost.amount(try #require(MicroUnits(150)), currency: nil)
        let settlement = try await store.settle(
            order.decisionID, tenant: "acme", agent: "llm-agent", report: report, now: fixture.start,
            telling: { _ in [] })
        guard case .settled = settlement else {
            Issue.record("it was not settled: \(settlement)")
            return
        }
        #expect(try rows() == [2, 1])
        #expect(try totals()[0] == totals()[1])
        try await store.release(order.decisionID, now: fixture.start)
        #expect(try totals() == [3, 3])
        #expect(try rows() == [0, 1])
    }

    @Test(arguments: [
        "", "x", "null", "{}", "[]", "[1]", "[[1]]", #"[["x", 1, 1, 1]]"#, "[[1, -5, 1, 10]]", "[[1, 1e400, 1, 1]]",
        "[[999, 5, 1, 10]]",
    ])
    func `charges that somebody has damaged give nothing back, and stop no other settlement`(text: String) async throws
    {
        let store = try await open()
        let damaged = try #require(try await spend(100, in: store))
        let whole = try #require(try await spend(200, in: store))
        try await until { try charged() == 300 }
        try await store.pool.write { db in
            try db.execute(
                sql: "UPDATE effects SET charges = ? WHERE decision = ?", arguments: [text, damaged.decisionID.blob])
        }
        let report = ReportedCost.amount(try #require(MicroUnits(50)), currency: nil)
        @Sendable func settle(_ order: SpendOrder) async throws -> Settlement {
            try await store.settle(
                order.decisionID, tenant: "acme", agent: "llm-agent", report: report, now: fixture.start,
                telling: { _ in [] })
        }
        async let first = try? settle(damaged)
        async let second = settle(whole)
        if case .settled(let cost)? = await first { #expect(cost == SettledCost()) }
        guard case .settled(let cost) = try await second else {
            Issue.record("the other one was not settled")
            return
        }
        #expect(cost.returned.map(\.micros.value) == [150])
        #expect(try await spend(1, in: store) != nil)
        try await until { try charged() == 151 }
        #expect(try charged() == 151, "what the damaged one was charged stays charged")
    }

    private func charged() throws -> Int64 {
        try DatabaseQueue(path: fixture.path).read {
            try Int64.fetchOne($0, sql: "SELECT sum(charged) FROM budgets") ?? 0
        }
    }

    @Test func `a fault that lasts is tried once a second, however many ask`() async throws {
        let tries = Mutex(0)
        let isFull = Mutex(false)
        let store = try await open(
            StateStoreHooks(beforeBatch: {
                guard isFull.withLock({ $0 }) else { return }
                tries.withLock { $0 += 1 }
                throw StateStoreError(.write, "no space")
            }))
        #expect(try await spend(1, in: store) != nil)
        isFull.withLock { $0 = true }
        #expect(try await spend(1, in: store) != nil)
        try await until { store.writeFault != nil }
        let before = tries.withLock { $0 }
        for _ in 0..<1000 {
            let error = await #expect(throws: StateStoreError.self) { try await spend(1, in: store) }
            #expect(error?.code == .write)
        }
        #expect(tries.withLock { $0 } - before < 500, "none of a thousand calls tries by itself")
        // The tries go on, and their number does not grow with each.
        try await until { tries.withLock { $0 } >= before + 2 }
        isFull.withLock { $0 = false }
        try await until { store.writeFault == nil }
        #expect(try await spend(1, in: store) != nil)
    }

    @Test func `what is refused leaves nothing on the books to be written`() async throws {
        let store = try await open()
        let rate = SpendOrder.RateDraw(
            key: fixture.budget().counter, limit: try #require(RateLimit(milliCallsPerSecond: 0, burst: 3)))
        func call(_ micros: Int64) async throws -> Bool {
            try await store.spend(fixture.order(rates: [rate], charges: [try fixture.charge(micros, of: 10)]))
                .isCommitted
        }
        #expect(try await call(1))
        for _ in 0..<100 { #expect(try await !call(10)) }
        let page = store.lender.tearOut()
        #expect((page.spenders.count, page.budgets.count, page.buckets.count) == (0, 0, 0))
        #expect(try await call(2))
        #expect(try await call(3))
        #expect(try await !call(1), "the burst is used up")
    }

    @Test func `whoever only looks leaves the note that something may be missing`() async throws {
        let store = try await open()
        #expect(try await spend(40, in: store) != nil)
        try await fixture.open().close()
        #expect(
            try await store.spendingMayBeMissing()
                == MissingSpending.Mark(decision: nil, since: fixture.start.advanced(bySeconds: -1)))
    }

    @Test func `after a crash the records bring back what they say, once and whatever the limit`() async throws {
        let isDead = Mutex(false)
        let store = try await open(
            StateStoreHooks(beforeCommit: { if isDead.withLock({ $0 }) { throw StateStoreError(.write, "dead") } }))
        var orders: [SpendOrder] = []
        orders.append(try #require(try await spend(100, in: store)))
        isDead.withLock { $0 = true }
        orders.append(try #require(try await spend(200, in: store)))
        #expect(try totals() == [100, 100])

        let again = try fixture.open()
        #expect(try await again.spendingMayBeMissing() != nil)
        #expect(try await again.recover(durable: Set(orders.map(\.decisionID)), now: fixture.start) == [])
        #expect(try await again.restore((orders + orders).map(\.recorded)) == 1)
        #expect(try totals() == [300, 300])
        #expect(try await again.restore(orders.map(\.recorded)) == 0)
        #expect(try totals() == [300, 300])
        #expect(try await spend(701, in: again) == nil)
        // What was restored is like what was spent: it can be settled and given back.
        try await again.release(orders[1].decisionID, now: fixture.start)
        #expect(try totals() == [100, 100])
        let beyond = fixture.order(charges: [try fixture.charge(5000, of: 1000)])
        #expect(try await again.restore([beyond.recorded]) == 1)
        #expect(try totals() == [5100, 5100])
        #expect(try await spend(1, in: again) == nil)
    }

    @Test func `a shadow's charge and a budget without a row are restored, too`() async throws {
        let store = try await open()
        let order = fixture.order(
            charges: [try fixture.charge(3, of: 10, key: fixture.budget(agent: "a"))],
            shadowCharges: [try fixture.charge(4, of: 10, key: fixture.budget(books: .shadow))])
        #expect(try await store.restore([order.recorded]) == 1)
        #expect(try totals() == [7, 7])
        #expect(try await store.unconfirmed() == [], "it is on record")
    }

    @Test func `rates are drawn again from where the file has them`() async throws {
        let draw = SpendOrder.RateDraw(
            key: fixture.budget().counter, limit: try #require(RateLimit(milliCallsPerSecond: 1, burst: 5)))
        func order(_ second: Int64) -> SpendOrder {
            fixture.order(now: fixture.start.advanced(bySeconds: second), rates: [draw])
        }
        let orders = (0..<4).map { order(Int64($0)) }
        let store = try fixture.open()
        for order in orders.prefix(2) { #expect(try await store.spend(order).isCommitted) }
        try await store.close()
        let again = try fixture.open()
        // Two are in the file, two are missing, and one of five is left.
        #expect(try await again.restore(orders.map(\.recorded)) == 0)
        #expect(try await again.spend(order(4)).isCommitted)
        #expect(try await again.spend(order(4)).refusal != nil)
    }

    @Test func `what is more than counting is in the file when it is answered, with what was counted before`()
        async throws
    {
        let token = try await fixture.approved(in: try fixture.open())
        let claim = SpendOrder.IdempotencyClaim(key: "k1", fingerprint: [1])
        let kinds: [(String, (inout SpendOrder) -> Void)] = [
            ("a token", { $0.token = token }), ("a key", { $0.idempotency = claim }),
            (
                "an alert",
                { order in
                    let id = order.decisionID
                    order.telling = { _ in
                        [TrailEvent(.budget, key: "k", tenant: "acme", agent: "llm-agent", decisionID: id, detail: [:])]
                    }
                }
            ),
        ]
        var expected: Int64 = 0
        for (name, change) in kinds {
            let store = try await open()
            for _ in 0..<2 {
                #expect(try await spend(5, in: store) != nil)
                expected += 5
            }
            var order = fixture.order(charges: [try fixture.charge(7, of: 1000)])
            change(&order)
            #expect(try await store.spend(order).isCommitted)
            expected += 7
            #expect(try totals() == [expected, expected], "\(name)")
            try await store.close()
        }
    }

    @Test func `a key is for one call, in memory as well as in the file`() async throws {
        let store = try await open(StateStoreHooks(beforeBatch: { usleep(5_000) }))
        let claim = SpendOrder.IdempotencyClaim(key: "k1", fingerprint: [1])
        let outcomes = try await withThrowingTaskGroup(of: SpendResult.self) { group in
            for _ in 0..<40 {
                group.addTask { [fixture] in
                    try await store.spend(
                        fixture.order(charges: [try fixture.charge(7, of: 1000)], idempotency: claim))
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count(where: \.isCommitted) == 1)
        #expect(outcomes.count { $0.refusal == .idempotencyInFlight } == 39)
        #expect(try totals() == [7, 7])
    }

    @Test func `where the file cannot be written, calls are refused once that is known, and nothing is lost`()
        async throws
    {
        let isFull = Mutex(false)
        let store = try await open(
            StateStoreHooks(beforeCommit: { if isFull.withLock({ $0 }) { throw StateStoreError(.write, "no space") } }))
        #expect(try await spend(1, in: store) != nil)
        isFull.withLock { $0 = true }
        var taken: Int64 = 1
        do {
            while try await spend(1, in: store) != nil {
                taken += 1
                try await Task.sleep(for: .milliseconds(1))
            }
            Issue.record("the budget came to its end before the fault was known")
        } catch let error as StateStoreError {
            #expect(error.code == .write)
        }
        #expect(store.writeFault != nil)
        isFull.withLock { $0 = false }
        try await until { store.writeFault == nil }
        #expect(try await spend(1, in: store) != nil)
        try await store.close()
        #expect(try totals() == [taken + 1, taken + 1])
    }

    @Test func `too many decisions that wait for the file are refused`() async throws {
        let isHeld = Mutex(false)
        let gate = DispatchSemaphore(value: 0)
        let store = try SQLiteStateStore(
            path: fixture.path, waitingLimit: 3,
            hooks: StateStoreHooks(beforeBatch: { if isHeld.withLock({ $0 }) { gate.wait() } }))
        try await store.spendBehindRecords(now: fixture.start)
        #expect(try await spend(1, in: store) != nil)
        isHeld.withLock { $0 = true }
        var taken: Int64 = 1
        let error = await #expect(throws: StateStoreError.self) {
            while try await spend(1, in: store) != nil { taken += 1 }
        }
        #expect(error?.description == "too many decisions wait for the disk already [state.overloaded]")
        #expect(taken <= 1 + 3 + 3, "three on the page that is written and three on the next")
        isHeld.withLock { $0 = false }
        for _ in 0..<100 { gate.signal() }
        try await store.close()
        #expect(try totals() == [taken, taken])
    }

    @Test func `a settlement counts for the next call, which needs the file no more than before, and only if it lasts`()
        async throws
    {
        let isFull = Mutex(false)
        let store = try await open(
            StateStoreHooks(beforeCommit: { if isFull.withLock({ $0 }) { throw StateStoreError(.write, "no space") } }))
        func settle(_ order: SpendOrder, _ micros: Int64) async throws {
            let report = ReportedCost.amount(try #require(MicroUnits(micros)), currency: nil)
            _ = try await store.settle(
                order.decisionID, tenant: "acme", agent: "llm-agent", report: report, now: fixture.start,
                telling: { _ in [] })
        }
        var orders: [SpendOrder] = []
        for _ in 0..<3 { orders.append(try #require(try await spend(300, in: store))) }
        #expect(try await spend(101, in: store) == nil)
        try await settle(orders[0], 200)
        #expect(try totals() == [800, 800])
        isFull.withLock { $0 = true }
        let last = fixture.order(charges: [try fixture.charge(100, of: 1000)])
        #expect(
            try await store.spend(last)
                == SpendResult(outcome: .committed(SpendReceipt(remaining: [try #require(MicroUnits(100))]))))
        // This one would close the budget, and does not get into the file.
        await #expect(throws: StateStoreError.self) { try await settle(orders[1], 301) }
        isFull.withLock { $0 = false }
        try await store.writer.perform(GroupCommit.tryWriting)
        #expect(try await spend(1, in: store) != nil)
        try await store.release(last.decisionID, now: fixture.start)
        #expect(try totals() == [801, 801])
        try await settle(orders[1], 301)
        guard
            case .budget(_, _, let charged, _, closed: true)? = try await store.spend(
                fixture.order(charges: [try fixture.charge(1, of: 1000)])
            ).refusal
        else {
            Issue.record("the budget is not closed")
            return
        }
        #expect(charged.value == 802)
    }

    /// Calls, settlements, releases and other changes side by side, on a disk that fails now and then; then a crash.
    @Test(arguments: 0..<12 as Range<UInt64>)
    func `whatever runs beside it and fails, file and records together never lose or overspend`(seed: UInt64)
        async throws
    {
        let limit: Int64 = 3000
        let random = Mutex(SeededGenerator(seed: seed))
        let failures = Mutex(0)  // in eight commits
        let store = try await open(
            StateStoreHooks(beforeCommit: {
                let draw = random.withLock { Int.random(in: 0..<8, using: &$0) }
                if draw < failures.withLock({ $0 }) { throw StateStoreError(.write, "no space") }
            }))
        failures.withLock { $0 = 1 }
        let budgets = ["a", "b", "c"].map { fixture.budget(agent: $0) }
        let trail = Trail()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<16 {
                group.addTask { [fixture] in
                    var own = SeededGenerator(seed: seed << 8 | UInt64(task))
                    for _ in 0..<60 {
                        let price = Int64.random(in: 1...40, using: &own)
                        let keys = budgets.shuffled(using: &own).prefix(Int.random(in: 1...2, using: &own))
                        let charges = keys.compactMap { try? fixture.charge(price, of: limit, key: $0) }
                        var order = fixture.order(charges: charges)
                        if Int.random(in: 0..<10, using: &own) == 0 {
                            order.idempotency = .init(key: "\(order.decisionID)", fingerprint: [1])
                        }
                        guard (try? await store.spend(order))?.isCommitted == true else {
                            if store.writeFault != nil { try? await store.writer.perform(GroupCommit.tryWriting) }
                            continue
                        }
                        if Int.random(in: 0..<12, using: &own) == 0 {
                            // It could not be recorded.
                            if (try? await store.release(order.decisionID, now: fixture.start)) != nil { continue }
                            // Neither given back: as after a crash it has no record.
                            continue
                        }
                        trail.recorded.withLock { $0[order.decisionID] = order.recorded }
                        store.confirm(order.decisionID)
                        if Int.random(in: 0..<6, using: &own) == 0 {
                            let cost = price / 2
                            guard let report = MicroUnits(cost),
                                case .settled? = try? await store.settle(
                                    order.decisionID, tenant: "acme", agent: "llm-agent",
                                    report: .amount(report, currency: nil), now: fixture.start, telling: { _ in [] })
                            else { continue }
                            trail.settled.withLock { $0[order.decisionID] = cost }
                        }
                    }
                }
            }
        }
        failures.withLock { $0 = 8 }

        let again = try fixture.open()
        let known = trail.recorded.withLock { $0 }
        _ = try await again.recover(durable: Set(known.keys), now: fixture.start)
        _ = try await again.restore(known.values.sorted { $0.decisionID < $1.decisionID })
        let expected = known.reduce(into: [BudgetKey: Int64]()) { sums, entry in
            for charge in entry.value.spent.charges {
                sums[charge.key, default: 0] += trail.settled.withLock { $0[entry.key] } ?? charge.amount.value
            }
        }
        let rows = try await again.pool.read { db in
            try budgets.map { key in
                let row = try BudgetRows.row(db, key)
                let charges = try Int64.fetchOne(
                    db, sql: "SELECT sum(amount) FROM all_charges WHERE budget = ?", arguments: [row?.id ?? -1])
                return [row?.charged ?? 0, charges ?? 0]
            }
        }
        #expect(rows == budgets.map { [expected[$0] ?? 0, expected[$0] ?? 0] })
        #expect(rows.allSatisfy { $0[0] <= limit })
        #expect(expected.values.contains { $0 > limit / 2 }, "the budgets came near their ends")
    }
}

/// What is on record of a test's decisions.
private final class Trail: Sendable {
    let recorded = Mutex<[DecisionID: RecordedSpending]>([:])
    let settled = Mutex<[DecisionID: Int64]>([:])
}

extension SpendOrder {
    /// What its record tells where all of it was taken.
    fileprivate var recorded: RecordedSpending {
        RecordedSpending(
            decisionID: decisionID, tenant: tenant, agent: agent, at: now,
            spent: spent(isRefused: false, isShadowRefused: false))
    }
}
