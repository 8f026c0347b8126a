public import AccessControl
public import Approvals
public import Decisions
import GRDB

extension SQLiteStateStore: AdministrationLedger {
    public func setStopped(
        _ isStopped: Bool, _ stop: AgentSwitches.Stop, ifLastSwitched expected: LastSwitch?,
        by administrator: Administrator, now: Timestamp
    ) async throws -> String? {
        try await writer.perform { db in
            let before = try Row.fetchOne(
                db, sql: "SELECT stopped, changed_at FROM agent_stops WHERE tenant = ? AND agent = ?",
                arguments: [stop.tenant, stop.agent])
            if let expected {
                let last = before.map { LastSwitch.at(Timestamp(nanoseconds: $0[1])) } ?? .never
                guard last == expected else {
                    throw AccessError(.conflict, "somebody has switched `\(stop.agent)` since you looked")
                }
            }
            guard before?[0] ?? false != isStopped else { return nil }
            // Later than every change before it, so that nobody who watches misses it.
            try db.execute(
                sql: """
                    INSERT INTO agent_stops (tenant, agent, reason, by, stopped, changed_at)
                    VALUES (?1, ?2, ?3, ?4, ?5, max(?6, (SELECT coalesce(max(changed_at), 0) + 1 FROM agent_stops)))
                    ON CONFLICT DO UPDATE SET reason = excluded.reason, by = excluded.by, stopped = excluded.stopped,
                        changed_at = excluded.changed_at
                    """,
                arguments: [stop.tenant, stop.agent, stop.reason, administrator.name, isStopped, now.nanoseconds])
            return try ActRows.insert(
                db,
                AdministrativeAct(
                    .config, isStopped ? "agent_disabled" : "agent_enabled", tenant: stop.tenant,
                    by: administrator.name, via: administrator.via, agent: stop.agent,
                    detail: ["reason": stop.reason], at: now))
        }
    }

    /// The last change of each agent of any tenant that was ever switched off, latest change last.
    public func agentStops() async throws -> [AgentStopChange] {
        try await pool.read { db in try AgentStopRows.fetch(db) }
    }

    public func agentStops(tenant: String) async throws -> [AgentStopChange] {
        try await pool.read { db in try AgentStopRows.fetch(db, "WHERE tenant = ?", [tenant]) }
    }

    /// When the last agent was switched off or on, in nanoseconds since 1970; 0 where none ever was. Cheap to ask.
    public func agentStopsMark() async throws -> Int64 {
        try await pool.read { db in
            try Int64.fetchOne(db, sql: "SELECT coalesce(max(changed_at), 0) FROM agent_stops") ?? 0
        }
    }
}

private enum AgentStopRows {
    static func fetch(
        _ db: Database, _ condition: String = "", _ arguments: StatementArguments = []
    ) throws -> [AgentStopChange] {
        try Row.fetchAll(
            db,
            sql:
                "SELECT tenant, agent, reason, by, stopped, changed_at FROM agent_stops \(condition) ORDER BY changed_at",
            arguments: arguments
        ).map { row in
            AgentStopChange(
                stop: AgentSwitches.Stop(tenant: row[0], agent: row[1], reason: row[2]), isStopped: row[4],
                by: row[3], at: Timestamp(nanoseconds: row[5]))
        }
    }
}
