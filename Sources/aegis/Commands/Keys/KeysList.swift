import AccessControl
import Approvals
import ArgumentParser
import Decisions
import StateStoreSQLite

struct KeysList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List API keys; never their secrets.")

    @OptionGroup var data: DataDirectory

    @Option(help: "Only this tenant's.")
    var tenant: String?

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let all = try await data.withKeptState { store in try await store.apiKeys() }
        let now = Timestamp.current()
        let keys = all.filter { tenant == nil || $0.entry.caller.tenant == tenant }
        if json { return Output.json { $0.array { list in for key in keys { Self.write(key, now, to: &list) } } } }
        let rows = keys.map { key in
            let caller = key.entry.caller
            let end = key.entry.previous?.until
            let overlap = end.flatMap { end in end > now ? end.description : nil }
            return [
                key.entry.keyID, caller.tenant, caller.kind.rawValue, caller.name ?? "-",
                Self.roles(of: caller).joined(separator: ","), key.createdAt.description,
                key.createdBy.isEmpty ? "-" : key.createdBy, key.entry.expiresAt?.description ?? "-",
                key.revokedAt.map { "revoked \($0)" } ?? key.state(at: now).rawValue,
                overlap ?? "-",
            ]
        }
        if rows.isEmpty { return Output.line("no API keys") }
        Output.table(
            ["KEY ID", "TENANT", "KIND", "NAME", "ROLES", "CREATED", "BY", "EXPIRES", "STATE", "OLD SECRET UNTIL"], rows
        )
    }

    /// What is not there is null.
    private static func write(_ key: IssuedKey, _ now: Timestamp, to json: inout JSONText) {
        let caller = key.entry.caller
        let end = key.entry.previous?.until
        json.object { json in
            json.field("created_at", key.createdAt.description)
            json.field("created_by", key.createdBy.isEmpty ? nil : key.createdBy)
            json.field("expires_at", key.entry.expiresAt?.description)
            json.field("key_id", key.entry.keyID)
            json.field("kind", caller.kind.rawValue)
            json.field("name", caller.name)
            json.field("previous_until", end.flatMap { $0 > now ? $0.description : nil })
            json.field("revoked_at", key.revokedAt?.description)
            json.field("roles", roles(of: caller))
            json.field("state", key.state(at: now).rawValue)
            json.field("tenant", caller.tenant)
        }
    }

    private static func roles(of caller: Caller) -> [String] {
        caller.roles
            + caller.rolesElsewhere.sorted { $0.key < $1.key }.flatMap { tenant, roles in
                roles.map { "\($0)@\(tenant)" }
            }
    }
}
