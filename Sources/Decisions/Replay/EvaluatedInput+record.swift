import Approvals
public import AuditTrail
import RegoValues

extension EvaluatedInput {
    /// Where the record tells of another call than the policies were asked about: agent, tool, callers, session, time.
    public func differences(from record: AuditRecordLine) -> [ReplayedDecision.Difference] {
        guard let input else { return [] }
        let session = input.lookup("session")
        let evaluated = record["evaluated_at"]
        // As text only where they differ: a record has all nine digits.
        let now = Timestamp(nanoseconds: input.lookup("now").int64 ?? 0)
        let isThen = evaluated.flatMap(Timestamp.init(parsing:)) == now
        let fields = [
            ("tenant", record["tenant"], input.lookup("tenant").string),
            ("agent_id", record["agent_id"], input.lookup("agent").lookup("id").string),
            ("tool_name", record["tool_name"], input.lookup("tool").lookup("name").string),
            ("call_chain", record["call_chain"], text(input.lookup("chain"))),
            ("session_id", record["session_id"], session.lookup("id").string),
            ("state_digest", record["state_digest"], digest(of: session)),
            ("evaluated_at", evaluated, isThen ? evaluated : now.description),
        ]
        return fields.compactMap { field, recorded, evaluated in
            recorded == evaluated
                ? nil : ReplayedDecision.Difference(field: field, recorded: recorded, replayed: evaluated)
        }
    }

    // Nil where there is none: records leave out what is empty.
    private func text(_ list: Value) -> String? { list.count == 0 ? nil : JSONWriter.text(list) }

    // Nil for a session that was new.
    private func digest(of session: Value) -> String? {
        guard session.lookup("labels").count > 0 || session.lookup("tools").count > 0 else { return nil }
        return try? SessionFacts.digest(of: session)
    }
}
