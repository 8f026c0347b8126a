import ArgumentParser
import Approvals
import Decisions
import StateStoreSQLite

struct KeysList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List API keys; never their secrets.")

    @OptionGroup var data: DataDirectory

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let keys = try await data.withStateStore { store in try await store.apiKeys() }
        let rows = keys.map { key in
            [
                key.entry.keyID, key.entry.caller.tenant, key.entry.caller.kind.rawValue, key.entry.caller.name ?? "-",
                key.entry.caller.roles.joined(separator: ","), key.createdAt.description,
                key.revokedAt.map { "revoked \($0)" } ?? "active",
            ]
        }
        if json {
            let names = ["key_id", "tenant", "kind", "name", "roles", "created_at", "state"]
            return Output.json(rows.map { Dictionary(uniqueKeysWithValues: zip(names, $0)) })
        }
        if rows.isEmpty { return Output.line("no API keys") }
        Output.table(["KEY ID", "TENANT", "KIND", "NAME", "ROLES", "CREATED", "STATE"], rows)
    }
}

struct KeysRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revoke an API key; a running server refuses it within a second.")

    @OptionGroup var data: DataDirectory

    @Argument(help: "The key id.")
    var keyID: String

    func run() async throws {
        let isKnown = try await data.withStateStore { store in try await store.revokeKey(keyID, now: .current()) }
        guard isKnown else { throw CommandFailure("there is no key `\(keyID)`", fix: "list them: aegis keys list") }
        Output.line("revoked \(keyID)")
    }
}
