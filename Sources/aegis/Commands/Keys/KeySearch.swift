import AccessControl
import Decisions
import StateStoreSQLite

extension SQLiteStateStore {
    /// The one key of an id.
    /// - Parameter tenant: whose; nil: anybody's, where only one has a key of this id.
    func oneKey(_ keyID: String, tenant: String?) async throws -> IssuedKey {
        let found = try await apiKeys().filter {
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
        return key
    }
}
