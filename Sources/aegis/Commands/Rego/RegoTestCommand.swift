internal import ArgumentParser
internal import Foundation
internal import RegoCompiler
internal import RegoRuntime
internal import RegoSyntax

struct RegoTestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run the rules whose names start with `test_`.",
        discussion: """
            Exit codes: 0 all passed, 1 some failed, 2 usage, 3 invalid policy.
            Example:
              aegis rego test policies/ --coverage
            """)

    @Argument(help: "Rego and JSON files, or folders of them.")
    var paths: [String]

    @Flag(help: "Print which lines the tests reach.")
    var coverage = false

    @Flag(help: "Print every test, not only those that fail.")
    var verbose = false

    @Flag(help: "Print the results as JSON.")
    var json = false

    @Option(name: .customLong("run"), help: "Run only tests whose name contains this.")
    var filter: String?

    @Option(help: "Fail when fewer percent of the lines are reached.")
    var threshold: Double?

    func run() throws {
        let sources = try RegoSources(paths: paths)
        let program: Program
        do {
            program = try Program(modules: sources.modules, data: try sources.data())
        } catch let error as Diagnostics {
            FileHandle.standardError.write(Data((error.rendered + "\n").utf8))
            throw ExitCode(3)
        }
        var runner = RegoTestRunner(program: program, tracksCoverage: coverage || threshold != nil)
        let now = Int64(Date().timeIntervalSince1970 * 1_000_000_000)
        let environment = EvaluationEnvironment(now: now, randomSeed: .random(in: .min ... .max))
        var results: [RegoTestRunner.Result] = []
        for (name, location) in runner.tests where filter.map({ name.contains($0) }) ?? true {
            results.append(runner.run(name, at: location, environment: environment))
        }
        if json {
            try printJSON(results, runner.coverage)
        } else {
            printText(results, coverage ? runner.coverage : nil)
        }
        let isBad = results.contains { $0.outcome != .passed && $0.outcome != .skipped }
        let isThin = threshold.map { (runner.coverage?.percent ?? 0) < $0 } ?? false
        if isBad || isThin { throw ExitCode(1) }
    }

    private func printText(_ results: [RegoTestRunner.Result], _ coverage: TestCoverage?) {
        for result in results where verbose || result.outcome != .passed {
            let time = String(format: "%.2f ms", result.duration / .milliseconds(1))
            print("\(result.location.file):\(result.location.line): \(result.name): \(word(result.outcome)) (\(time))")
            for line in result.printed { print("  \(line)") }
        }
        if let coverage {
            for file in coverage.files where !file.missed.isEmpty {
                print("\(file.name): not reached: \(file.missed.map(String.init).joined(separator: ", "))")
            }
            print("coverage: \(coverage.percent) %")
        }
        let passed = results.count { $0.outcome == .passed }
        let skipped = results.count { $0.outcome == .skipped }
        let failed = results.count - passed - skipped
        print("\(passed) passed, \(failed) failed\(skipped > 0 ? ", \(skipped) skipped" : "")")
    }

    private func word(_ outcome: RegoTestRunner.Outcome) -> String {
        switch outcome {
        case .passed: "passed"
        case .failed: "failed"
        case .skipped: "skipped"
        case .error(let message): "error: \(message)"
        }
    }

    private func printJSON(_ results: [RegoTestRunner.Result], _ coverage: TestCoverage?) throws {
        let tests = results.map { result -> [String: Any] in
            [
                "name": result.name, "file": result.location.file, "row": result.location.line,
                "outcome": word(result.outcome), "printed": result.printed,
                "duration_us": result.duration / .microseconds(1),
            ]
        }
        var object: [String: Any] = ["tests": tests]
        if let coverage {
            object["coverage"] = [
                "percent": coverage.percent,
                "files": coverage.files.map {
                    ["file": $0.name, "covered": $0.covered, "not_covered": $0.missed] as [String: Any]
                },
            ]
        }
        let data = try JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted, .sortedKeys])
        print(String(decoding: data, as: UTF8.self))
    }
}
