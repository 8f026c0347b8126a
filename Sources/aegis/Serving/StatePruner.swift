import Approvals
import Logging
import ServiceLifecycle
import StateStoreSQLite

/// Keeps the state store from growing for ever, a little at a time and beside the calls.
struct StatePruner: Service {
    let store: SQLiteStateStore
    let logger: Logger
    private static let betweenPasses: Duration = .seconds(600)
    /// A pause is so many times as long as the step before it, so that pruning takes a fifth of the store's time at most.
    private static let rest = 4
    private static let shortestPause: Duration = .milliseconds(20)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var pass = StatePruning()
            while true {
                let started = ContinuousClock.now
                do {
                    pass = try await store.prune(pass, now: .current())
                } catch is CancellationError {
                    return
                } catch {
                    // Calls have the same store: what keeps it from being written shows there.
                    logger.warning("the state store could not be pruned", metadata: ["error": "\(error)"])
                    pass = StatePruning()
                }
                let pause = max(Self.shortestPause, (ContinuousClock.now - started) * Self.rest)
                let isOver = pass.isDone
                if isOver {
                    if pass.removed > 0 {
                        logger.info("the state store was pruned", metadata: ["rows": "\(pass.removed)"])
                    }
                    pass = StatePruning()
                }
                do { try await Task.sleep(for: isOver ? Self.betweenPasses : pause) } catch { return }
            }
        }
    }
}
