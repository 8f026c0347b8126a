import Approvals
import ArgumentParser
import AuditTrail

struct AuditQueryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Find records by time, agent, tool, decision, policy, approval and more.",
        discussion: """
            All conditions must hold. Closed segments are indexed the first time that somebody asks; the index, in index/ beside them, can be
            removed at any time. What is printed comes from the segments themselves; whoever can write to index/ could still hide a record from a
            query, so where nothing may be overlooked, --without-index reads everything.

            EXAMPLES
              aegis audit query --decision deny --since 24h
              aegis audit query --agent finance-agent --policy finance-payments --from 2026-11-01T00:00:00Z --until 2026-12-01T00:00:00Z
              aegis audit query --approval apr_4f… --json | jq .decision_reason
            """)

    @OptionGroup var trail: TrailInput

    @Option(help: "Records from then on, RFC 3339 in UTC.")
    var from: String?

    @Option(help: "Records before then, RFC 3339 in UTC.")
    var until: String?

    @Option(help: "Records of the last while, such as 30m, 24h or 7d.")
    var since: String?

    @Option(help: "decision, approval, token, bundle, policy_review, budget, config, key, retention or heartbeat.")
    var kind: String?

    @Option(help: "Records of a tenant.")
    var tenant: String?
    @Option(help: "Records of an agent.")
    var agent: String?
    @Option(help: "Records of a tool.")
    var tool: String?

    @Option(help: "allow, deny, sanitize or approval_needed.")
    var decision: String?

    @Option(help: "The policy that the reason names.")
    var policy: String?

    @Option(help: "The policy version, or its beginning, such as acme/42.")
    var policyVersion: String?

    @Option(help: "A reason code, such as budget_exceeded.")
    var code: String?

    @Option(help: "An approval's id.")
    var approval: String?

    @Option(help: "A decision's id.")
    var id: String?

    @Option(help: "Records of a session.")
    var session: String?

    @Option(help: "A trace's id.")
    var trace: String?

    @Option(name: [.customShort("n"), .long], help: "Only the newest ones.")
    var limit: Int?

    @Flag(help: "Print only how many there are.")
    var count = false

    @Flag(help: "Print the records as they are: one line of canonical JSON each.")
    var json = false

    @Flag(help: "Read every record, and trust no index.")
    var withoutIndex = false

    func validate() throws {
        guard limit ?? 1 > 0 else { throw ValidationError("--limit has to be at least 1") }
        guard since == nil || from == nil else { throw ValidationError("--since and --from exclude each other") }
        guard kind.map({ AuditRecordKind(rawValue: $0) != nil }) ?? true else {
            throw ValidationError(
                "`\(kind ?? "")` is no kind of record; there are "
                    + AuditRecordKind.allCases.map(\.rawValue).joined(separator: ", "))
        }
    }

    func run() throws {
        try trail.reading {
            let query = try query()
            let search = try AuditSearch(directory: trail.directory, trustsIndexes: !withoutIndex)
            var found = 0
            if let limit, !count {
                for record in try search.newest(limit, query) { show(record) }
            } else {
                try search.run(query) { record in
                    found += 1
                    if !count { show(record) }
                    return true
                }
                if count { Output.line("\(found)") }
            }
        }
    }

    private func show(_ record: AuditRecordLine) { Output.line(json ? record.text : AuditTail.line(record)) }

    private func query() throws -> AuditQuery {
        var query = AuditQuery()
        query.from = try from.map(instant)
        query.until = try until.map(instant)
        if let since {
            query.from = try Timestamp.current().advanced(bySeconds: -TimeSpan.seconds(since, "--since")).nanoseconds
        }
        query.kind = kind
        query.tenant = tenant
        query.agent = agent
        query.tool = tool
        query.decision = decision
        query.policy = policy
        query.policyVersion = policyVersion
        query.code = code
        query.approval = approval
        query.decisionID = id
        query.session = session
        query.trace = trace
        return query
    }

    private func instant(_ text: String) throws -> Int64 {
        guard let time = Timestamp(parsing: text) else {
            throw CommandFailure("`\(text)` is no time", fix: "write it as 2026-11-23T15:20:25Z", exitCode: 2)
        }
        return time.nanoseconds
    }
}
