public import Approvals
import GRDB

extension SQLiteStateStore: ApprovalOutbox {
    public func due(_ kinds: Set<Delivery.Kind>, now: Timestamp, limit: Int) async throws -> [Delivery] {
        let names = kinds.map(\.rawValue).sorted()
        return try await pool.read { db in
            try OutboxRows.fetch(
                db,
                sql: """
                    state = 'waiting' AND next_at <= ? AND kind IN (\(databaseQuestionMarks(count: names.count)))
                    ORDER BY next_at, id LIMIT ?
                    """,
                arguments: [now.nanoseconds] + StatementArguments(names) + [max(0, limit)])
        }
    }

    public func deliveries(of approval: ApprovalID) async throws -> [Delivery] {
        try await pool.read { db in
            try OutboxRows.fetch(db, sql: "approval = ? ORDER BY id", arguments: [approval.description])
        }
    }

    public func finish(_ key: String, result: String?, adding next: [Delivery], now: Timestamp) async throws {
        try await writer.perform { db in
            try db.cachedStatement(
                sql: """
                    UPDATE outbox SET state = 'done', attempts = attempts + 1, result = ?, failure = NULL, changed_at = ?
                    WHERE key = ? AND state = 'waiting'
                    """
            ).execute(arguments: [result, now.nanoseconds, key])
            for delivery in next { try OutboxRows.insert(db, delivery) }
        }
    }

    public func postpone(_ key: String, until: Timestamp, failure: String, countsAsAttempt: Bool) async throws {
        try await writer.perform { db in
            try db.cachedStatement(
                sql: """
                    UPDATE outbox SET attempts = attempts + ?, next_at = ?, failure = ? WHERE key = ? AND state = 'waiting'
                    """
            ).execute(arguments: [countsAsAttempt ? 1 : 0, until.nanoseconds, failure, key])
        }
    }

    public func bury(_ key: String, failure: String, now: Timestamp) async throws {
        try await writer.perform { db in
            try db.cachedStatement(
                sql: """
                    UPDATE outbox SET state = 'dead', attempts = attempts + 1, failure = ?, changed_at = ?
                    WHERE key = ? AND state = 'waiting'
                    """
            ).execute(arguments: [failure, now.nanoseconds, key])
        }
    }

    public func add(_ deliveries: [Delivery]) async throws {
        try await writer.perform { db in
            for delivery in deliveries { try OutboxRows.insert(db, delivery) }
        }
    }

    public func prune(before time: Timestamp) async throws {
        try await writer.perform { db in
            try db.cachedStatement(sql: "DELETE FROM outbox WHERE state <> 'waiting' AND changed_at < ?")
                .execute(arguments: [time.nanoseconds])
        }
    }
}
