import ArgumentParser
import PolicyDocuments
import RegoSyntax

struct PolicyLint: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Check policies: every mistake with its place, its code, and how to fix it.",
        discussion: """
            Checks documents, conditions against the tools' parameter schemas, and that the generated Rego compiles. Exits with 3
            when there is an error; warnings alone pass, unless --strict is given.

            EXAMPLES
              aegis policy lint policies/
              aegis policy lint policies/payments.yaml --json
            """)

    @Argument(help: "A folder of policies, or one file.")
    var path: String

    @Flag(help: "Warnings fail as well.")
    var strict = false

    @Flag(help: "Print the findings as JSON.")
    var json = false

    func run() throws {
        let tree = try PolicyFolder.read(path)
        let findings = PolicyCompiler.lint(tree)
        let errors = findings.filter { $0.severity == .error }.count
        if json {
            Output.json(findings.map(Self.fields))
        } else {
            for finding in findings { ErrorOutput.write(finding.rendered) }
            let warnings = findings.count - errors
            let found = [counted(errors, "error"), counted(warnings, "warning")].compactMap(\.self).joined(separator: ", ")
            Output.line("\(path): \(found.isEmpty ? "no findings" : found) in \(tree.files.count) file\(tree.files.count == 1 ? "" : "s")")
        }
        if errors > 0 || (strict && !findings.isEmpty) { throw ExitCode(3) }
    }

    private func counted(_ number: Int, _ noun: String) -> String? {
        number == 0 ? nil : "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    private static func fields(_ finding: Diagnostic) -> [String: Any] {
        var fields: [String: Any] = [
            "file": finding.location.file, "line": finding.location.line, "column": finding.location.column,
            "severity": finding.severity == .error ? "error" : "warning", "code": finding.code, "message": finding.message,
        ]
        if let fix = finding.fix { fields["fix"] = fix }
        return fields
    }
}
