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
        let rows = all.filter { tenant == nil || $0.entry.caller.tenant == tenant }.map { key in
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
        if json {
            let names = [
                "key_id", "tenant", "kind", "name", "roles", "created_at", "created_by", "expires_at", "state",
                "previous_until",
            ]
            return Output.json(rows.map { Dictionary(uniqueKeysWithValues: zip(names, $0)) })
        }
        if rows.isEmpty { return Output.line("no API keys") }
        Output.table(
            ["KEY ID", "TENANT", "KIND", "NAME", "ROLES", "CREATED", "BY", "EXPIRES", "STATE", "OLD SECRET UNTIL"], rows
        )
    }

    private static func roles(of caller: Caller) -> [String] {
        caller.roles
            + caller.rolesElsewhere.sorted { $0.key < $1.key }.flatMap { tenant, roles in
                roles.map { "\($0)@\(tenant)" }
            }
    }
}
