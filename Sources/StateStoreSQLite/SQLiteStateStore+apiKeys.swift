public import Approvals
public import Decisions
import Foundation
import GRDB

/// An API key as it is listed: everything but what would prove it.
public struct StoredAPIKey: Sendable, Hashable {
    public let entry: APIKeyEntry
    public let createdAt: Timestamp
    public let revokedAt: Timestamp?
}

extension SQLiteStateStore {
    /// Stores a new key.
    /// - Throws: ``StateStoreError`` `.keyExists` where the key id is taken, also by a revoked key: an id in an old record
    ///   must never come to mean somebody else.
    public func add(_ key: APIKeyEntry, now: Timestamp) async throws {
        try await writer.perform { db in
            guard try APIKeyRows.fetch(db, key.keyID) == nil else {
                throw StateStoreError(.keyExists, "there is a key `\(key.keyID)` already; choose another key id")
            }
            try APIKeyRows.insert(db, key, now: now)
        }
    }

    /// Makes a key worthless from now on.
    /// - Returns: false where there is no such key.
    public func revokeKey(_ keyID: String, now: Timestamp) async throws -> Bool {
        try await writer.perform { db in
            try db.execute(
                sql: "UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?), changed_at = ? WHERE key_id = ?",
                arguments: [now.nanoseconds, now.nanoseconds, keyID])
            return db.changesCount == 1
        }
    }

    /// All keys, oldest first.
    public func apiKeys() async throws -> [StoredAPIKey] {
        try await pool.read { db in try APIKeyRows.all(db) }
    }

    /// Changes with every change to a key, and is cheap to ask.
    public func apiKeysMark() async throws -> String {
        try await pool.read { db in
            try String.fetchOne(db, sql: "SELECT count(*) || '/' || coalesce(max(changed_at), 0) FROM api_keys") ?? ""
        }
    }
}

enum APIKeyRows {
    private static let columns = "key_id, digest, tenant, kind, name, roles, grants, created_at, revoked_at"

    static func insert(_ db: Database, _ key: APIKeyEntry, now: Timestamp) throws {
        try db.execute(
            sql: "INSERT INTO api_keys (\(columns), changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)",
            arguments: [
                key.keyID, Data(key.digest), key.caller.tenant, key.caller.kind.rawValue, key.caller.name,
                key.caller.roles.joined(separator: " "), key.caller.grants.sorted().joined(separator: " "),
                now.nanoseconds, now.nanoseconds,
            ])
    }

    static func fetch(_ db: Database, _ keyID: String) throws -> StoredAPIKey? {
        try Row.fetchOne(db, sql: "SELECT \(columns) FROM api_keys WHERE key_id = ?", arguments: [keyID]).map(decode)
    }

    static func all(_ db: Database) throws -> [StoredAPIKey] {
        try Row.fetchAll(db, sql: "SELECT \(columns) FROM api_keys ORDER BY created_at, key_id").map(decode)
    }

    private static func decode(_ row: Row) throws -> StoredAPIKey {
        let keyID: String = row["key_id"]
        let kindName: String = row["kind"]
        guard let kind = Caller.Kind(rawValue: kindName) else {
            throw StateStoreError(.damaged, "the key `\(keyID)` is of the unknown kind `\(kindName)`")
        }
        let digest: Data = row["digest"]
        let revokedAt: Int64? = row["revoked_at"]
        let caller = Caller(
            tenant: row["tenant"], kind: kind, name: row["name"], keyID: keyID, roles: words(row["roles"]),
            grants: Set(words(row["grants"])), method: .apiKey)
        return StoredAPIKey(
            entry: APIKeyEntry(keyID: keyID, digest: Array(digest), caller: caller, isRevoked: revokedAt != nil),
            createdAt: Timestamp(nanoseconds: row["created_at"]), revokedAt: revokedAt.map(Timestamp.init(nanoseconds:))
        )
    }

    private static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
}
