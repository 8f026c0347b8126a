import Approvals
import Decisions
import GRDB

/// The `rates` table: one token bucket a row.
enum RateRows {
    static func bucket(_ db: Database, _ draw: SpendOrder.RateDraw, now: Timestamp) throws -> TokenBucket {
        let select = try db.cachedStatement(
            sql: """
                SELECT level, at FROM rates WHERE tenant = ? AND books = ? AND policy = ? AND rule = ? AND scope = ?
                AND subject = ?
                """)
        guard let row = try Row.fetchOne(select, arguments: arguments(draw.key)) else {
            return TokenBucket(full: draw.limit, now: now)
        }
        return TokenBucket(level: row[0], updatedAt: Timestamp(nanoseconds: row[1]))
    }

    /// When the bucket was last drawn from; nil: never.
    static func drawnAt(_ db: Database, _ key: CounterKey) throws -> Timestamp? {
        let select = try db.cachedStatement(
            sql: """
                SELECT at FROM rates WHERE tenant = ? AND books = ? AND policy = ? AND rule = ? AND scope = ?
                AND subject = ?
                """)
        return try Int64.fetchOne(select, arguments: arguments(key)).map(Timestamp.init(nanoseconds:))
    }

    static func store(_ db: Database, _ key: CounterKey, _ bucket: TokenBucket) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO rates (tenant, books, policy, rule, scope, subject, level, at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET level = excluded.level, at = excluded.at
                """
        ).execute(arguments: arguments(key) + [bucket.level, bucket.updatedAt.nanoseconds])
    }

    private static func arguments(_ key: CounterKey) -> StatementArguments {
        [key.tenant, key.books.rawValue, key.policy, key.rule, key.scope.rawValue, key.subject]
    }
}
