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
        let owner = try await data.withKeptState { store in
            let key = try await store.oneKey(keyID, tenant: tenant)
            _ = try await store.revoke(keyID, tenant: key.entry.caller.tenant, by: .commandLine, now: .current())
            return key.entry.caller.tenant
        }
        if json { return Output.json(["key_id": keyID, "tenant": owner, "state": "revoked"]) }
        Output.line("revoked \(keyID)")
    }
}
