import AuditTrail
import Approvals
import Decisions
import RegoValues

/// What the sessions of the last day have come to, from the audit trail: a restart forgets nothing.
struct SessionRecovery {
    let auditDirectory: String

    func run(into sessions: SessionLedger, now: Timestamp) throws {
        let horizon = now.advanced(bySeconds: -SessionLedger.life)
        var reader = try AuditReader(directory: auditDirectory)
        try reader.skip(toTime: horizon.nanoseconds)
        while true {
            let records = try reader.next()
            if records.isEmpty { return }
            for record in records where record.isPermittedCall {
                guard let call = record.sessionCall, call.at >= horizon else { continue }
                sessions.restore(tool: call.tool, labels: call.labels, marks: call.marks, in: call.key, at: call.at)
            }
        }
    }
}

extension AuditRecordLine {
    fileprivate var isPermittedCall: Bool {
        guard self["kind"] == "decision", self["mode"] != "dry_run" else { return false }
        return self["decision"] == "allow" || self["decision"] == "sanitize"
    }

    fileprivate struct SessionCall {
        var key: SessionKey
        var tool: String
        var labels: [String]
        var marks: [SessionMark]
        var at: Timestamp
    }

    fileprivate var sessionCall: SessionCall? {
        guard let document = try? Document(json: bytes) else { return nil }
        defer { withExtendedLifetime(document) {} }
        let record = document.root
        guard let tenant = record.lookup("tenant").string, let agent = record.lookup("agent_id").string,
            let tool = record.lookup("tool_name").string, let time = record.lookup("time").string,
            let at = Timestamp(parsing: time)
        else { return nil }
        let effects = record.lookup("session_effects")
        return SessionCall(
            key: SessionKey(tenant: tenant, agent: agent, sessionID: record.lookup("session_id").string), tool: tool,
            labels: effects.lookup("labels").elements.compactMap(\.string),
            marks: effects.lookup("marks").elements.compactMap { mark in
                guard let books = mark.lookup("books").string.flatMap(StateBooks.init(rawValue:)),
                    let policy = mark.lookup("policy").string, let rule = mark.lookup("rule").string,
                    let value = mark.lookup("value").string
                else { return nil }
                return SessionMark(books: books, policy: policy, rule: rule, value: value)
            }, at: at)
    }
}
