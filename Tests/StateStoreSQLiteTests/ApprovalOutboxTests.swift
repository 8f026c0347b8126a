import Approvals
import Decisions
import GRDB
import StateStoreSQLite
import Testing

@Suite struct ApprovalOutboxTests {
    let fixture: StateStoreFixture

    init() throws { fixture = try StateStoreFixture() }

    let jane = Approver(tenant: "acme", name: "jane", roles: [])

    private func keys(_ store: SQLiteStateStore) async throws -> [String] {
        try await store.due([.event], now: Timestamp(nanoseconds: .max), limit: 100).map(\.key)
    }

    @Test func `each change of an approval brings its event along, and a repeated call none`() async throws {
        let store = try fixture.open()
        let redemption = try await fixture.approved(in: store)
        _ = try await store.request(fixture.draft(), caps: ApprovalCaps(pending: 10), now: fixture.start)
        _ = try await store.spend(fixture.order(agent: "finance-agent", token: redemption))
        #expect(try await keys(store) == ["\(redemption.approvalID)/0", "\(redemption.approvalID)/1"])
    }

    @Test func `a change that fails brings nothing along`() async throws {
        let store = try fixture.open()
        let redemption = try await fixture.approved(in: store)
        let before = try await keys(store)
        await #expect(throws: ApprovalError.self) {
            try await store.update(redemption.approvalID, tenant: "acme") { [fixture, jane] approval in
                try approval.deny(by: jane, comment: nil, now: fixture.start)
            }
        }
        #expect(try await keys(store) == before)
    }

    @Test func `what runs out by itself is told too`() async throws {
        let store = try fixture.open()
        _ = try await store.request(fixture.draft(), caps: ApprovalCaps(pending: 10), now: fixture.start)
        let late = fixture.start.advanced(bySeconds: 1800)
        #expect(try await store.expire(now: late).count == 1)
        #expect(try await store.expire(now: late).isEmpty)
        #expect(try await keys(store).map { $0.suffix(2) } == ["/0", "/1"])
    }

    @Test func `a delivery is done once, and what follows from it is there once`() async throws {
        let store = try fixture.open()
        let redemption = try await fixture.approved(in: store)
        let event = try #require(try await keys(store).first)
        let next = Delivery(
            key: event + "/slack:#a", kind: .post, target: "slack:#a", tenant: "acme", approval: redemption.approvalID,
            nextAt: fixture.start, createdAt: fixture.start)
        for _ in 0..<2 { try await store.finish(event, result: nil, adding: [next], now: fixture.start) }
        #expect(try await store.due([.post], now: fixture.start, limit: 10) == [next])
        try await store.postpone(
            next.key, until: fixture.start.advanced(bySeconds: 5), failure: "down", countsAsAttempt: true)
        #expect(try await store.due([.post], now: fixture.start, limit: 10).isEmpty)
        let again = try #require(
            try await store.due([.post], now: fixture.start.advanced(bySeconds: 5), limit: 10).first)
        #expect(again.attempts == 1)
        #expect(again.failure == "down")
        try await store.finish(next.key, result: "here", adding: [], now: fixture.start)
        try await store.bury(next.key, failure: "too late", now: fixture.start)
        let last = try #require(try await store.deliveries(of: redemption.approvalID).last)
        #expect(last.state == .done)
        #expect(last.result == "here")
    }

    @Test func `the outbox survives a restart, and forgets what is long over`() async throws {
        let first = try fixture.open()
        _ = try await fixture.approved(in: first)
        try await first.close()
        let store = try fixture.open()
        let keys = try await keys(store)
        #expect(keys.count == 2)
        try await store.finish(keys[0], result: nil, adding: [], now: fixture.start)
        try await store.prune(before: fixture.start.advanced(bySeconds: 1))
        let id = try #require(try await store.approvals(tenant: "acme", states: [], limit: 1).first).id
        #expect(try await store.deliveries(of: id).map(\.key) == [keys[1]])
    }

    @Test func `an agent asks for so many approvals in a day`() async throws {
        let store = try fixture.open()
        let caps = ApprovalCaps(pending: 100, perDay: 2, dayStart: fixture.start)
        for number in 0..<2 {
            _ = try await store.request(fixture.draft(digest: "d\(number)"), caps: caps, now: fixture.start)
        }
        #expect(
            try await store.request(fixture.draft(digest: "d2"), caps: caps, now: fixture.start) == .tooManyToday(2))
        guard case .attached = try await store.request(fixture.draft(digest: "d1"), caps: caps, now: fixture.start)
        else {
            Issue.record("an identical call asks nobody anew")
            return
        }
        var tomorrow = caps
        tomorrow.dayStart = fixture.start.advanced(bySeconds: 1)
        guard
            case .created = try await store.request(
                fixture.draft(digest: "d2"), caps: tomorrow, now: fixture.start.advanced(bySeconds: 1))
        else {
            Issue.record("a new day begins at nothing")
            return
        }
    }

    @Test func `approvals of the time before events are read as they are`() async throws {
        let store = try fixture.open()
        let redemption = try await fixture.approved(in: store)
        try await store.close()
        let old = try DatabaseQueue(path: fixture.path)
        try await old.write { db in
            try db.execute(
                sql: """
                    UPDATE approvals SET body = CAST(json_remove(CAST(body AS TEXT), '$.events', '$.usedLinks', '$.chain',
                        '$.terms.escalateTo', '$.shown') AS BLOB);
                    DROP TABLE outbox; DROP INDEX approvals_escalating; DROP INDEX approvals_asked;
                    ALTER TABLE approvals DROP COLUMN escalates_at;
                    DELETE FROM grdb_migrations WHERE identifier = '3-approval-life-cycle';
                    """)
        }
        try old.close()
        let approval = try await fixture.open().approval(redemption.approvalID, tenant: "acme")
        #expect(approval?.tokenID == redemption.tokenID)
        #expect(approval?.events == [])
    }
}
