import Approvals
import AuditTrail
import Decisions
import Logging
import StateStoreSQLite
import Synchronization

/// The agents that are switched off, as the state store has them; each change goes into the audit trail.
final class KillSwitch: StateFollower {
    private let store: SQLiteStateStore
    private let journal: AuditJournal
    private let logger: Logger
    private let switches: Mutex<AgentSwitches>
    private let mark: Mutex<Int64>

    init(store: SQLiteStateStore, journal: AuditJournal, logger: Logger) async throws {
        self.store = store
        self.journal = journal
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
        for change in changes where change.at.nanoseconds > before { await record(change) }
    }

    private static func switches(_ changes: [AgentStopChange]) -> AgentSwitches {
        AgentSwitches(changes.filter(\.isStopped).map(\.stop))
    }

    private func record(_ change: AgentStopChange) async {
        let event = change.isStopped ? "agent_disabled" : "agent_enabled"
        logger.notice("\(event)", metadata: ["agent_id": "\(change.stop.agent)", "by": "\(change.by)"])
        var draft = AuditRecordDraft(
            kind: .config, tenant: change.stop.tenant, time: Timestamp.current().nanoseconds)
        draft.agentID = change.stop.agent
        draft.detail = CanonicalJSON(texts: ["event": event, "by": change.by, "reason": change.stop.reason])
        do { _ = try await journal.append(draft) } catch {
            logger.error("a switched agent could not be recorded", metadata: ["error": "\(error)"])
        }
    }
}
