import ArgumentParser
import PolicyDocuments
import RegoSyntax

struct PolicyLint: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Tell every mistake in a folder of policies, with its place and its fix.",
        discussion: """
            Exits with 3 when there is an error; warnings alone exit with 0, or with 3 under --strict.

            EXAMPLES
              aegis policy lint policies/
              aegis policy lint policies/ --json | jq -r '.diagnostics[].code'
              aegis policy lint policies/ --sarif > lint.sarif
            """)

    @Argument(help: "The folder of policies.")
    var folder: String

    @Flag(help: "Count warnings as errors.")
    var strict = false

    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(help: "Print a SARIF 2.1.0 log, for code hosts.")
    var sarif = false

    func validate() throws {
        if json, sarif { throw ValidationError("--json and --sarif exclude each other") }
    }

    func run() throws {
        let tree = try PolicyFolder.read(folder, mayBeEmpty: json || sarif)
        let found = try PolicyCompiler.examine(tree)
        let errors = found.count { $0.severity == .error }
        let warnings = found.count - errors
        if sarif {
            Output.json(SARIFLog.object(found, folder: folder))
        } else if json {
            Output.json([
                "files": tree.files.count, "errors": errors, "warnings": warnings,
                "diagnostics": found.map(Self.object),
            ])
        } else {
            for diagnostic in found { ErrorOutput.write(diagnostic.rendered) }
            Output.line(
                "\(Self.counted(tree.files.count, "file")): \(Self.counted(errors, "error")), \(Self.counted(warnings, "warning"))"
            )
        }
        if errors > 0 || (strict && warnings > 0) { throw ExitCode(3) }
    }

    private static func object(_ diagnostic: Diagnostic) -> [String: Any] {
        var object: [String: Any] = [
            "severity": diagnostic.severity.rawValue, "code": diagnostic.code, "message": diagnostic.message,
            "file": diagnostic.location.file, "line": diagnostic.location.line, "column": diagnostic.location.column,
        ]
        if let fix = diagnostic.fix { object["fix"] = fix }
        return object
    }

    private static func counted(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }
}
