import ArgumentParser
import Foundation
import PolicyDocuments
import Redaction
import RegoSyntax

struct DetectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect",
        abstract: "Show what the detectors of personal data and secrets find in a text or JSON value.",
        discussion: """
            A file is read as text, and with --json-value as one JSON value, in which names and values are searched as policies do. The text
            itself is never written, only what stands in its place: use --redact to see that.

            EXAMPLES
              aegis detect notes.txt                                  each find with its place
              echo 'card 4111 1111 1111 1111' | aegis detect -        from stdin
              aegis detect call.json --json-value --redact            the value as a policy would pass it on
              aegis detect notes.txt --detectors us_ssn,email --redact --action keep_last_four
              aegis detect notes.txt --policies policies/             with the detectors of your own documents
              aegis detect --list                                     the detectors there are

            Exits with 0 whether or not anything was found.
            """)

    @Argument(help: "The file, or `-` for stdin.")
    var file: String?

    @Option(help: "Which detectors look, separated by commas (default: all).")
    var detectors: String?

    @Option(help: "A folder of policies whose `kind: Detector` documents look too.")
    var policies: String?

    @Flag(help: "Read one JSON value.")
    var jsonValue = false

    @Flag(help: "Read one JSON string or value a line, and answer with one line of finds for each.")
    var lines = false

    @Flag(help: "Write the text or value with the finds rewritten.")
    var redact = false

    @Option(help: "What becomes of finds: redact, keep_last_four, pseudonym, drop.")
    var action = "redact"

    @Flag(help: "Finds as JSON.")
    var json = false

    @Flag(help: "List the detectors.")
    var list = false

    func run() throws {
        let custom = try customDetectors()
        let known = Redactor.detectorNames + custom.ownNames
        if list {
            if json { Output.json(known) } else { known.forEach(Output.line) }
            return
        }
        let names = try detectors.map { try Self.names($0, known: known) } ?? known
        guard let form = RedactionForm(rawValue: action) else {
            let forms = RedactionForm.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure("--action `\(action)` is none", fix: "use one of \(forms)", exitCode: 2)
        }
        guard let file else {
            throw CommandFailure("no file is named", fix: "name one, or `-` for stdin", exitCode: 2)
        }
        let search = DetectorSearch(names: names, form: form, custom: custom)
        let bytes = try Self.read(file)
        if lines {
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                try Output.json(search.finds(inJSON: Array(line)))
            }
        } else if redact {
            // A text comes out as it went in but for its finds, and has a line's end where it had one.
            Output.write(String(decoding: try search.redacted(bytes, isJSON: jsonValue), as: UTF8.self))
            if jsonValue { Output.write("\n") }
        } else if jsonValue {
            try write(search.finds(inJSON: bytes), ["path", "detector", "count"])
        } else {
            write(search.finds(inText: bytes), ["line", "column", "length", "detector"])
        }
    }

    private func write(_ finds: [[String: Any]], _ columns: [String]) {
        if json {
            Output.json(finds)
        } else if finds.isEmpty {
            Output.line("nothing found")
        } else {
            Output.table(
                columns.map { $0.uppercased() }, finds.map { find in columns.map { find[$0].map { "\($0)" } ?? "" } })
        }
    }

    private func customDetectors() throws -> CustomDetectors {
        guard let policies else { return .none }
        do {
            return try PolicyFolder.read(policies).detectors()
        } catch let error as Diagnostics {
            for diagnostic in error.all { ErrorOutput.write(diagnostic.rendered) }
            throw ExitCode(3)
        }
    }

    private static func names(_ list: String, known: [String]) throws -> [String] {
        try list.split(separator: ",").map { name in
            guard known.contains(String(name)) else {
                throw CommandFailure(
                    "there is no detector `\(name)`", fix: "use some of \(known.joined(separator: ", "))", exitCode: 2)
            }
            return String(name)
        }
    }

    private static func read(_ file: String) throws -> [UInt8] {
        if file == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
        return try InputFile.read(file, exitCode: 2)
    }
}
