public import Approvals
public import Decisions
import GRDB

/// Who switched an agent off or on again, when, and why.
public struct AgentStopChange: Sendable, Hashable {
    public let stop: AgentSwitches.Stop
    public let isStopped: Bool
    public let by: String
    public let at: Timestamp
}

extension SQLiteStateStore {
    /// Switches an agent off, or on again.
    /// - Returns: false where it was so already; nothing is changed then.
    public func setStopped(_ isStopped: Bool, _ stop: AgentSwitches.Stop, by: String, now: Timestamp) async throws
        -> Bool
    {
        try await writer.perform { db in
            let before = try Bool.fetchOne(
                db, sql: "SELECT stopped FROM agent_stops WHERE tenant = ? AND agent = ?",
                arguments: [stop.tenant, stop.agent])
            guard before ?? false != isStopped else { return false }
            // Later than every change before it, so that nobody who watches misses it.
            try db.execute(
                sql: """
                    INSERT INTO agent_stops (tenant, agent, reason, by, stopped, changed_at)
                    VALUES (?1, ?2, ?3, ?4, ?5, max(?6, (SELECT coalesce(max(changed_at), 0) + 1 FROM agent_stops)))
                    ON CONFLICT DO UPDATE SET reason = excluded.reason, by = excluded.by, stopped = excluded.stopped,
                        changed_at = excluded.changed_at
                    """,
                arguments: [stop.tenant, stop.agent, stop.reason, by, isStopped, now.nanoseconds])
            return true
        }
    }

    /// The last change of each agent that was ever switched off, latest change last.
    public func agentStops() async throws -> [AgentStopChange] {
        try await pool.read { db in
            try Row.fetchAll(
                db, sql: "SELECT tenant, agent, reason, by, stopped, changed_at FROM agent_stops ORDER BY changed_at"
            ).map { row in
                AgentStopChange(
                    stop: AgentSwitches.Stop(tenant: row[0], agent: row[1], reason: row[2]), isStopped: row[4],
                    by: row[3], at: Timestamp(nanoseconds: row[5]))
            }
        }
    }

    /// When the last agent was switched off or on, in nanoseconds since 1970; 0 where none ever was. Cheap to ask.
    public func agentStopsMark() async throws -> Int64 {
        try await pool.read { db in
            try Int64.fetchOne(db, sql: "SELECT coalesce(max(changed_at), 0) FROM agent_stops") ?? 0
        }
    }
}
