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
            if let expected {
                let last = try Int64.fetchOne(
                    db, sql: "SELECT max(changed_at) FROM agent_stops WHERE tenant = ? AND agent = ?",
                    arguments: [stop.tenant, stop.agent])
                guard last.map({ LastSwitch.at(Timestamp(nanoseconds: $0)) }) ?? .never == expected else {
                    throw AccessError(.conflict, "somebody has switched `\(stop.agent)` since you looked")
                }
            }
            let before = try AgentStopRows.last(db, stop, origin: .here)
            guard before?.isStopped ?? false != isStopped else { return nil }
            try AgentStopRows.set(
                db, AgentStopChange(stop: stop, isStopped: isStopped, by: administrator.name, at: now))
            return try ActRows.insert(
                db,
                AdministrativeAct(
                    .config, isStopped ? "agent_disabled" : "agent_enabled", tenant: stop.tenant,
                    by: administrator.name, via: administrator.via, agent: stop.agent,
                    detail: ["reason": stop.reason], at: now))
        }
    }

    public func learn(
        _ changes: [AgentStopChange], tenant: String, from source: ListSource, now: Timestamp
    ) async throws -> [String] {
        try await writer.perform { db in
            var acts: [String] = []
            for change in changes where change.stop.tenant == tenant {
                guard case .list(let serial) = change.origin else { continue }
                let before = try AgentStopRows.last(db, change.stop, origin: change.origin)
                if case .list(let known)? = before?.origin, known >= serial { continue }
                try AgentStopRows.set(db, change)
                // An agent that comes switched on was never off here.
                guard change.isStopped || before?.isStopped == true else { continue }
                acts.append(
                    try ActRows.insert(
                        db,
                        AdministrativeAct(
                            .config, change.isStopped ? "agent_disabled" : "agent_enabled", tenant: tenant,
                            by: change.by, via: "list", agent: change.stop.agent,
                            detail: [
                                "reason": change.stop.reason, "since": change.since.description,
                                "source": source.name, "signed_by": source.signedBy,
                            ], at: now)))
            }
            return acts
        }
    }

    /// The last change of each agent of any tenant that was ever switched off, by origin, latest change last.
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
    private static let columns = "tenant, agent, reason, by, stopped, changed_at, origin, serial"

    static func fetch(
        _ db: Database, _ condition: String = "", _ arguments: StatementArguments = []
    ) throws -> [AgentStopChange] {
        try Row.fetchAll(
            db, sql: "SELECT \(columns) FROM agent_stops \(condition) ORDER BY changed_at", arguments: arguments
        ).map { row in
            AgentStopChange(
                stop: AgentSwitches.Stop(tenant: row[0], agent: row[1], reason: row[2]), isStopped: row[4],
                by: row[3], at: Timestamp(nanoseconds: row[5]),
                origin: row[6] as String == AgentStopChange.Origin.here.name ? .here : .list(serial: row[7]))
        }
    }

    static func last(
        _ db: Database, _ stop: AgentSwitches.Stop, origin: AgentStopChange.Origin
    ) throws -> AgentStopChange? {
        try fetch(
            db, "WHERE tenant = ? AND agent = ? AND origin = ?", [stop.tenant, stop.agent, origin.name]
        ).first
    }

    /// Later than every change before it, so that nobody who watches misses it.
    static func set(_ db: Database, _ change: AgentStopChange) throws {
        let stop = change.stop
        try db.execute(
            sql: """
                INSERT INTO agent_stops (\(columns))
                VALUES (?1, ?2, ?3, ?4, ?5, max(?6, (SELECT coalesce(max(changed_at), 0) + 1 FROM agent_stops)), ?7, ?8)
                ON CONFLICT DO UPDATE SET reason = excluded.reason, by = excluded.by, stopped = excluded.stopped,
                    changed_at = excluded.changed_at, serial = excluded.serial
                """,
            arguments: [
                stop.tenant, stop.agent, stop.reason, change.by, change.isStopped, change.at.nanoseconds,
                change.origin.name, change.origin.serial,
            ])
    }
}

extension AgentStopChange.Origin {
    fileprivate var name: String {
        switch self {
        case .here: "here"
        case .list: "list"
        }
    }

    fileprivate var serial: Int64 {
        switch self {
        case .here: 0
        case .list(let serial): serial
        }
    }
}
