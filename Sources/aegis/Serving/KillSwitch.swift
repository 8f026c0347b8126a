import AccessControl
import Approvals
import Decisions
import Logging
import StateStoreSQLite
import Synchronization

/// The agents that are switched off, as the state store has them. Who switched them is recorded by ``AdministrationClerk``.
final class KillSwitch: StateFollower {
    private let store: SQLiteStateStore
    private let logger: Logger
    private let switches: Mutex<AgentSwitches>
    private let mark: Mutex<Int64>

    init(store: SQLiteStateStore, logger: Logger) async throws {
        self.store = store
        self.logger = logger
        let changes = try await store.agentStops()
        mark = Mutex(changes.last?.at.nanoseconds ?? 0)
        switches = Mutex(Self.switches(changes))
    }

    var now: AgentSwitches { switches.withLock { $0 } }

    func refresh() async throws {
        let before = mark.withLock { $0 }
        guard try await store.agentStopsMark() > before else { return }
        let changes = try await store.agentStops()
        switches.withLock { $0 = Self.switches(changes) }
        mark.withLock { $0 = changes.last?.at.nanoseconds ?? before }
        for change in changes where change.at.nanoseconds > before {
            logger.notice(
                "\(change.isStopped ? "agent_disabled" : "agent_enabled")",
                metadata: ["agent_id": "\(change.stop.agent)", "tenant": "\(change.stop.tenant)", "by": "\(change.by)"])
        }
    }

    private static func switches(_ changes: [AgentStopChange]) -> AgentSwitches {
        AgentSwitches(changes.filter(\.isStopped).map(\.stop))
    }
}
