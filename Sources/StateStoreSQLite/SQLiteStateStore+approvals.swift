public import Approvals
import Foundation
import GRDB

extension SQLiteStateStore: ApprovalLedger {
    public func request(
        _ draft: ApprovalDraft, caps: ApprovalCaps, now: Timestamp
    ) async throws -> ApprovalRequestOutcome {
        try await writer.perform { db in
            if var standing = try ApprovalRows.standing(db, draft, now: now) {
                standing.attach(decisionID: draft.decisionID)
                try ApprovalRows.update(db, standing, after: standing.events.count)
                return .attached(standing)
            }
            let pending = try ApprovalRows.pendingCount(
                db, tenant: draft.call.tenant, agent: draft.call.agent, now: now)
            guard pending < caps.pending else { return .tooManyPending(pending) }
            let asked = try ApprovalRows.askedCount(
                db, tenant: draft.call.tenant, agent: draft.call.agent, since: caps.dayStart)
            guard asked < caps.perDay else { return .tooManyToday(asked) }
            // One that ran out unnoticed would still count as the pending one of this call.
            if var late = try ApprovalRows.pending(db, draft) {
                let known = late.events.count
                if late.expire(now: now) { try ApprovalRows.update(db, late, after: known) }
            }
            let approval = Approval(draft, now: now)
            try ApprovalRows.insert(db, approval)
            return .created(approval)
        }
    }

    public func approval(_ id: ApprovalID, tenant: String) async throws -> Approval? {
        try await pool.read { db in try ApprovalRows.fetch(db, id, tenant: tenant) }
    }

    public func approvals(
        tenant: String, states: Set<Approval.State>, limit: Int
    ) async throws -> [Approval] {
        let wanted = states.isEmpty ? Set(Approval.State.allCases) : states
        let names = wanted.map(\.rawValue).sorted()
        return try await pool.read { db in
            let places = databaseQuestionMarks(count: names.count)
            return try Data.fetchAll(
                db,
                sql: """
                    SELECT body FROM approvals WHERE tenant = ? AND state IN (\(places))
                    ORDER BY created_at DESC, id LIMIT ?
                    """,
                arguments: [tenant] + StatementArguments(names) + [max(0, limit)]
            ).map(ApprovalRows.decode)
        }
    }

    public func update(
        _ id: ApprovalID, tenant: String, _ change: @escaping @Sendable (inout Approval) throws -> Void
    ) async throws -> Approval {
        try await writer.perform { db in
            guard var approval = try ApprovalRows.fetch(db, id, tenant: tenant) else {
                throw ApprovalError(.notFound, "there is no approval \(id)")
            }
            let known = approval.events.count
            try change(&approval)
            try ApprovalRows.update(db, approval, after: known)
            return approval
        }
    }

    public func expire(now: Timestamp) async throws -> [Approval] {
        // Asked several times a second: the writer is only kept from others where there is something to write.
        guard try await pool.read({ db in try !ApprovalRows.runOut(db, now: now).isEmpty }) else { return [] }
        return try await writer.perform { db in
            var expired: [Approval] = []
            for var approval in try ApprovalRows.runOut(db, now: now) {
                let known = approval.events.count
                guard approval.expire(now: now) else { continue }
                try ApprovalRows.update(db, approval, after: known)
                expired.append(approval)
            }
            return expired
        }
    }

    public func escalate(now: Timestamp) async throws -> [Approval] {
        guard try await pool.read({ db in try !ApprovalRows.overdue(db, now: now).isEmpty }) else { return [] }
        return try await writer.perform { db in
            var escalated: [Approval] = []
            for var approval in try ApprovalRows.overdue(db, now: now) {
                let known = approval.events.count
                guard approval.escalate(now: now) else { continue }
                try ApprovalRows.update(db, approval, after: known)
                escalated.append(approval)
            }
            return escalated
        }
    }
}

extension SQLiteStateStore {
    /// How many approvals each tenant has in each state.
    public func approvalCounts() async throws -> [(tenant: String, state: String, count: Int)] {
        try await pool.read { db in
            try Row.fetchAll(db, sql: "SELECT tenant, state, count(*) FROM approvals GROUP BY tenant, state").map {
                (tenant: $0[0], state: $0[1], count: $0[2])
            }
        }
    }
}
