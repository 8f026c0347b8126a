import ArgumentParser
import AuditTrail

struct AuditQueryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Find records by time, agent, tool, decision, policy, approval and more.",
        discussion: """
            All conditions must hold. Closed segments are indexed the first time that somebody asks; the index, in index/ beside them, can be
            removed at any time. What is printed comes from the segments themselves, and what an index leaves out is left out only where the
            line does not hold what was asked for; --without-index neither reads nor makes one.

            EXAMPLES
              aegis audit query --decision deny --since 24h
              aegis audit query --agent finance-agent --policy finance-payments --from 2026-11-01T00:00:00Z --until 2026-12-01T00:00:00Z
              aegis audit query --approval apr_4f… --json | jq .decision_reason
            """)

    @OptionGroup var trail: TrailInput

    @OptionGroup var filter: RecordFilter

    @Option(name: [.customShort("n"), .long], help: "Only the newest ones.")
    var limit: Int?

    @Flag(help: "Print only how many there are.")
    var count = false

    @Flag(help: "Print the records as they are: one line of canonical JSON each.")
    var json = false

    @Flag(help: "Read every record, and use no index.")
    var withoutIndex = false

    func validate() throws {
        guard limit ?? 1 > 0 else { throw ValidationError("--limit has to be at least 1") }
    }

    func run() throws {
        try trail.reading {
            let query = try filter.query()
            let search = try trail.search(trustsIndexes: !withoutIndex)
            let isWhole = try TrailGaps.tell(trail.directory)
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
            guard isWhole else { throw ExitCode(1) }
        }
    }

    private func show(_ record: AuditRecordLine) { Output.line(json ? record.text : AuditTail.line(record)) }
}
