import AccessControl
import Approvals
import Decisions
import ArgumentParser
import StateStoreSQLite

struct KeysRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revoke an API key; a running server refuses it within a second.")

    @OptionGroup var data: DataDirectory

    @Argument(help: "The key id.")
    var keyID: String

    @Option(help: "The key's tenant; needed where several have a key of this id.")
    var tenant: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let owner = try await data.withStateStore { store in
            let found = try await store.apiKeys().filter {
                $0.entry.keyID == keyID && (tenant == nil || $0.entry.caller.tenant == tenant)
            }
            guard let key = found.first else {
                throw CommandFailure("there is no key `\(keyID)`", fix: "list them: aegis keys list")
            }
            guard found.count == 1 else {
                let tenants = found.map { "`\($0.entry.caller.tenant)`" }.joined(separator: ", ")
                throw CommandFailure(
                    "\(tenants) have a key `\(keyID)` each", fix: "say whose: --tenant TENANT", exitCode: 2)
            }
            _ = try await store.revoke(keyID, tenant: key.entry.caller.tenant, by: .commandLine, now: .current())
            return key.entry.caller.tenant
        }
        if json { return Output.json(["key_id": keyID, "tenant": owner, "state": "revoked"]) }
        Output.line("revoked \(keyID)")
    }
}
