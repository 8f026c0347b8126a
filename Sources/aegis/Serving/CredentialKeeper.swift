import AccessControl
import Approvals
import Decisions
import Logging
import StateStoreSQLite
import Synchronization

/// Proves callers by the API keys in the state store, and takes up what changes there while it runs.
final class CredentialKeeper: IdentityProver, StateFollower {
    private let store: SQLiteStateStore
    private let logger: Logger
    private let prover: Mutex<APIKeyProver>
    private let mark: Mutex<String>

    init(store: SQLiteStateStore, logger: Logger) async throws {
        self.store = store
        self.logger = logger
        mark = Mutex(try await store.apiKeysMark())
        prover = Mutex(APIKeyProver(try await store.apiKeys().map(\.entry), now: { .current() }))
    }

    func examine(_ credentials: Credentials) -> IdentityFinding {
        prover.withLock { $0 }.examine(credentials)
    }

    func refresh() async throws {
        let now = try await store.apiKeysMark()
        guard now != mark.withLock({ $0 }) else { return }
        let entries = try await store.apiKeys().map(\.entry)
        prover.withLock { $0 = APIKeyProver(entries, now: { .current() }) }
        mark.withLock { $0 = now }
        logger.info("API keys changed", metadata: ["keys": "\(entries.count)"])
    }
}
