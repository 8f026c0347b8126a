import Approvals
import Foundation
import GRDB

/// The `approvals` table: an approval as JSON, beside the columns that are searched.
enum ApprovalRows {
    static func fetch(_ db: Database, _ id: ApprovalID, tenant: String) throws -> Approval? {
        let select = try db.cachedStatement(sql: "SELECT body FROM approvals WHERE id = ? AND tenant = ?")
        return try Data.fetchOne(select, arguments: [id.description, tenant]).map(decode)
    }

    static func insert(_ db: Database, _ approval: Approval) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO approvals (id, tenant, agent, tool, params_digest, asked, policy_version, state, created_at,
                expires_at, escalates_at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            approval.id.description, approval.call.tenant, approval.call.agent, approval.call.tool,
            approval.call.parametersDigest, asked(approval.call, approval.terms), approval.call.policyVersion,
            approval.state.rawValue,
            approval.createdAt.nanoseconds, approval.expiresAt.nanoseconds, approval.escalatesAt?.nanoseconds,
            try JSONEncoder().encode(approval),
        ])
        try OutboxRows.announce(db, approval, after: 0)
    }

    /// - Parameter known: how many events the approval had before the change; the later ones go into the outbox.
    static func update(_ db: Database, _ approval: Approval, after known: Int) throws {
        try db.cachedStatement(
            sql: "UPDATE approvals SET state = ?, escalates_at = ?, body = ? WHERE id = ? AND tenant = ?"
        ).execute(arguments: [
            approval.state.rawValue, approval.escalatesAt?.nanoseconds, try JSONEncoder().encode(approval),
            approval.id.description, approval.call.tenant,
        ])
        try OutboxRows.announce(db, approval, after: known)
    }

    /// What identical calls have in common beside the columns of their own: how they are made, and the rules that hold them.
    /// Consent to some rules is no answer where others hold the call too.
    private static func asked(_ call: HeldCall, _ terms: ApprovalTerms) -> String {
        var text = JSONText()
        text.array { list in
            list.string(call.circumstancesDigest)
            for rule in terms.rules {
                guard rule.reasonDigest == nil else {
                    list.array { names in for name in rule.names { names.string(name) } }
                    continue
                }
                list.string(rule.policy)
                list.string(rule.rule)
            }
        }
        return text.text
    }

    /// The newest approval of an identical call that still speaks for it at `now`: pending, approved or denied.
    static func standing(_ db: Database, _ draft: ApprovalDraft, now: Timestamp) throws -> Approval? {
        let call = draft.call
        let select = try db.cachedStatement(
            sql: """
                SELECT body FROM approvals WHERE tenant = ? AND agent = ? AND tool = ? AND params_digest = ?
                AND asked = ? AND policy_version = ? AND state IN ('pending', 'approved', 'denied') AND expires_at > ?
                ORDER BY created_at DESC LIMIT 1
                """)
        return try Data.fetchOne(
            select,
            arguments: [
                call.tenant, call.agent, call.tool, call.parametersDigest, asked(call, draft.terms), call.policyVersion,
                now.nanoseconds,
            ]
        ).map(decode)
    }

    static func pendingCount(_ db: Database, tenant: String, agent: String, now: Timestamp) throws -> Int {
        let select = try db.cachedStatement(
            sql: """
                SELECT COUNT(*) FROM approvals
                WHERE tenant = ? AND agent = ? AND state = 'pending' AND expires_at > ?
                """)
        return try Int.fetchOne(select, arguments: [tenant, agent, now.nanoseconds]) ?? 0
    }

    /// How many approvals the agent has asked for since `start`.
    static func askedCount(_ db: Database, tenant: String, agent: String, since start: Timestamp) throws -> Int {
        let select = try db.cachedStatement(
            sql: "SELECT COUNT(*) FROM approvals WHERE tenant = ? AND agent = ? AND created_at >= ?")
        return try Int.fetchOne(select, arguments: [tenant, agent, start.nanoseconds]) ?? 0
    }

    /// Pending approvals that have waited long enough for more people to decide, the longest overdue first.
    static func overdue(_ db: Database, now: Timestamp) throws -> [Approval] {
        let select = try db.cachedStatement(
            sql: """
                SELECT body FROM approvals WHERE state = 'pending' AND escalates_at IS NOT NULL AND escalates_at <= ?
                ORDER BY escalates_at LIMIT 1000
                """)
        return try Data.fetchAll(select, arguments: [now.nanoseconds]).map(decode)
    }

    /// Undecided or unused approvals whose time is up, the longest overdue first.
    static func runOut(_ db: Database, now: Timestamp) throws -> [Approval] {
        let select = try db.cachedStatement(
            sql: """
                SELECT body FROM approvals WHERE state IN ('pending', 'approved') AND expires_at <= ?
                ORDER BY expires_at LIMIT 1000
                """)
        return try Data.fetchAll(select, arguments: [now.nanoseconds]).map(decode)
    }

    /// The pending approval of a call, in time or not.
    static func pending(_ db: Database, _ draft: ApprovalDraft) throws -> Approval? {
        let call = draft.call
        let select = try db.cachedStatement(
            sql: """
                SELECT body FROM approvals WHERE tenant = ? AND agent = ? AND tool = ? AND params_digest = ?
                AND asked = ? AND policy_version = ? AND state = 'pending'
                """)
        return try Data.fetchOne(
            select,
            arguments: [
                call.tenant, call.agent, call.tool, call.parametersDigest, asked(call, draft.terms), call.policyVersion,
            ]
        ).map(decode)
    }

    static func decode(_ body: Data) throws -> Approval {
        do { return try JSONDecoder().decode(Approval.self, from: body) } catch {
            throw StateStoreError(.corrupt, "an approval in the state store cannot be read: \(error)")
        }
    }
}
