import Approvals
import Decisions
import Foundation
import GRDB

/// The `spending_lag` table: whether decisions spend in memory first, and up to where the file has it all.
enum SpendingLag {
    /// Seconds by which a clock may be set right behind a write: whatever spends later is recorded later than `at`.
    static let margin: Int64 = 1

    /// Nothing has been spent in memory yet.
    static func begin(_ db: Database, _ now: Timestamp) throws {
        try db.execute(
            sql: """
                INSERT INTO spending_lag (one, at) VALUES (1, ?)
                ON CONFLICT DO UPDATE SET at = excluded.at, recorded = NULL
                """,
            arguments: [now.advanced(bySeconds: margin).nanoseconds])
    }

    /// - Parameters:
    ///   - latest: when the last decision was admitted that is in the file now.
    ///   - recorded: one that was on record before the file was written.
    static func note(_ db: Database, _ latest: Timestamp, recorded: DecisionID?) throws {
        try db.cachedStatement(sql: "UPDATE spending_lag SET at = ?, recorded = coalesce(?, recorded)")
            .execute(arguments: [latest.nanoseconds, recorded?.blob])
    }

    static func note(_ db: Database, _ open: OpenRecords) throws {
        try db.cachedStatement(sql: "UPDATE spending_lag SET unconfirmed = ?").execute(arguments: [open.blob])
    }

    /// Decisions without a record that a start has to ask the trail for, beside those whose rows say so.
    static func open(_ db: Database) throws -> OpenRecords {
        try Data.fetchOne(db, sql: "SELECT unconfirmed FROM spending_lag").map(OpenRecords.init(blob:)) ?? OpenRecords()
    }

    /// Nothing is spent in memory any more.
    static func end(_ db: Database) throws {
        try Effects.confirm(db, try open(db).decisions, false)
        try db.execute(sql: "DELETE FROM spending_lag")
    }

    /// - Returns: nil where nothing can be missing.
    static func mark(_ db: Database) throws -> MissingSpending.Mark? {
        guard let row = try Row.fetchOne(db, sql: "SELECT at, recorded FROM spending_lag") else { return nil }
        let blob: Data? = row[1]
        return MissingSpending.Mark(
            decision: blob.flatMap(DecisionID.init(blob:)),
            since: Timestamp(nanoseconds: row[0]).advanced(bySeconds: -margin))
    }
}
