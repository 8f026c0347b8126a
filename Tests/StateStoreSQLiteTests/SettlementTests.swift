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
        _ charges: [SpendOrder.BudgetCharge], shadow: [SpendOrder.BudgetCharge] = [], in other: SQLiteStateStore? = nil
    ) async throws -> SpendOrder {
        let order = fixture.order(charges: charges, shadowCharges: shadow)
        #expect(try await (other ?? store).spend(order).isCommitted)
        return order
    }

    private func settle(
        _ order: SpendOrder, _ micros: Int64?, _ currency: String? = nil, tenant: String = "acme",
        agent: String = "llm-agent", in other: SQLiteStateStore? = nil
    ) async throws -> Settlement {
        var report = ReportedCost.failed
        if let micros { report = .amount(try #require(MicroUnits(micros)), currency: currency) }
        return try await (other ?? store).settle(
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
        let enforced = try fixture.charge(1600, of: 9000, key: fixture.budget(agent: "other"))
        let quiet = try await spent([enforced], shadow: [shadow])
        guard case .settled(let none) = try await settle(quiet, 1600) else {
            Issue.record("it was not settled")
            return
        }
        #expect(none.shadowClosed.count == 1)
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

    /// A call, the reports that come about it, and what its budgets hold then. Amounts are of 1000.
    struct Story: Sendable, CustomTestStringConvertible {
        enum Answer { case settled, alreadySettled, unfit, nothingEnforced, unknown }

        var testDescription: String
        var enforced: [(micros: Int64, currency: String)] = []
        var shadow: [(micros: Int64, currency: String)]
        /// Without an amount: the call never took place.
        var reports: [(micros: Int64?, currency: String?)]
        var answers: [Answer]
        /// Of the enforced budgets, then of the shadow's; less than zero where they are closed.
        var left: [Int64]
    }

    static let stories: [Story] = [
        Story(
            testDescription: "a settled call that is said to have failed, with a shadow budget in euros",
            enforced: [(900, "USD")], shadow: [(500, "EUR")], reports: [(420, "USD"), (nil, nil)],
            answers: [.settled, .alreadySettled], left: [420, 500]),
        Story(
            testDescription: "a settled call that is reported in other currencies",
            enforced: [(900, "USD")], shadow: [(500, "EUR")], reports: [(420, nil), (300, "EUR"), (1, "GBP")],
            answers: [.settled, .alreadySettled, .alreadySettled], left: [420, 500]),
        Story(
            testDescription: "a report in the shadow's currency first",
            enforced: [(900, "USD")], shadow: [(500, "EUR")], reports: [(300, "EUR"), (420, "USD")],
            answers: [.unfit, .settled], left: [420, 500]),
        Story(
            testDescription: "a shadow budget in the same currency, and retries",
            enforced: [(900, "USD")], shadow: [(700, "USD")], reports: [(400, "USD"), (400, "USD"), (nil, nil)],
            answers: [.settled, .alreadySettled, .alreadySettled], left: [400, 400]),
        Story(
            testDescription: "more than the shadow had reserved",
            enforced: [(900, "USD")], shadow: [(100, "USD")], reports: [(400, "USD"), (400, "USD")],
            answers: [.settled, .alreadySettled], left: [400, -400]),
        Story(
            testDescription: "a call that never took place, and retries",
            enforced: [(900, "USD")], shadow: [(700, "USD"), (500, "EUR")],
            reports: [(nil, nil), (nil, nil), (1, "USD")],
            answers: [.settled, .alreadySettled, .alreadySettled], left: [0, 0, 0]),
        Story(
            testDescription: "what is left of a call in two currencies never took place",
            enforced: [(900, "USD"), (5, "XTS")], shadow: [(500, "EUR")],
            reports: [(420, "USD"), (nil, nil), (nil, nil)],
            answers: [.settled, .settled, .alreadySettled], left: [420, 0, 0]),
        Story(
            testDescription: "budgets without a currency, of which the shadow's counts something else",
            enforced: [(2, "")], shadow: [(700, ""), (2, "")], reports: [(1, nil), (1, nil)],
            answers: [.settled, .alreadySettled], left: [1, 700, 1]),
        Story(
            testDescription: "a shadow budget alone, and retries",
            shadow: [(900, "USD")], reports: [(420, "USD"), (420, nil), (nil, nil)],
            answers: [.nothingEnforced, .nothingEnforced, .nothingEnforced], left: [420]),
        Story(
            testDescription: "a shadow budget alone, that the report does not fit",
            shadow: [(900, "USD")], reports: [(420, "EUR")], answers: [.nothingEnforced], left: [900]),
        Story(
            testDescription: "a shadow budget alone, for a call that never took place, and retries",
            shadow: [(900, "USD")], reports: [(nil, nil), (nil, nil), (5, "USD")],
            answers: [.nothingEnforced, .nothingEnforced, .nothingEnforced], left: [0]),
        Story(
            testDescription: "a shadow budget alone, for a call that cost more",
            shadow: [(300, "USD")], reports: [(420, "USD"), (420, "USD")],
            answers: [.nothingEnforced, .nothingEnforced], left: [-420]),
        Story(
            testDescription: "shadow budgets alone, in two currencies",
            shadow: [(900, "USD"), (500, "EUR")], reports: [(420, nil), (420, "USD"), (300, "EUR"), (nil, nil)],
            answers: [.nothingEnforced, .nothingEnforced, .nothingEnforced, .nothingEnforced], left: [420, 300]),
        Story(
            testDescription: "shadow budgets alone, that count different things",
            shadow: [(1, ""), (700, "")], reports: [(400, nil)], answers: [.nothingEnforced], left: [1, 700]),
    ]

    /// The same call, without the shadow's charges, is the measure.
    @Test(arguments: stories)
    func `a report is answered as if shadow policies charged nothing`(story: Story) async throws {
        let elsewhere = try StateStoreFixture()
        defer { withExtendedLifetime(elsewhere) {} }
        let plainStore = try elsewhere.open()
        let enforced = try charges(story.enforced, .enforced)
        let shadow = try charges(story.shadow, .shadow)
        let order = try await spent(enforced, shadow: shadow)
        let plain = try await spent(enforced, in: plainStore)
        store.confirm(order.decisionID)
        plainStore.confirm(plain.decisionID)
        for ((micros, currency), answer) in zip(story.reports, story.answers) {
            let settlement = try await settle(order, micros, currency)
            let measure = try await settle(plain, micros, currency, in: plainStore)
            #expect(Self.answer(settlement) == answer)
            if answer != .nothingEnforced {
                #expect(Self.withoutShadow(settlement) == measure)
            } else {
                #expect(measure == .unknown)
            }
        }
        var left: [Int64] = []
        for charge in enforced + shadow { left.append(try #require(try await charged(charge.key))) }
        #expect(left == story.left)
        let told = try await store.untold(of: order.decisionID, limit: 10).count
        #expect(told == story.answers.count { $0 == .settled })
        #expect(try await plainStore.untold(of: plain.decisionID, limit: 10).count == told)
    }

    private func charges(
        _ list: [(micros: Int64, currency: String)], _ books: StateBooks
    ) throws -> [SpendOrder.BudgetCharge] {
        try list.enumerated().map { place, one in
            try fixture.charge(
                one.micros, of: 1000,
                key: fixture.budget(books: books, currency: one.currency, policy: "budget-\(place)"))
        }
    }

    /// What is on record of closed shadow windows is no part of the answer.
    private static func withoutShadow(_ settlement: Settlement) -> Settlement {
        guard case .settled(var cost) = settlement else { return settlement }
        cost.shadowClosed = []
        return .settled(cost)
    }

    private static func answer(_ settlement: Settlement) -> Story.Answer {
        switch settlement {
        case .settled: .settled
        case .alreadySettled: .alreadySettled
        case .unfit: .unfit
        case .nothingEnforced: .nothingEnforced
        case .unknown: .unknown
        }
    }

    @Test(arguments: ["nothing", "a key", "a token"], [false, true])
    func `a call that is charged nothing has something to settle only where it has redeemed a token`(
        brings: String, isShadowed: Bool
    ) async throws {
        let shadow = fixture.budget(books: .shadow)
        let charge = try fixture.charge(900, of: 1000, key: shadow)
        var order = fixture.order(shadowCharges: isShadowed ? [charge] : [])
        if brings == "a key" { order.idempotency = SpendOrder.IdempotencyClaim(key: "k1", fingerprint: [1]) }
        if brings == "a token" { order.token = try await fixture.approved(in: store) }
        #expect(try await store.spend(order).isCommitted)
        let isRedeemed = brings == "a token"
        #expect(
            try await settle(order, 420, "USD")
                == (isRedeemed
                    ? .settled(SettledCost()) : brings == "nothing" && !isShadowed ? .unknown : .nothingEnforced))
        #expect(
            try await settle(order, nil)
                == (isRedeemed ? .alreadySettled : brings == "nothing" && !isShadowed ? .unknown : .nothingEnforced))
        #expect(try await charged(shadow) == (isShadowed ? 420 : 0))
    }

    @Test func `what a shadow's charge came to is given back with its decision, once`() async throws {
        let shadow = fixture.budget(books: .shadow)
        let stays = try await spent([], shadow: [try fixture.charge(10, of: 1000, key: shadow)])
        let order = try await spent([], shadow: [try fixture.charge(900, of: 1000, key: shadow)])
        #expect(try await settle(order, 420, agent: "other") == .unknown)
        #expect(try await charged(shadow) == 910, "it is another agent's")
        #expect(try await settle(order, 420) == .nothingEnforced)
        #expect(try await charged(shadow) == 430)
        for _ in 0..<2 { try await store.release(order.decisionID, now: fixture.start) }
        #expect(try await settle(order, nil) == .unknown)
        #expect(try await charged(shadow) == 10)
        #expect(try await settle(stays, nil) == .nothingEnforced)
        #expect(try await charged(shadow) == 0)
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
