public import AccessControl
public import Approvals
public import Decisions
import Foundation
import GRDB

extension SQLiteStateStore {
    /// All keys of all tenants, oldest first.
    public func apiKeys() async throws -> [IssuedKey] {
        try await pool.read { db in try APIKeyRows.fetch(db, "ORDER BY created_at, tenant, key_id") }
    }

    /// Changes with every change to a key, and is cheap to ask.
    public func apiKeysMark() async throws -> String {
        try await pool.read { db in
            try String.fetchOne(db, sql: "SELECT count(*) || '/' || coalesce(max(changed_at), 0) FROM api_keys") ?? ""
        }
    }

    public func keys(tenant: String, after keyID: String?, limit: Int) async throws -> [IssuedKey] {
        try await pool.read { db in
            try APIKeyRows.fetch(
                db, "WHERE tenant = ? AND key_id > ? ORDER BY key_id LIMIT ?", [tenant, keyID ?? "", limit])
        }
    }

    public func key(_ keyID: String, tenant: String) async throws -> IssuedKey? {
        try await pool.read { db in try APIKeyRows.one(db, keyID, tenant) }
    }

    public func issue(_ key: APIKeyEntry, by administrator: Administrator, now: Timestamp) async throws -> String {
        try await writer.perform { db in
            let caller = key.caller
            guard try APIKeyRows.one(db, key.keyID, caller.tenant) == nil else {
                throw AccessError(.exists, "there is a key `\(key.keyID)` already; choose another key id")
            }
            try APIKeyRows.insert(db, key, by: administrator.name, now: now)
            var detail = ["key_id": key.keyID, "speaks_for": caller.kind.rawValue]
            if let name = caller.name { detail["name"] = name }
            let roles = APIKeyRows.words(of: caller)
            if !roles.isEmpty { detail["roles"] = roles.joined(separator: " ") }
            if !caller.grants.isEmpty { detail["grants"] = caller.grants.sorted().joined(separator: " ") }
            if let expiresAt = key.expiresAt { detail["expires_at"] = expiresAt.description }
            return try ActRows.insert(
                db,
                AdministrativeAct(
                    .key, "api_key_issued", tenant: caller.tenant, by: administrator.name, via: administrator.via,
                    detail: detail, at: now))
        }
    }

    public func revoke(
        _ keyID: String, tenant: String, by administrator: Administrator, now: Timestamp
    ) async throws -> String? {
        try await writer.perform { db in
            guard let key = try APIKeyRows.one(db, keyID, tenant) else {
                throw AccessError(.notFound, "there is no key `\(keyID)`")
            }
            guard key.revokedAt == nil else { return nil }
            // Later than every change before it, so that nobody who watches misses it.
            try db.execute(
                sql: """
                    UPDATE api_keys SET revoked_at = ?1,
                        changed_at = max(?1, (SELECT max(changed_at) + 1 FROM api_keys)) WHERE tenant = ?2 AND key_id = ?3
                    """,
                arguments: [now.nanoseconds, tenant, keyID])
            return try ActRows.insert(
                db,
                AdministrativeAct(
                    .key, "api_key_revoked", tenant: tenant, by: administrator.name, via: administrator.via,
                    detail: ["key_id": keyID], at: now))
        }
    }

