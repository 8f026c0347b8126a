import Approvals
import Decisions
import Foundation
import GRDB
import StateStoreSQLite
import Testing

/// What can no longer matter goes, and nothing else.
@Suite struct PruningTests {
    let fixture: StateStoreFixture
    let store: SQLiteStateStore

    init() throws {
        fixture = try StateStoreFixture()
        store = try fixture.open()
    }

    private func prune(afterDays days: Int64) async throws -> Int {
        var pass = StatePruning()
        for _ in 0..<1000 where !pass.isDone {
            pass = try await store.prune(pass, now: fixture.start.advanced(bySeconds: days * 24 * 3600))
        }
        #expect(pass.isDone)
        return pass.removed
    }

    private func rows(_ table: String) throws -> Int {
        try DatabaseQueue(path: fixture.path).read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? -1
        }
    }

    private func key(_ scope: SpendScope, _ subject: String, _ window: BudgetWindow) -> BudgetKey {
        BudgetKey(
            counter: CounterKey(
                tenant: "acme", books: .enforced, policy: "p", rule: "r", scope: scope, subject: subject),
            window: window, windowStart: window == .total ? 0 : 1_795_392_000, currency: "USD")
    }

    private func spend(_ key: BudgetKey, claim: String? = nil, confirmed: Bool = true) async throws -> SpendOrder {
        let order = fixture.order(
            charges: [try fixture.charge(1, of: 1000, key: key)],
            idempotency: claim.map { .init(key: $0, fingerprint: [1]) })
        #expect(try await store.spend(order).isCommitted)
        if confirmed { store.confirm(order.decisionID) }
        return order
    }

    @Test func `decisions go after their time, with their charges and answers, and windows that are over`() async throws
    {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<1200 {
                group.addTask { _ = try await spend(key(.agent, "a\(number % 3)", .day), claim: "c\(number)") }
            }
            try await group.waitForAll()
        }
        _ = try await spend(key(.agent, "m", .month))
        #expect(try await prune(afterDays: 1) == 0)
        #expect(try await prune(afterDays: 2) == 1200, "an answer stands for a day")
        #expect(try rows("answers") == 0)
        #expect(try await prune(afterDays: 34) == 0)
        // The month has ended only just.
        #expect(try await prune(afterDays: 38) == 1200 + 1 + 3)
        #expect(try rows("effects") == 0 && rows("all_charges") == 0 && rows("answers") == 0)
        #expect(try await prune(afterDays: 38) == 0)
        #expect(try rows("budgets") == 1)
        #expect(try await prune(afterDays: 70) == 1)
    }

    @Test func `a stage that always has more holds up no other`() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<1200 {
                group.addTask { _ = try await spend(key(.agent, "a\(number % 3)", .day), claim: "c\(number)") }
            }
            try await group.waitForAll()
        }
        let limit = try #require(RateLimit(milliCallsPerSecond: 0, burst: 1))
        let draw = SpendOrder.RateDraw(key: key(.session, "s", .day).counter, limit: limit)
        _ = try await store.spend(fixture.order(rates: [draw]))
        var pass = StatePruning()
        for _ in 0..<5 {
            pass = try await store.prune(pass, now: fixture.start.advanced(bySeconds: 38 * 24 * 3600))
        }
        #expect(try rows("rates") == 0)
        #expect(try rows("effects") > 0 && !pass.isDone)
    }

    @Test func `what may still be given back stays`() async throws {
        let order = try await spend(key(.agent, "a", .day), confirmed: false)
        #expect(try await prune(afterDays: 400) == 0)
        try await store.release(order.decisionID, now: fixture.start)
        #expect(try await prune(afterDays: 400) == 1)
    }

    @Test func `a total stays for ever, but for a session that has long been quiet`() async throws {
        let (agent, session) = (key(.agent, "a", .total), key(.session, "s", .total))
        _ = try await spend(agent)
        _ = try await spend(session)
        #expect(try await prune(afterDays: 34) == 0)
        #expect(try await prune(afterDays: 400) == 3)
        #expect(try rows("budgets") == 1)
        let again = try await store.spend(fixture.order(charges: [try fixture.charge(1000, of: 1000, key: agent)]))
        #expect(again.refusal != nil)
    }

    @Test func `rates of sessions go when they are quiet, others stay`() async throws {
        let limit = try #require(RateLimit(milliCallsPerSecond: 0, burst: 1))
        func draw(_ scope: SpendScope, _ subject: String) -> SpendOrder.RateDraw {
            .init(key: key(scope, subject, .day).counter, limit: limit)
        }
        _ = try await store.spend(fixture.order(rates: (0..<700).map { draw(.session, "s\($0)") }))
        _ = try await store.spend(fixture.order(rates: [draw(.agent, "a")]))
        #expect(try await prune(afterDays: 7) == 0)
        #expect(try await prune(afterDays: 8) == 700)
        #expect(try await store.spend(fixture.order(rates: [draw(.agent, "a")])).refusal != nil)
    }

    @Test func `ended approvals go a season later, pending ones and those with news to tell do not`() async throws {
        func create(_ digest: String) async throws -> Approval {
            guard
                case .created(let approval) = try await store.request(
                    fixture.draft(digest: digest), caps: ApprovalCaps(pending: 10), now: fixture.start)
            else { throw ApprovalError(.notFound, "the approval was not created") }
            return approval
        }
        let (ended, _) = (try await create("ended"), try await create("pending"))
        _ = try await store.update(ended.id, tenant: "acme") { [fixture] approval in
            try approval.deny(by: Approver(tenant: "acme", name: "jane", roles: []), comment: nil, now: fixture.start)
        }
        #expect(try await prune(afterDays: 400) == 0)
        for delivery in try await store.deliveries(of: ended.id) {
            try await store.finish(delivery.key, result: nil, adding: [], now: fixture.start)
        }
        #expect(try await prune(afterDays: 90) == 0)
        #expect(try await prune(afterDays: 92) == 1)
        #expect(try await store.approval(ended.id, tenant: "acme") == nil)
    }
}
