import Approvals
import Decisions
import Logging
import ServiceLifecycle
import StateStoreSQLite
import Synchronization

/// Proves callers by the API keys in the state store, and takes up what changes there while it runs.
final class CredentialKeeper: IdentityProver, Service {
    private let store: SQLiteStateStore
    private let logger: Logger
    private let prover: Mutex<APIKeyProver>
    private let mark: Mutex<String>
    /// How long a revoked key may still be believed.
    private static let interval: Duration = .milliseconds(500)

    init(store: SQLiteStateStore, logger: Logger) async throws {
        self.store = store
        self.logger = logger
        mark = Mutex(try await store.apiKeysMark())
        prover = Mutex(APIKeyProver(try await store.apiKeys().map(\.entry)))
    }

    func prove(_ credentials: Credentials) -> Caller? {
        prover.withLock { $0 }.prove(credentials)
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown { [self] in
            while true {
                do { try await Task.sleep(for: Self.interval) } catch { return }
                do { try await refresh() } catch is CancellationError { return } catch {
                    // Keys that cannot be read again stay as they were read last; the state store's own faults deny.
                    logger.error("the API keys cannot be read", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    private func refresh() async throws {
        let now = try await store.apiKeysMark()
        guard now != mark.withLock({ $0 }) else { return }
        let entries = try await store.apiKeys().map(\.entry)
        prover.withLock { $0 = APIKeyProver(entries) }
        mark.withLock { $0 = now }
        logger.info("API keys changed", metadata: ["keys": "\(entries.count)"])
    }
}