    public func rotate(
        _ keyID: String, tenant: String, to digest: [UInt8], previousUntil end: Timestamp?, endsOverlap: Bool,
        by administrator: Administrator, now: Timestamp
    ) async throws -> String {
        try await writer.perform { db in
            guard let key = try APIKeyRows.one(db, keyID, tenant) else {
                throw AccessError(.notFound, "there is no key `\(keyID)`")
            }
            guard key.state(at: now) == .active else {
                throw AccessError(
                    .conflict, "the key `\(keyID)` is \(key.state(at: now).rawValue); issue one under another key id")
            }
            if !endsOverlap, let previous = key.entry.previous, now < previous.until {
                throw AccessError(
                    .conflict,
                    "the key `\(keyID)` was rotated, and the secret of before holds until \(previous.until): rotated again it is worthless"
                )
            }
            let before = end == nil ? nil : Data(key.entry.digest)
            // Later than every change before it, so that nobody who watches misses it.
            try db.execute(
                sql: """
                    UPDATE api_keys SET digest = ?1, previous_digest = ?2, previous_until = ?3,
                        changed_at = max(?4, (SELECT max(changed_at) + 1 FROM api_keys)) WHERE tenant = ?5 AND key_id = ?6
                    """,
                arguments: [
                    Data(digest), before, end?.nanoseconds, now.nanoseconds, tenant,
                    keyID,
                ])
            return try ActRows.insert(
                db,
                AdministrativeAct(
                    .key, "api_key_rotated", tenant: tenant, by: administrator.name, via: administrator.via,
                    detail: ["key_id": keyID, "previous_until": (end ?? now).description], at: now))
        }
    }
}

enum APIKeyRows {
    private static let columns =
        """
        tenant, key_id, digest, kind, name, roles, grants, created_at, created_by, expires_at, revoked_at, previous_digest,
        previous_until
        """

    static func insert(_ db: Database, _ key: APIKeyEntry, by administrator: String, now: Timestamp) throws {
        try db.execute(
            sql:
                "INSERT INTO api_keys (\(columns), changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL, ?)",
            arguments: [
                key.caller.tenant, key.keyID, Data(key.digest), key.caller.kind.rawValue, key.caller.name,
                words(of: key.caller).joined(separator: " "), key.caller.grants.sorted().joined(separator: " "),
                now.nanoseconds, administrator, key.expiresAt?.nanoseconds, now.nanoseconds,
            ])
    }

    static func one(_ db: Database, _ keyID: String, _ tenant: String) throws -> IssuedKey? {
        try fetch(db, "WHERE tenant = ? AND key_id = ?", [tenant, keyID]).first
    }

    static func fetch(_ db: Database, _ rest: String, _ arguments: StatementArguments = []) throws -> [IssuedKey] {
        try Row.fetchAll(db, sql: "SELECT \(columns) FROM api_keys \(rest)", arguments: arguments).map(decode)
    }

    /// `ROLE` in the key's own tenant, `ROLE@TENANT` in another.
    static func words(of caller: Caller) -> [String] {
        caller.roles
            + caller.rolesElsewhere.sorted { $0.key < $1.key }.flatMap { tenant, roles in
                roles.map { "\($0)@\(tenant)" }
            }
    }

    private static func decode(_ row: Row) throws -> IssuedKey {
        let keyID: String = row["key_id"]
        let kindName: String = row["kind"]
        guard let kind = Caller.Kind(rawValue: kindName) else {
            throw StateStoreError(.damaged, "the key `\(keyID)` is of the unknown kind `\(kindName)`")
        }
        let digest: Data = row["digest"]
        let revokedAt: Int64? = row["revoked_at"]
        let expiresAt: Int64? = row["expires_at"]
        let previousDigest: Data? = row["previous_digest"]
        let previousUntil: Int64? = row["previous_until"]
        var previous: APIKeyEntry.Previous?
        if let previousDigest, let previousUntil {
            previous = APIKeyEntry.Previous(
                digest: Array(previousDigest), until: Timestamp(nanoseconds: previousUntil))
        }
        let grants = RoleGrants(words: words(row["roles"]))
        let caller = Caller(
            tenant: row["tenant"], kind: kind, name: row["name"], keyID: keyID, roles: grants.own,
            rolesElsewhere: grants.elsewhere, grants: Set(words(row["grants"])), method: .apiKey)
        return IssuedKey(
            entry: APIKeyEntry(
                keyID: keyID, digest: Array(digest), caller: caller, isRevoked: revokedAt != nil,
                expiresAt: expiresAt.map(Timestamp.init(nanoseconds:)), previous: previous),
            createdAt: Timestamp(nanoseconds: row["created_at"]), createdBy: row["created_by"],
            revokedAt: revokedAt.map(Timestamp.init(nanoseconds:)))
    }

    private static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
}
