import Approvals
import Decisions
import Foundation
import StateStoreSQLite
import Synchronization
import Testing

@Suite struct SpendTests {
    let fixture: StateStoreFixture

    init() throws { fixture = try StateStoreFixture() }

    @Test func `a hundred concurrent tries redeem a token once`() async throws {
        let store = try fixture.open()
        let token = try await fixture.approved(in: store)
        let outcomes = try await withThrowingTaskGroup(of: SpendResult.self) { group in
            for _ in 0..<100 {
                group.addTask { [fixture] in try await store.spend(fixture.order(token: token)) }
            }
            return try await group.reduce(into: [SpendResult]()) { $0.append($1) }
        }
        #expect(outcomes.count { $0.isCommitted } == 1)
        let others = outcomes.compactMap(\.refusal)
        #expect(others.count == 99)
        #expect(
            Set(others) == [
                .token(
                    ApprovalError(
                        .alreadyRedeemed, "the override token of \(token.approvalID) has been used already"))
            ])
    }

    @Test func `a refused budget leaves the token unused`() async throws {
        let store = try fixture.open()
        let token = try await fixture.approved(in: store)
        let refused = try await store.spend(
            fixture.order(token: token, charges: [try fixture.charge(11, of: 10)]))
        #expect(refused.refusal != nil)
        #expect(try await store.approval(token.approvalID, tenant: "acme")?.state == .approved)
        #expect(try await store.spend(fixture.order(token: token)).isCommitted)
    }

    @Test func `a refused token leaves nothing to give back where the shadow was charged`() async throws {
        let store = try fixture.open()
        let order = fixture.order(
            token: .init(approvalID: .random(), tokenID: "t"),
            shadowCharges: [try fixture.charge(1, of: 10, key: fixture.budget(books: .shadow))])
        #expect(try await store.spend(order).refusal != nil)
        #expect(try await store.recover(durable: [], now: fixture.start) == [order.decisionID])
        #expect(try await store.unconfirmed() == [])
    }

    @Test func `another tenant cannot redeem`() async throws {
        let store = try fixture.open()
        let token = try await fixture.approved(in: store)
        let refused = try await store.spend(fixture.order(tenant: "globex", token: token))
        guard case .token(let error)? = refused.refusal else {
            Issue.record("the token was taken")
            return
        }
        #expect(error.code == .invalidToken)
    }

    @Test func `a released decision gives its token back`() async throws {
        let store = try fixture.open()
        let token = try await fixture.approved(in: store)
        let order = fixture.order(token: token)
        _ = try await store.spend(order)
        try await store.release(order.decisionID, now: fixture.start)
        #expect(try await store.spend(fixture.order(token: token)).isCommitted)
    }

    @Test func `a rate lets its burst pass and then its flow`() async throws {
        let store = try fixture.open()
        let draw = SpendOrder.RateDraw(
            key: fixture.budget().counter, limit: try #require(RateLimit(milliCallsPerSecond: 5000, burst: 10)))
        func call(after milliseconds: Int64) async throws -> SpendResult {
            let now = Timestamp(nanoseconds: fixture.start.nanoseconds + milliseconds * 1_000_000)
            return try await store.spend(fixture.order(now: now, rates: [draw]))
        }
        for _ in 0..<10 { #expect(try await call(after: 0).isCommitted) }
        #expect(try await call(after: 199).refusal == .rate(draw.key, draw.limit, retryAfterSeconds: 1))
        #expect(try await call(after: 200).isCommitted)
        #expect(try await call(after: 201).refusal != nil)
        #expect(try await call(after: 100).refusal != nil)
        for _ in 0..<10 { #expect(try await call(after: 60_000).isCommitted) }
        #expect(try await call(after: 60_000).refusal != nil)
    }

    @Test func `a clock that was far ahead for a while holds no rate up, and brings nothing`() async throws {
        let draw = SpendOrder.RateDraw(
            key: fixture.budget().counter, limit: try #require(RateLimit(milliCallsPerSecond: 1000, burst: 3)))
        func call(in store: SQLiteStateStore, after seconds: Int64) async throws -> SpendResult {
            try await store.spend(fixture.order(now: fixture.start.advanced(bySeconds: seconds), rates: [draw]))
        }
        let first = try fixture.open()
        #expect(try await call(in: first, after: 365 * 86_400).isCommitted)
        // The clock is put right: two are left, and one comes each second.
        for _ in 0..<2 { #expect(try await call(in: first, after: 0).isCommitted) }
        #expect(try await call(in: first, after: 0).refusal == .rate(draw.key, draw.limit, retryAfterSeconds: 1))
        #expect(try await call(in: first, after: 1).isCommitted)
        #expect(try await call(in: first, after: 1).refusal != nil)
        // Put back by less than a minute it says how long it really takes.
        #expect(try await call(in: first, after: -29).refusal == .rate(draw.key, draw.limit, retryAfterSeconds: 31))
        try await first.close()
        let again = try fixture.open()
        #expect(try await call(in: again, after: 1).refusal != nil)
        #expect(try await call(in: again, after: 2).isCommitted)
    }

    @Test func `a rate survives a restart`() async throws {
        let draw = SpendOrder.RateDraw(
            key: fixture.budget().counter, limit: try #require(RateLimit(milliCallsPerSecond: 1, burst: 1)))
        let first = try fixture.open()
        #expect(try await first.spend(fixture.order(rates: [draw])).isCommitted)
        try await first.close()
        let again = try await fixture.open().spend(fixture.order(rates: [draw]))
        #expect(again.refusal == .rate(draw.key, draw.limit, retryAfterSeconds: 1000))
    }

    @Test func `a retry gets the recorded answer word for word and spends nothing`() async throws {
        let store = try fixture.open()
        let claim = SpendOrder.IdempotencyClaim(key: "k1", fingerprint: [1, 2, 3])
        let order = fixture.order(charges: [try fixture.charge(600, of: 1000)], idempotency: claim, answer: "first")
        #expect(
            try await store.priorAnswer(tenant: "acme", agent: "llm-agent", claim: claim, now: fixture.start) == nil)
        #expect(try await store.spend(order).isCommitted)
        let early = try await store.spend(fixture.order(idempotency: claim, answer: "second"))
        #expect(early.refusal == .idempotencyInFlight)
        store.confirm(order.decisionID)
        let retry = try await store.spend(
            fixture.order(charges: [try fixture.charge(600, of: 1000)], idempotency: claim, answer: "second"))
        #expect(retry.outcome == .repeated(Array("first".utf8)))
        let looked = try await store.priorAnswer(tenant: "acme", agent: "llm-agent", claim: claim, now: fixture.start)
        #expect(looked == .repeated(Array("first".utf8)))
        #expect(try await store.spend(fixture.order(charges: [try fixture.charge(400, of: 1000)])).isCommitted)
    }

    @Test func `an answer stands for a day, and then its key is new`() async throws {
        let store = try fixture.open()
        let claim = SpendOrder.IdempotencyClaim(key: "k1", fingerprint: [1])
        let order = fixture.order(idempotency: claim, answer: "first")
        _ = try await store.spend(order)
        store.confirm(order.decisionID)
        func prior(after seconds: Int64) async throws -> SpendResult.Outcome? {
            try await store.priorAnswer(
                tenant: "acme", agent: "llm-agent", claim: claim, now: fixture.start.advanced(bySeconds: seconds))
        }
        #expect(try await prior(after: 86_399) == .repeated(Array("first".utf8)))
        #expect(try await prior(after: -86_400) == .repeated(Array("first".utf8)))
        #expect(try await prior(after: 86_400) == nil)
        let again = fixture.order(
            now: fixture.start.advanced(bySeconds: 86_400),
            idempotency: SpendOrder.IdempotencyClaim(key: "k1", fingerprint: [2]), answer: "second")
        #expect(try await store.spend(again).isCommitted)
        #expect(try await prior(after: 86_401) == .refused(.idempotencyConflict))
    }

    @Test func `an idempotency key belongs to one request, agent and tenant`() async throws {
        let store = try fixture.open()
        let claim = SpendOrder.IdempotencyClaim(key: "k1", fingerprint: [1])
        let order = fixture.order(idempotency: claim)
        _ = try await store.spend(order)
        store.confirm(order.decisionID)
        let other = try await store.spend(
            fixture.order(idempotency: SpendOrder.IdempotencyClaim(key: "k1", fingerprint: [2])))
        #expect(other.refusal == .idempotencyConflict)
        #expect(try await store.spend(fixture.order(agent: "other", idempotency: claim)).isCommitted)
        #expect(try await store.spend(fixture.order(tenant: "globex", idempotency: claim)).isCommitted)
    }

    @Test func `an idempotency key whose answer never left is free again`() async throws {
        let store = try fixture.open()
        let claim = SpendOrder.IdempotencyClaim(key: "k1", fingerprint: [1])
        _ = try await store.spend(fixture.order(idempotency: claim))
        try await store.close()
        let reopened = try fixture.open()
        _ = try await reopened.recover(durable: [], now: fixture.start)
        #expect(try await reopened.spend(fixture.order(idempotency: claim)).isCommitted)
    }

    @Test func `a failed commit spends nothing and says so`() async throws {
        struct DiskFull: Error {}
        let isBroken = Mutex(false)
        let store = try fixture.open(
            hooks: StateStoreHooks(beforeCommit: { if isBroken.withLock({ $0 }) { throw DiskFull() } }))
        isBroken.withLock { $0 = true }
        let order = fixture.order(charges: [try fixture.charge(1000, of: 1000)])
        let error = await #expect(throws: StateStoreError.self) { try await store.spend(order) }
        #expect(error?.code == .write)
        isBroken.withLock { $0 = false }
        #expect(try await store.spend(order).isCommitted)
    }

    @Test func `writes are synced and the file is its owner's alone`() async throws {
        let store = try fixture.open()
        #expect(try await store.synchronousLevel() == 2)
        let attributes = try FileManager.default.attributesOfItem(atPath: fixture.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test func `too many waiting changes are refused, not queued`() async throws {
        let gate = DispatchSemaphore(value: 0)
        let isHeld = Mutex(false)
        let store = try SQLiteStateStore(
            path: fixture.path, waitingLimit: 4,
            hooks: StateStoreHooks(beforeBatch: { if isHeld.withLock({ $0 }) { gate.wait() } }))
        isHeld.withLock { $0 = true }
        let failures = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<32 {
                group.addTask { [fixture] in
                    do { return try await !store.spend(fixture.order(idempotency: nil)).isCommitted } catch {
                        return (error as? StateStoreError)?.code == .overloaded
                    }
                }
            }
            var failures = 0
            var finished = 0
            for await failed in group {
                finished += 1
                failures += failed ? 1 : 0
                if finished == 1 {
                    isHeld.withLock { $0 = false }
                    for _ in 0..<32 { gate.signal() }
                }
            }
            return failures
        }
        #expect(failures > 0)
        #expect(failures < 32)
    }
}
