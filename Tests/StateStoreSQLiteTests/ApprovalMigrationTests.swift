import Approvals
import Foundation
import GRDB
import Testing

@testable import StateStoreSQLite

/// A store of before approvals were bound to the whole call.
@Suite struct ApprovalMigrationTests {
    let fixture: StateStoreFixture
    let start: Timestamp

    init() throws {
        fixture = try StateStoreFixture()
        start = fixture.start
    }

    /// The approval's body as it was written then.
    private func oldBody(_ approval: Approval) throws -> Data {
        var body = try #require(
            try JSONSerialization.jsonObject(with: JSONEncoder().encode(approval)) as? [String: Any])
        var call = try #require(body["call"] as? [String: Any])
        call["circumstancesDigest"] = nil
        body["call"] = call
        var terms = try #require(body["terms"] as? [String: Any])
        terms["requirements"] = nil
        terms["approvers"] = ["role:treasurer", "person:jane"]
        terms["quorum"] = 2
        terms["escalateTo"] = ["role:cfo"]
        terms["escalateAfterSeconds"] = 600
        body["terms"] = terms
        body["votes"] = (body["votes"] as? [[String: Any]])?.map { $0.filter { $0.key != "roles" } }
        body["undelivered"] = nil
        return try JSONSerialization.data(withJSONObject: body)
    }

    private func insert(_ approval: Approval, into queue: DatabaseQueue) throws {
        try queue.write { db in
            try db.execute(
                sql: """
                    INSERT INTO approvals (id, tenant, agent, tool, params_digest, policy_version, state, created_at,
                    expires_at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    approval.id.description, approval.call.tenant, approval.call.agent, approval.call.tool,
                    approval.call.parametersDigest, approval.call.policyVersion, approval.state.rawValue,
                    approval.createdAt.nanoseconds, approval.expiresAt.nanoseconds, try oldBody(approval),
                ])
        }
    }

    @Test func `what was asked before is read as it was, and releases nothing any more`() async throws {
        let queue = try DatabaseQueue(path: fixture.path)
        try Schema.migrator.migrate(queue, upTo: "5-administration")
        let jane = Approver(tenant: "acme", name: "jane", roles: [])
        let pending = Approval(fixture.draft(digest: "d1"), now: start)
        var approved = Approval(fixture.draft(digest: "d2"), now: start)
        try approved.approve(by: jane, comment: "fine", now: start)
        var denied = Approval(fixture.draft(digest: "d3"), now: start)
        try denied.deny(by: jane, comment: nil, now: start)
        for approval in [pending, approved, denied] { try insert(approval, into: queue) }
        try queue.close()

        let store = try fixture.open()
        let late = start.advanced(bySeconds: 1)
        for (approval, state) in [(pending, Approval.State.expired), (approved, .expired), (denied, .denied)] {
            let read = try #require(try await store.approval(approval.id, tenant: "acme"))
            #expect(read.state(at: late) == state)
            #expect(
                read.terms.requirements == [
                    ApprovalRequirement(
                        policy: "p", rule: "r", approvers: ["role:treasurer", "person:jane"], quorum: 2,
                        escalateAfterSeconds: 600, escalateTo: ["role:cfo"])
                ])
            #expect(read.votes.map(\.approver) == approval.votes.map(\.approver))
            #expect(read.votes.allSatisfy { $0.roles.isEmpty })
        }
        #expect(Set(try await store.expire(now: late).map(\.id)) == [pending.id, approved.id], "and that is told")
        for digest in ["d1", "d2", "d3"] {
            let outcome = try await store.request(
                fixture.draft(digest: digest), caps: ApprovalCaps(pending: 10), now: late)
            guard case .created = outcome else {
                Issue.record("an approval of before stands for a call of now: \(outcome)")
                continue
            }
        }
    }
}
