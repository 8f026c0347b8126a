import AuditTrail
import Approvals
import Decisions
import Redaction
import RegoValues

/// What the open sessions have come to, from the audit trail. It is read back for a day and a half: a session that is used for
/// longer is told anew in its records every half day.
struct SessionRecovery {
    let auditDirectory: String
    /// For records of versions that kept ids as they came.
    let redactor: Redactor

    func run(into sessions: SessionLedger, now: Timestamp) throws {
        let horizon = now.advanced(bySeconds: -SessionReplay.horizon)
        var replay = SessionReplay()
        var reader = try AuditReader(directory: auditDirectory)
        try reader.skip(toTime: horizon.nanoseconds)
        while true {
            let records = try reader.next()
            if records.isEmpty { break }
            for record in records where record.mayBeOfSession { record.tell(replay: &replay, since: horizon, redactor) }
        }
        replay.restore(into: sessions, now: now)
    }
}

extension AuditRecordLine {
    /// Whether the record is about a call that was permitted.
    fileprivate var mayBeOfSession: Bool {
        guard self["kind"] == "decision", self["mode"] != "dry_run" else { return false }
        return self["decision"] == "allow" || self["decision"] == "sanitize"
    }

    fileprivate func tell(replay: inout SessionReplay, since horizon: Timestamp, _ redactor: Redactor) {
        guard let document = try? Document(json: bytes) else { return }
        defer { withExtendedLifetime(document) {} }
        let record = document.root
        guard let tenant = record.lookup("tenant").string, let agent = record.lookup("agent_id").string,
            let tool = record.lookup("tool_name").string,
            let time = record.lookup("evaluated_at").string ?? record.lookup("time").string,
            let at = Timestamp(parsing: time), at >= horizon, Self.isCall(record)
        else { return }
        let effects = SessionEffects(record.lookup("session_effects"))
        let session =
            effects?.isAgents == true
            ? nil
            : record.lookup("session_id").string
                .map { redactor.identifier($0, tenant: tenant) }
        replay.add(
            tool: tool, by: agent, in: SessionKey(tenant: tenant, agent: agent, sessionID: session), at: at,
            place: effects.flatMap { $0.place > 0 ? $0.place : nil }, labels: effects?.labels ?? [],
            marks: effects?.marks ?? [], carried: effects?.carried)
    }

    /// A tool's answer that was shown and a chain that was minted are decisions, too, and no calls: they have no place in a
    /// session. Calls in records of versions that gave none are told by what else their records say.
    private static func isCall(_ record: Value) -> Bool {
        if record.lookup("session_effects").lookup("place").int64 != nil { return true }
        let detail = record.lookup("detail")
        return detail.lookup("result").isUndefined && detail.lookup("omitted_bytes").isUndefined
            && record.lookup("mode").string == "enforce" && record.lookup("tool_name").string != "aegis.delegate"
    }
}
