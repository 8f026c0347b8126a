import Approvals
import GRDB

/// The `spending_lag` table: whether decisions spend in memory first, and up to when the file has it all.
enum SpendingLag {
    /// Seconds by which a decision may be admitted before another and spend after it.
    static let margin: Int64 = 10

    static func begin(_ db: Database, _ now: Timestamp) throws {
        try db.execute(
            sql: "INSERT INTO spending_lag (one, at) VALUES (1, ?) ON CONFLICT DO UPDATE SET at = excluded.at",
            arguments: [now.nanoseconds])
    }

    static func note(_ db: Database, _ latest: Timestamp) throws {
        try db.cachedStatement(sql: "UPDATE spending_lag SET at = ?").execute(arguments: [latest.nanoseconds])
    }

    static func end(_ db: Database) throws { try db.execute(sql: "DELETE FROM spending_lag") }

    /// - Returns: nil where nothing can be missing.
    static func since(_ db: Database) throws -> Timestamp? {
        try Int64.fetchOne(db, sql: "SELECT at FROM spending_lag")
            .map { Timestamp(nanoseconds: $0).advanced(bySeconds: -margin) }
    }
}
