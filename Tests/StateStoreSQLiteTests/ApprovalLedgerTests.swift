import Approvals
import Decisions
import StateStoreSQLite
import Testing

@Suite struct ApprovalLedgerTests {
    let fixture: StateStoreFixture
    let jane = Approver(tenant: "acme", name: "jane", roles: [])

    init() throws { fixture = try StateStoreFixture() }

    @Test func `identical pending calls attach to one approval`() async throws {
        let store = try fixture.open()
        let created = try await withThrowingTaskGroup(of: ApprovalRequestOutcome.self) { group in
            for _ in 0..<20 {
                group.addTask { [fixture] in
                    try await store.request(fixture.draft(), caps: ApprovalCaps(pending: 10), now: fixture.start)
                }
            }
            return try await group.reduce(into: [ApprovalRequestOutcome]()) { $0.append($1) }
        }
        #expect(created.count { if case .created = $0 { true } else { false } } == 1)
        #expect(try await store.approvals(tenant: "acme", states: [], limit: 100).count == 1)
    }

    @Test
    func
        `another agent, tenant, set of parameters, way of calling, holding rule or policy version is another approval`()
        async throws
    {
        let store = try fixture.open()
        for draft in [
            fixture.draft(), fixture.draft(tenant: "globex"), fixture.draft(agent: "x"), fixture.draft(digest: "d2"),
            fixture.draft(version: "v2"), fixture.draft(circumstances: "c2"), fixture.draft(rule: "r2"),
        ] {
            let outcome = try await store.request(draft, caps: ApprovalCaps(pending: 10), now: fixture.start)
            guard case .created = outcome else {
                Issue.record("\(draft.call) was taken for another call")
                continue
            }
        }
        #expect(try await store.approvals(tenant: "acme", states: [.pending], limit: 100).count == 6)
        #expect(try await store.approvals(tenant: "globex", states: [.pending], limit: 100).count == 1)
    }

    @Test func `asking again after a refusal shows the refusal`() async throws {
        let store = try fixture.open()
        _ = try await store.request(fixture.draft(), caps: ApprovalCaps(pending: 10), now: fixture.start)
        let id = try #require(try await store.approvals(tenant: "acme", states: [], limit: 1).first).id
        _ = try await store.update(id, tenant: "acme") { [fixture, jane] in
            try $0.deny(by: jane, comment: nil, now: fixture.start)
        }
        guard
            case .attached(let standing) = try await store.request(
                fixture.draft(), caps: ApprovalCaps(pending: 10), now: fixture.start)
        else {
            Issue.record("a refused call was put before the humans again")
            return
        }
        #expect(standing.state == .denied)
        let later = fixture.start.advanced(bySeconds: 3600)
        guard case .created = try await store.request(fixture.draft(), caps: ApprovalCaps(pending: 10), now: later)
        else {
            Issue.record("a refusal outlived its time")
            return
        }
    }

    @Test func `an approval that ran out unnoticed makes room for a new one`() async throws {
        let store = try fixture.open()
        _ = try await store.request(fixture.draft(), caps: ApprovalCaps(pending: 1), now: fixture.start)
        let later = fixture.start.advanced(bySeconds: 3600)
        guard case .created = try await store.request(fixture.draft(), caps: ApprovalCaps(pending: 1), now: later)
        else {
            Issue.record("an expired approval stood in the way")
            return
        }
        #expect(try await store.approvals(tenant: "acme", states: [.expired], limit: 10).count == 1)
    }

    @Test func `an agent has only so many pending approvals`() async throws {
        let store = try fixture.open()
        for number in 0..<3 {
            _ = try await store.request(
                fixture.draft(digest: "d\(number)"), caps: ApprovalCaps(pending: 3), now: fixture.start)
        }
        #expect(
            try await store.request(fixture.draft(digest: "d9"), caps: ApprovalCaps(pending: 3), now: fixture.start)
                == .tooManyPending(3))
    }

    @Test func `an approval survives a restart and is the tenant's alone`() async throws {
        let first = try fixture.open()
        let token = try await fixture.approved(in: first)
        try await first.close()
        let second = try fixture.open()
        #expect(try await second.approval(token.approvalID, tenant: "acme")?.tokenID == token.tokenID)
        #expect(try await second.approval(token.approvalID, tenant: "globex") == nil)
        await #expect(throws: ApprovalError(.notFound, "there is no approval \(token.approvalID)")) {
            try await second.update(token.approvalID, tenant: "globex") { _ in }
        }
    }

    @Test func `a refused transition changes nothing`() async throws {
        let store = try fixture.open()
        let token = try await fixture.approved(in: store)
        let before = try await store.approval(token.approvalID, tenant: "acme")
        await #expect(throws: ApprovalError.self) {
            try await store.update(token.approvalID, tenant: "acme") { [fixture, jane] in
                try $0.deny(by: jane, comment: nil, now: fixture.start)
            }
        }
        #expect(try await store.approval(token.approvalID, tenant: "acme") == before)
    }

    @Test func `what runs out is marked once`() async throws {
        let store = try fixture.open()
        _ = try await store.request(fixture.draft(), caps: ApprovalCaps(pending: 10), now: fixture.start)
        #expect(try await store.expire(now: fixture.start) == [])
        let end = fixture.start.advanced(bySeconds: 1800)
        #expect(try await store.expire(now: end).map(\.state) == [.expired])
        #expect(try await store.expire(now: end) == [])
    }
}
