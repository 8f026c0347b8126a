import Approvals
import Decisions
import StateStoreSQLite
import Testing

/// What a call did cost takes the place of what was reserved for it, in its currency and no other.
@Suite struct SettlementTests {
    let fixture: StateStoreFixture
    let store: SQLiteStateStore

    init() throws {
        fixture = try StateStoreFixture()
        store = try fixture.open()
    }

    private func spent(
        _ charges: [SpendOrder.BudgetCharge], shadow: [SpendOrder.BudgetCharge] = []
    ) async throws -> SpendOrder {
        let order = fixture.order(charges: charges, shadowCharges: shadow)
        #expect(try await store.spend(order).isCommitted)
        return order
    }

    private func settle(
        _ order: SpendOrder, _ micros: Int64?, _ currency: String? = nil, tenant: String = "acme",
        agent: String = "llm-agent"
    ) async throws -> Settlement {
        var report = ReportedCost.failed
        if let micros { report = .amount(try #require(MicroUnits(micros)), currency: currency) }
        return try await store.settle(
            order.decisionID, tenant: tenant, agent: agent, report: report, now: fixture.start
        ) { _ in
            [
                TrailEvent(
                    .budget, key: "\(order.decisionID)/\(currency ?? "")", tenant: tenant, agent: agent,
                    decisionID: order.decisionID, detail: ["event": "settled"])
            ]
        }
    }

    private func settled(
        returned: [(Int64, String)] = [], excess: [(Int64, String)] = [], withheld: [(Int64, String)] = [],
        closed: [BudgetKey] = [], shadowClosed: [BudgetKey] = []
    ) throws -> Settlement {
        func amounts(_ list: [(Int64, String)]) throws -> [SettledCost.Amount] {
            try list.map { SettledCost.Amount(try #require(MicroUnits($0.0)), $0.1) }
        }
        var cost = SettledCost()
        cost.returned = try amounts(returned)
        cost.excess = try amounts(excess)
        cost.withheld = try amounts(withheld)
        cost.closed = closed
        cost.shadowClosed = shadowClosed
        return .settled(cost)
    }

    @Test func `a settlement that takes a budget past a mark tells of the highest`() async throws {
        let order = try await spent([try fixture.charge(100, of: 1000)])
        guard case .settled(let cost) = try await settle(order, 1600) else {
            Issue.record("it was not settled")
            return
        }
        #expect(cost.alerts.map(\.percent) == [100])
        #expect(cost.alerts.first?.charged == MicroUnits(1600))
        #expect(cost.alerts.first?.limit == MicroUnits(1000))
        let shadow = try fixture.charge(100, of: 1000, key: fixture.budget(books: .shadow, agent: "other"))
        let quiet = try await spent([], shadow: [shadow])
        guard case .settled(let none) = try await settle(quiet, 1600) else { return }
        #expect(none.alerts.isEmpty)
    }

    /// What a budget holds: one more than is left is refused, and says so.
    private func charged(_ key: BudgetKey) async throws -> Int64? {
        let over = try await store.spend(fixture.order(charges: [try fixture.charge(1_000_000, of: 999_999, key: key)]))
        guard case .budget(_, _, let charged, _, let isClosed)? = over.refusal else { return nil }
        return isClosed ? -charged.value : charged.value
    }

    @Test func `settling returns the rest of a reservation once`() async throws {
        let order = try await spent([try fixture.charge(1000, of: 1000)])
        #expect(try await settle(order, 400, tenant: "globex") == .unknown)
        #expect(try await settle(order, 400, agent: "other") == .unknown)
        #expect(try await settle(order, 400) == settled(returned: [(600, "USD")]))
        #expect(try await settle(order, 400) == .alreadySettled)
        #expect(try await charged(fixture.budget()) == 400)
    }

    @Test func `a call that cost more than reserved closes the window`() async throws {
        let order = try await spent([try fixture.charge(100, of: 1000)])
        #expect(try await settle(order, 150) == settled(excess: [(50, "USD")], closed: [fixture.budget()]))
        #expect(try await charged(fixture.budget()) == -150)
    }

    @Test func `each currency is settled by itself`() async throws {
        let euros = fixture.budget(currency: "EUR", policy: "euro-budget")
        let order = try await spent([
            try fixture.charge(900, of: 1000), try fixture.charge(500, of: 1000, key: euros),
        ])
        #expect(try await settle(order, 400) == .unfit(.severalCurrencies(["EUR", "USD"])))
        #expect(try await settle(order, 400, "GBP") == .unfit(.otherCurrency(["EUR", "USD"])))
        #expect(try await settle(order, 400, "USD") == settled(returned: [(500, "USD")]))
        #expect(try await charged(euros) == 500)
        #expect(try await settle(order, 1, "USD") == .alreadySettled)
        #expect(try await settle(order, 501, "EUR") == settled(excess: [(1, "EUR")], closed: [euros]))
        #expect(try await settle(order, nil) == .alreadySettled)
        #expect(try await charged(fixture.budget()) == 400)
    }

    @Test func `a call that never took place costs nothing in any currency`() async throws {
        let euros = fixture.budget(currency: "EUR", policy: "euro-budget")
        let order = try await spent([
            try fixture.charge(900, of: 1000), try fixture.charge(500, of: 1000, key: euros),
        ])
        #expect(try await settle(order, nil) == settled(returned: [(900, "USD"), (500, "EUR")]))
        #expect(try await charged(euros) == 0)
        #expect(try await charged(fixture.budget()) == 0)
    }

    @Test func `budgets of one currency are settled together, whatever each reserved`() async throws {
        let month = fixture.budget(window: .month, windowStart: 1_793_491_200)
        let order = try await spent([try fixture.charge(500, of: 1000), try fixture.charge(700, of: 1000, key: month)])
        #expect(try await settle(order, 400) == settled(returned: [(300, "USD")]))
        #expect(try await charged(month) == 400)
    }

    @Test func `budgets without a currency that reserved different amounts are left as they are`() async throws {
        let calls = fixture.budget(currency: "", policy: "calls")
        let tokens = fixture.budget(currency: "", policy: "tokens")
        let order = try await spent([
            try fixture.charge(1, of: 1000, key: calls), try fixture.charge(700, of: 1000, key: tokens),
        ])
        #expect(try await settle(order, 400) == .unfit(.differentUnits))
        #expect(try await charged(tokens) == 700)
        #expect(try await settle(order, nil) == settled(returned: [(700, "")]))
    }

    @Test func `shadow books follow along, close for themselves, and change no answer`() async throws {
        let shadow = fixture.budget(books: .shadow)
        let euros = fixture.budget(books: .shadow, currency: "EUR", policy: "euro-budget")
        let order = try await spent(
            [try fixture.charge(500, of: 1000)],
            shadow: [try fixture.charge(100, of: 1000, key: shadow), try fixture.charge(200, of: 1000, key: euros)])
        #expect(try await settle(order, 400) == settled(returned: [(100, "USD")], shadowClosed: [shadow]))
        #expect(try await charged(fixture.budget()) == 400)
        #expect(try await charged(shadow) == -400)
        #expect(try await charged(euros) == 200)
    }

    @Test(arguments: [(300, 500, 200), (nil, 500, 500), (500, 500, 0)] as [(Int64?, Int64, Int64)])
    func `what a policy does not refund stays charged`(reported: Int64?, charged: Int64, withheld: Int64) async throws {
        let order = try await spent([try fixture.charge(500, of: 1000, isRefundable: false)])
        #expect(
            try await settle(order, reported)
                == settled(returned: [(0, "USD")], withheld: withheld > 0 ? [(withheld, "USD")] : []))
        #expect(try await self.charged(fixture.budget()) == charged)
        let more = try await spent([try fixture.charge(100, of: 1000, isRefundable: false)])
        #expect(try await settle(more, 150) == settled(excess: [(50, "USD")], closed: [fixture.budget()]))
    }

    @Test func `a settlement is kept for the trail until it has been told`() async throws {
        let order = try await spent([try fixture.charge(1000, of: 1000)])
        store.confirm(order.decisionID)
        _ = try await settle(order, 400)
        let kept = try await store.untold(of: nil, limit: 10)
        #expect(kept.map(\.detail) == [["event": "settled"]])
        try await store.close()
        let reopened = try fixture.open()
        #expect(try await reopened.untold(of: order.decisionID, limit: 10) == kept)
        reopened.markTold(kept.map(\.key))
        #expect(try await reopened.untold(of: nil, limit: 10) == [])
        try await reopened.close()
        #expect(try await fixture.open().untold(of: nil, limit: 10) == [])
    }

    @Test func `a released decision takes its events along`() async throws {
        var order = fixture.order(charges: [try fixture.charge(1000, of: 1000)])
        let id = order.decisionID
        order.telling = { _ in
            [TrailEvent(.budget, key: "\(id)/alert/0", tenant: "acme", agent: "a", decisionID: id, detail: [:])]
        }
        _ = try await store.spend(order)
        #expect(try await store.untold(of: nil, limit: 10) == [], "the decision has no record yet")
        store.confirm(id)
        #expect(try await store.untold(of: nil, limit: 10).count == 1)
        try await store.release(id, now: fixture.start)
        #expect(try await store.untold(of: nil, limit: 10) == [])
    }
}
