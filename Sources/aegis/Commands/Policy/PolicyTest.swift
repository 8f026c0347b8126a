import ArgumentParser
import Foundation
import PolicyDocuments
import PolicyTesting
import RegoSyntax

struct PolicyTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run the tests of a folder of policies.",
        discussion: """
            Documents of kind PolicyTest, and the rules in `*_test.rego` files whose names start with `test_`. A case that fails is
            told with the rules that decided it. Exits with 1 when a test fails or too few rules are covered, with 3 when the policies
            are invalid.

            EXAMPLES
              aegis policy test policies/
              aegis policy test policies/ --coverage --fail-under 90 --junit report.xml
              aegis policy test policies/ --watch
            """)

    @Argument(help: "The folder of policies, with their tests.")
    var folder: String

    @Option(name: .customLong("run"), help: "Only tests of whose `TEST: CASE` this is a part.")
    var filter: String?

    @Flag(help: "Say which rules no case has seen at work.")
    var coverage = false

    @Option(help: "Fail when fewer percent of the rules were seen at work.")
    var failUnder: Double?

    @Option(help: ArgumentHelp("Write a JUnit report to this file.", valueName: "file"))
    var junit: String?

    @Flag(help: "Run again whenever a file changes, until interrupted.")
    var watch = false

    @Flag(help: "Print every test, not only those that fail.")
    var verbose = false

    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(
        help:
            "With --json: print what each case gives the policies as `input`, in clear, and what the rules alone say to it."
    )
    var inputs = false

    func validate() throws {
        if let failUnder, !(0...100).contains(failUnder) {
            throw ValidationError("--fail-under is a percentage from 0 to 100")
        }
    }

    func run() async throws {
        guard watch else {
            let code = try await runOnce()
            if code != 0 { throw ExitCode(code) }
            return
        }
        var seen: String?
        while true {
            let now = PolicyFolder.fingerprint(folder)
            if now != seen {
                seen = now
                if isatty(STDOUT_FILENO) != 0 {
                    Output.line("\u{1B}[2J\u{1B}[H\(Date().formatted(.iso8601)) \(folder)")
                }
                do { _ = try await runOnce() } catch let failure as CommandFailure { failure.report() }
            }
            try await Task.sleep(for: .milliseconds(300))
        }
    }

    /// - Returns: the exit code.
    private func runOnce() async throws -> Int32 {
        let report: PolicyTestReport
        do {
            let bench = try PolicyWorkbench(try PolicyFolder.read(folder))
            report = PolicyTestReport(
                cases: try await PolicyTestRun(bench, filter: filter), rego: try RegoTestRun(bench, filter: filter),
                folder: folder)
        } catch let diagnostics as Diagnostics {
            for diagnostic in diagnostics.all { ErrorOutput.write(diagnostic.rendered) }
            return 3
        }
        let isThin = failUnder.map { report.coverage.percent < $0 } ?? false
        if let junit { try write(report.junit, to: junit) }
        if json {
            Output.json { report.write(to: &$0, inputs: inputs, coverage: coverage || failUnder != nil) }
        } else {
            for line in report.lines(verbose: verbose) { Output.line(line) }
            if coverage || failUnder != nil { for line in report.coverageLines { Output.line(line) } }
            Output.line(report.summary)
        }
        guard report.count > 0 else {
            throw CommandFailure(
                filter.map { "no test of `\(folder)` has `\($0)` in its name" } ?? "`\(folder)` holds no tests",
                fix: "write a document of kind PolicyTest; `aegis policy init` shows some")
        }
        if isThin, let failUnder {
            ErrorOutput.write(
                "error: \(report.coverage.percent) % of the rules are covered, and \(failUnder) % are asked for")
        }
        return report.failed > 0 || isThin ? 1 : 0
    }

    private func write(_ text: String, to file: String) throws {
        try ResultFile.write(Array(text.utf8), to: file)
    }
}
