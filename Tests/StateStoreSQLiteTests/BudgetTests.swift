import Approvals
import Decisions
import StateStoreSQLite
import Testing

@Suite struct BudgetTests {
    let fixture: StateStoreFixture

    init() throws { fixture = try StateStoreFixture() }

    @Test func `sixty-four callers never overspend by one micro-unit`() async throws {
        let store = try fixture.open()
        let limit: Int64 = 20_000_000
        let amount: Int64 = 300_007
        let committed = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<64 {
                group.addTask { [fixture] in
                    var count = 0
                    for _ in 0..<8 {
                        let order = fixture.order(charges: [try fixture.charge(amount, of: limit)])
                        if try await store.spend(order).isCommitted { count += 1 }
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(committed == Int(limit / amount))
        let rest = limit - Int64(committed) * amount
        let last = try await store.spend(fixture.order(charges: [try fixture.charge(rest, of: limit)]))
        #expect(last.outcome == .committed(SpendReceipt(remaining: [.zero])))
        let over = try await store.spend(fixture.order(charges: [try fixture.charge(1, of: limit)]))
        #expect(
            over.refusal
                == .budget(
                    fixture.budget(), limit: try #require(MicroUnits(limit)), charged: try #require(MicroUnits(limit)),
                    asked: try #require(MicroUnits(1)), closed: false))
    }

    @Test func `a second budget that refuses leaves the first one untouched`() async throws {
        let store = try fixture.open()
        let month = fixture.budget(window: .month, windowStart: 1_793_491_200)
        let refused = try await store.spend(
            fixture.order(charges: [try fixture.charge(600, of: 1000), try fixture.charge(600, of: 500, key: month)]))
        #expect(refused.refusal != nil)
        let whole = try await store.spend(fixture.order(charges: [try fixture.charge(1000, of: 1000)]))
        #expect(whole.isCommitted)
    }

    @Test func `what was charged survives a restart`() async throws {
        let first = try fixture.open()
        _ = try await first.spend(fixture.order(charges: [try fixture.charge(900, of: 1000)]))
        try await first.close()
        let second = try fixture.open()
        let refused = try await second.spend(fixture.order(charges: [try fixture.charge(101, of: 1000)]))
        #expect(refused.refusal != nil)
        let fits = try await second.spend(fixture.order(charges: [try fixture.charge(100, of: 1000)]))
        #expect(fits.isCommitted)
    }

    @Test func `tenants, agents, windows and shadow books are counted apart`() async throws {
        let store = try fixture.open()
        let keys = [
            fixture.budget(), fixture.budget(tenant: "globex"), fixture.budget(agent: "other-agent"),
            fixture.budget(windowStart: 1_795_478_400), fixture.budget(books: .shadow),
        ]
        for key in keys {
            let order = fixture.order(charges: [try fixture.charge(1000, of: 1000, key: key)])
            #expect(try await store.spend(order).isCommitted)
        }
    }

    @Test func `recovery releases what has no durable record and keeps the rest`() async throws {
        let store = try fixture.open()
        let kept = fixture.order(charges: [try fixture.charge(300, of: 1000)])
        let lost = fixture.order(
            now: fixture.start.advanced(bySeconds: 1), charges: [try fixture.charge(700, of: 1000)])
        _ = try await store.spend(kept)
        _ = try await store.spend(lost)
        try await store.close()
        let reopened = try fixture.open()
        #expect(try await reopened.unconfirmed() == [kept.decisionID, lost.decisionID])
        let released = try await reopened.recover(durable: [kept.decisionID], now: fixture.start)
        #expect(released == [lost.decisionID])
        #expect(try await reopened.unconfirmed() == [])
        #expect(
            try await reopened.spend(fixture.order(charges: [try fixture.charge(700, of: 1000)])).outcome
                == .committed(SpendReceipt(remaining: [.zero])))
    }

    @Test func `a confirmed decision is not asked about again`() async throws {
        let store = try fixture.open()
        let order = fixture.order(charges: [try fixture.charge(300, of: 1000)])
        _ = try await store.spend(order)
        store.confirm(order.decisionID)
        try await store.close()
        #expect(try await fixture.open().unconfirmed() == [])
    }

    @Test func `shadow charges stand whatever becomes of the enforced ones`() async throws {
        let store = try fixture.open()
        let shadow = fixture.budget(books: .shadow)
        let result = try await store.spend(
            fixture.order(
                charges: [try fixture.charge(2000, of: 1000)],
                shadowCharges: [try fixture.charge(800, of: 1000, key: shadow)]))
        #expect(result.refusal != nil)
        #expect(result.shadowRefusal == nil)
        let next = try await store.spend(
            fixture.order(
                charges: [try fixture.charge(1000, of: 1000)],
                shadowCharges: [try fixture.charge(800, of: 1000, key: shadow)]))
        #expect(next.isCommitted)
        #expect(next.shadowRefusal != nil)
    }

    @Test(arguments: [
        ("0.25", 250_000), ("20", 20_000_000), ("0.0000001", 1), ("1e-7", 1), ("0.0000000", 0),
        ("1.0000001", 1_000_001),
        ("1E3", 1_000_000_000), ("12.345678", 12_345_678), ("0e999999", 0), ("9223372036854.775807", Int.max),
        ("1e-999999999", 1),
    ])
    func `a cost is rounded up to the micro-unit`(literal: String, micros: Int) {
        #expect(MicroUnits(roundingUp: literal.utf8)?.value == Int64(micros))
    }

    @Test(arguments: ["-1", "", "abc", "1e", "9223372036854.775808", "1e14", "1e-99999999999", "NaN", "1e999999999999"])
    func `what is no amount is refused`(literal: String) {
        #expect(MicroUnits(roundingUp: literal.utf8) == nil)
    }
}
