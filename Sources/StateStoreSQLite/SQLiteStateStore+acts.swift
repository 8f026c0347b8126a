public import AccessControl
import Approvals
import Decisions
import Foundation
import GRDB

extension SQLiteStateStore {
    public func keep(_ act: AdministrativeAct, as key: String) async throws {
        try await writer.perform { db in try ActRows.insert(db, act, as: key) }
    }

    public func unrecorded(limit: Int) async throws -> [UnrecordedAct] {
        try await pool.read { db in try ActRows.unrecorded(db, limit: limit) }
    }

    /// Recorded acts are kept for a while, so that whoever made one can see that it was, and then go.
    public func markRecorded(_ keys: [String]) async throws {
        try await writer.perform { db in
            for key in keys {
                try db.execute(sql: "UPDATE acts SET recorded = 1 WHERE key = ?", arguments: [key])
            }
            try db.execute(
                sql: "DELETE FROM acts WHERE recorded = 1 AND id < (SELECT max(id) FROM acts) - ?",
                arguments: [ActRows.kept])
        }
    }

    /// - Returns: true also for an act of long ago.
    public func isRecorded(_ key: String) async throws -> Bool {
        try await pool.read { db in
            try Bool.fetchOne(db, sql: "SELECT recorded FROM acts WHERE key = ?", arguments: [key]) ?? true
        }
    }
}

enum ActRows {
    static let kept = 10_000

    /// - Returns: the act's key.
    static func insert(_ db: Database, _ act: AdministrativeAct) throws -> String {
        let key = "act_\(DecisionID(now: act.at))"
        try insert(db, act, as: key)
        return key
    }

    static func insert(_ db: Database, _ act: AdministrativeAct, as key: String) throws {
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO acts (key, kind, tenant, event, by, via, agent, detail, at, recorded)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
                """,
            arguments: [
                key, act.kind.rawValue, act.tenant, act.event, act.by, act.via, act.agent,
                String(decoding: try JSONEncoder().encode(act.detail), as: UTF8.self), act.at.nanoseconds,
            ])
    }

    static func unrecorded(_ db: Database, limit: Int) throws -> [UnrecordedAct] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT key, kind, tenant, event, by, via, agent, detail, at FROM acts WHERE recorded = 0 ORDER BY id LIMIT ?
                """,
            arguments: [limit]
        ).map { row in
            let key: String = row["key"]
            guard let kind = AdministrativeAct.Kind(rawValue: row["kind"]) else {
                throw StateStoreError(.damaged, "the act `\(key)` is of an unknown kind")
            }
            let detail: String = row["detail"]
            return UnrecordedAct(
                key: key,
                act: AdministrativeAct(
                    kind, row["event"], tenant: row["tenant"], by: row["by"], via: row["via"], agent: row["agent"],
                    detail: try JSONDecoder().decode([String: String].self, from: Data(detail.utf8)),
                    at: Timestamp(nanoseconds: row["at"])))
        }
    }
}
