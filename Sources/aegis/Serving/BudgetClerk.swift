import Decisions
import Logging
import ServiceLifecycle

/// Carries what happened to budgets into the audit trail where that could not be done at once.
struct BudgetClerk: Service {
    let scribe: BudgetScribe
    let logger: Logger
    private static let interval: Duration = .seconds(1)

    func run() async throws {
        while !Task.isShuttingDownGracefully {
            do { try await scribe.tell() } catch is CancellationError { return } catch {
                logger.error("a budget's settlement or alert cannot be recorded yet", metadata: ["error": "\(error)"])
            }
            do {
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
            } catch { return }
        }
    }
}
