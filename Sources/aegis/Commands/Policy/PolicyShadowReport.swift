import ArgumentParser
import AuditTrail
import Foundation

struct PolicyShadowReport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shadow-report",
        abstract: "Say what would have been blocked, had shadow policies been enforced.",
        discussion: """
            Counts the calls of the audit trail that went ahead and would have been denied or held, by policy, rule, agent and
            tool, with the newest calls of each; what a candidate bundle would have stopped is counted by itself. Dry runs, tools'
            answers and delegations are no calls. The trail is read as it is: `aegis audit verify` says whether it is whole.

            EXAMPLES
              aegis policy shadow-report --since 7d
              aegis policy shadow-report --tenant acme --since 2026-11-01T00:00:00Z --json | jq '.rows[].count'
            """)

    @OptionGroup var data: DataDirectory

    @Option(help: ArgumentHelp("The directory of the segments themselves.", valueName: "directory"))
    var dir: String?

    @Option(
        help:
            "From when on: a duration back from now such as 90m, 24h or 7d, or a time in UTC such as 2026-11-01T00:00:00Z."
    )
    var since: String?

    @Option(help: "Only this tenant's calls.")
    var tenant: String?

    @Option(help: "How many calls of each kind to show.")
    var samples = 3

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard samples >= 0 else { throw ValidationError("the number of samples cannot be negative") }
        if let since, Self.start(since, now: Date()) == nil {
            throw ValidationError(
                "--since `\(since)` is neither a duration such as 7d nor a time such as 2026-11-01T00:00:00Z")
        }
    }

    func run() throws {
        let report: ShadowReport
        do {
            let directory = dir ?? data.audit.path
            try AuditReader.requireTrail(directory)
            report = try collect(directory)
            if report.decisions == 0 {
                try TrailTenants.tellNoCalls(of: tenant, since: report.since, in: directory)
            }
        } catch let error as AuditError {
            throw CommandFailure(error.message, fix: error.fix)
        }
        if json { return Output.json(Self.object(report)) }
        let tried = report.tried > 0 ? ", a candidate about \(report.tried)" : ""
        Output.line(
            "\(report.blocked) of \(report.decisions) calls would have been blocked"
                + " (shadow policies spoke about \(report.shadowed - report.tried)\(tried))")
        show(report.rows)
    }

    /// Which candidate it was is a column where there was one.
    private func show(_ rows: [ShadowReport.Row]) {
        guard !rows.isEmpty else { return }
        let hasCandidates = rows.contains { $0.group.candidate != nil }
        var header = ["COUNT", "WOULD", "POLICY", "AGENT", "TOOL", "LAST", "SAMPLE"]
        if hasCandidates { header.insert("CANDIDATE", at: 2) }
        let lines = rows.map { row -> [String] in
            let group = row.group
            let place = group.policy.isEmpty ? group.code : "\(group.policy)/\(group.rule)"
            let last = row.samples.last
            var cells: [String] = [
                String(row.count), group.would, place, group.agent, group.tool,
                last.map { String($0.time.prefix(19)) + "Z" } ?? "", last?.decisionID ?? "",
            ]
            if hasCandidates { cells.insert(group.candidate ?? "", at: 2) }
            return cells
        }
        Output.table(header, lines)
    }

    private func collect(_ directory: String) throws -> ShadowReport {
        var report = ShadowReport(
            since: since.flatMap { Self.start($0, now: Date()) }, tenant: tenant, sampleCount: samples)
        var reader = try AuditReader(directory: directory)
        var records = try reader.next()
        while !records.isEmpty {
            for record in records { report.add(record) }
            records = try reader.next()
        }
        return report
    }

    /// The beginning of the period in UTC, as records write it; nil where the text is neither form.
    static func start(_ text: String, now: Date) -> String? {
        if text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil { return String(text.dropLast()) }
        let seconds: [Character: Double] = ["m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ seconds[$0] }), let count = Int(text.dropLast()), count >= 0,
            count <= 1_000_000
        else { return nil }
        return String(now.addingTimeInterval(-Double(count) * unit).formatted(.iso8601).dropLast())
    }

    static func object(_ report: ShadowReport) -> [String: Any] {
        [
            "since": report.since.map { ($0 + "Z") as Any } ?? NSNull(), "decisions": report.decisions,
            "shadowed": report.shadowed, "would_block": report.blocked,
            "rows": report.rows.map { object($0) },
        ]
    }

    static func object(_ row: ShadowReport.Row) -> [String: Any] {
        [
            "count": row.count, "would_decision": row.group.would,
            "candidate": row.group.candidate.map { $0 as Any } ?? NSNull(), "policy": row.group.policy,
            "rule": row.group.rule, "code": row.group.code, "agent_id": row.group.agent,
            "tool_name": row.group.tool,
            "samples": row.samples.map { sample in
                [
                    "decision_id": sample.decisionID, "time": sample.time,
                    "parameters_shown": sample.parameters ?? NSNull(),
                ] as [String: Any]
            },
        ]
    }
}
