import AccessControl
import Approvals
import Decisions
import Logging
import StateStoreSQLite
import Synchronization

/// The agents that are switched off, here or on all gateways, as the state store has them. Who switched them is recorded by ``AdministrationClerk``.
final class KillSwitch: StateFollower {
    private struct State {
        var switches = AgentSwitches()
        /// Of the last change that is in them.
        var mark: Int64 = 0
    }

    private let store: SQLiteStateStore
    private let logger: Logger
    private let state = Mutex(State())

    init(store: SQLiteStateStore, logger: Logger) async throws {
        self.store = store
        self.logger = logger
        _ = take(try await store.agentStops())
    }

    var now: AgentSwitches { state.withLock { $0.switches } }

    func refresh() async throws {
        guard try await store.agentStopsMark() > state.withLock({ $0.mark }) else { return }
        for change in take(try await store.agentStops()) {
            logger.notice(
                "\(change.isStopped ? "agent_disabled" : "agent_enabled")",
                metadata: [
                    "agent_id": "\(change.stop.agent)", "tenant": "\(change.stop.tenant)", "by": "\(change.by)",
                    "for": change.origin == .here ? "this gateway" : "all gateways",
                ])
        }
    }

    /// - Parameter changes: all that there are, the latest last.
    /// - Returns: those that are news. Of two who read at once, the one who read earlier changes nothing.
    private func take(_ changes: [AgentStopChange]) -> [AgentStopChange] {
        state.withLock { state in
            guard let last = changes.last?.at.nanoseconds, last > state.mark else { return [] }
            defer {
                state.switches = AgentSwitches(changes.filter(\.isStopped).map(\.stop))
                state.mark = last
            }
            return changes.filter { $0.at.nanoseconds > state.mark }
        }
    }
}
