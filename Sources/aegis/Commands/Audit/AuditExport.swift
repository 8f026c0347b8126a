import ArgumentParser
import AuditTrail
import Foundation

struct AuditExport: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case csv, jsonl
    }

    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the records that a query finds as CSV or JSON lines, for spreadsheets and other tools.",
        discussion: """
            The conditions are those of `aegis audit query`; every record is read, and no index trusted. JSON lines are the records as they
            stand in the trail, hash and all. CSV has a column for each of --fields, `decision_reason.code` for a member of a member; what a
            spreadsheet would take for a formula begins with a quote. To send the trail on as it grows, see `aegis serve --export`; to prove it
            to somebody, `aegis evidence build`.

            EXAMPLES
              aegis audit export --decision deny --since 30d --out denials.csv
              aegis audit export --tenant acme --kind decision --fields time,agent_id,tool_name,decision,decision_reason.code
              aegis audit export --format jsonl --from 2026-10-01T00:00:00Z --until 2027-01-01T00:00:00Z --out q4.jsonl
            """)

    @OptionGroup var trail: TrailInput
    @OptionGroup var filter: RecordFilter

    @Option(help: "csv or jsonl.")
    var format = Format.csv

    @Option(help: ArgumentHelp("The columns of CSV, with commas between.", valueName: "names"))
    var fields: String?

    @Option(help: ArgumentHelp("Where to write (default: stdout).", valueName: "file"))
    var out: String?

    @Flag(help: "Say what was written as JSON; goes with --out.")
    var json = false

    private static let usual = [
        "time", "log", "index", "kind", "tenant", "decision_id", "agent_id", "acting_for", "call_chain", "session_id",
        "tool_name", "decision", "decision_reason.code", "decision_reason.policy", "decision_reason.rule",
        "decision_reason.message", "would_decision", "mode", "policy_version", "approval_id", "parameters_shown",
        "enforcement_point", "region", "trace_id", "retention_class", "detail", "hash",
    ]

    private var columns: [String] {
        fields.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) } ?? Self.usual
    }

    func validate() throws {
        guard fields == nil || format == .csv else { throw ValidationError("--fields goes with --format csv") }
        guard out != nil || !json else { throw ValidationError("--json goes with --out") }
        guard columns.allSatisfy({ !$0.isEmpty && $0.split(separator: ".").count <= 2 }) else {
            throw ValidationError("--fields are names with commas between, such as time,agent_id,decision_reason.code")
        }
    }

    func run() throws {
        let records: Int
        let isWhole: Bool
        do {
            let output = try ExportFile(out)
            (records, isWhole) = try trail.reading { (try write(to: output), try TrailGaps.tell(trail.directory)) }
            try output.finish()
        } catch let error as ExportFile.Failure {
            throw CommandFailure("cannot write \(out ?? "to stdout")", fix: error.fix)
        }
        if let out {
            if json {
                Output.json(["records": records, "format": format.rawValue, "out": out])
            } else {
                Output.line("\(out): \(records) record\(records == 1 ? "" : "s")")
            }
        }
        guard isWhole else { throw ExitCode(1) }
    }

    private func write(to output: ExportFile) throws -> Int {
        let columns = columns
        var empty = Set(fields == nil ? [] : columns)
        var records = 0
        if format == .csv { try output.write(CSVRow(cells: columns).text) }
        try trail.search(trustsIndexes: false).run(filter.query()) { record in
            records += 1
            switch format {
            case .jsonl: try output.write(record.text + "\n")
            case .csv:
                let cells = columns.map { Self.value(of: $0, in: record) }
                for (column, cell) in zip(columns, cells) where !cell.isEmpty { empty.remove(column) }
                try output.write(CSVRow(cells: cells).text)
            }
            return true
        }
        for column in columns where records > 0 && empty.contains(column) {
            ErrorOutput.write("warning: none of these records has `\(column)`")
        }
        return records
    }

    private static func value(of column: String, in record: AuditRecordLine) -> String {
        let parts = column.split(separator: ".").map(String.init)
        return (parts.count == 2 ? record[parts[0], parts[1]] : record[column]) ?? ""
    }
}

/// A file that takes its name once all of it is there; or stdout.
final class ExportFile {
    struct Failure: Error { var fix = "check the folder, the room on the disk and your rights to it" }

    private let place: OutputPlace?
    private let handle: FileHandle
    private var waiting = Data()
    private static let piece = 1 << 18

    /// - Throws: ``Failure``.
    init(_ path: String?) throws {
        place = path.map { OutputPlace($0) }
        guard let place else {
            handle = .standardOutput
            return
        }
        do throws(OutputPlace.Failure) {
            handle = FileHandle(fileDescriptor: try place.begin(), closeOnDealloc: true)
        } catch { throw Failure() }
    }

    func write(_ text: String) throws {
        waiting.append(contentsOf: text.utf8)
        if waiting.count >= Self.piece { try flush() }
    }

    func finish() throws {
        try flush()
        do throws(OutputPlace.Failure) { try place?.finish() } catch { throw Failure() }
    }

    private func flush() throws {
        do { try handle.write(contentsOf: waiting) } catch { throw Failure() }
        waiting.removeAll(keepingCapacity: true)
    }

    // What was not finished is not left behind.
    deinit { place?.discard() }
}
