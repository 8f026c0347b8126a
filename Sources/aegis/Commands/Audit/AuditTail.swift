import Approvals
import ArgumentParser
import AuditTrail
import Foundation

struct AuditTail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Print the newest records of the audit trail.",
        discussion: """
            EXAMPLES
              aegis audit tail -n 50 --decision deny
              aegis audit tail -f --tenant acme --json | jq .decision_reason
            """)

    @OptionGroup var data: DataDirectory

    @Option(help: ArgumentHelp("The directory of the segments themselves.", valueName: "directory"))
    var dir: String?

    @Option(name: [.customShort("n"), .customLong("lines")], help: "How many records.")
    var lines = 10

    @Flag(name: .shortAndLong, help: "Go on with new records as they come.")
    var follow = false

    @Flag(help: "Print the records as they are: one line of canonical JSON each.")
    var json = false

    @Option(help: "Only this tenant's records.")
    var tenant: String?

    @Option(help: "Only records about this agent.")
    var agent: String?

    @Option(help: "Only these decisions: allow, deny, sanitize, approval_needed.")
    var decision: String?

    func validate() throws {
        guard lines >= 0 else { throw ValidationError("the number of lines cannot be negative") }
        try RecordFilter.check(decision: decision)
    }

    func run() async throws {
        let directory = dir ?? data.audit.path
        let isWhole: Bool
        do {
            try AuditReader.requireTrail(directory)
            isWhole = try TrailGaps.tell(directory)
            var reader = try AuditReader(directory: directory)
            for record in try reader.last(lines, where: matches) { print(record) }
            while follow {
                let records = try reader.next()
                for record in records where matches(record) { print(record) }
                if records.isEmpty { try await Task.sleep(for: .milliseconds(200)) }
            }
        } catch let error as AuditError {
            throw CommandFailure(error.message, fix: error.fix)
        }
        guard isWhole else { throw ExitCode(1) }
    }

    private func matches(_ record: AuditRecordLine) -> Bool {
        (tenant == nil || record["tenant"] == tenant) && (agent == nil || record["agent_id"] == agent)
            && (decision == nil || record["decision"] == decision)
    }

    private func print(_ record: AuditRecordLine) {
        Output.line(json ? record.text : Self.line(record))
    }

    /// `2026-11-23T15:20:25.123Z acme#41 approval_needed finance-agent payments.transfer approval_required (large): …`
    static func line(_ record: AuditRecordLine) -> String {
        let time = record["time"].map { $0.count > 24 ? $0.prefix(23) + "Z" : $0 } ?? "-"
        var parts = [time, "\(record["tenant"] ?? "-")#\(record["index"] ?? "-")"]
        let kind = record["kind"] ?? "-"
        parts.append(kind == "decision" ? record["decision"] ?? kind : kind)
        if let would = record["would_decision"] { parts.append("(would \(would))") }
        parts += [record["agent_id"], record["tool_name"]].compactMap { $0 }
        if let code = record["decision_reason", "code"] {
            let rule = record["decision_reason", "rule"].map { " (\($0))" } ?? ""
            parts.append("\(code)\(rule): \(record["decision_reason", "message"] ?? "")")
        } else if let detail = record["detail"] {
            parts.append(detail)
        }
        if let approval = record["approval_id"] { parts.append(approval) }
        // What agents put into names must not reach the terminal as control characters, nor turn the line around.
        return VisibleText.of(parts.joined(separator: " ").replacing("\n", with: " "))
    }
}
