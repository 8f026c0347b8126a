import RegoRuntime
import RegoSyntax
import Testing

struct RegoTestRunnerTests {
    private static let policy = """
        package app

        allow if {
            input.role == "admin"
        }

        allow if {
            input.role == "owner"
            input.owns
        }
        """

    private static let tests = """
        package app_test

        import data.app

        test_admin if app.allow with input as {"role": "admin"}
        test_guest if not app.allow with input as {"role": "guest"}
        test_wrong if app.allow with input as {"role": "guest"}
        test_conflict if x := conflict
        todo_test_later if false
        conflict := 1
        conflict := 2
        test_printing if print("hello")
        """

    private func runner(coverage: Bool) throws -> RegoTestRunner {
        let sources = [
            SourceFile(name: "app.rego", text: Self.policy), SourceFile(name: "app_test.rego", text: Self.tests),
        ]
        return RegoTestRunner(program: try Program(modules: sources), tracksCoverage: coverage)
    }

    @Test func `each test has its outcome`() throws {
        var runner = try runner(coverage: false)
        var outcomes: [String: RegoTestRunner.Outcome] = [:]
        for (name, location) in runner.tests {
            let result = runner.run(name, at: location)
            outcomes[name] = result.outcome
            #expect(result.printed == (name.hasSuffix("printing") ? ["hello"] : []))
        }
        #expect(
            outcomes == [
                "data.app_test.test_admin": .passed,
                "data.app_test.test_guest": .passed,
                "data.app_test.test_wrong": .failed,
                "data.app_test.test_conflict": .error(
                    "app_test.rego:11: eval_conflict_error: complete rules must not produce multiple outputs"),
                "data.app_test.todo_test_later": .skipped,
                "data.app_test.test_printing": .passed,
            ])
    }

    @Test func `coverage tells lines that were reached from those that were not`() throws {
        var runner = try runner(coverage: true)
        for (name, location) in runner.tests where name.hasSuffix("test_admin") {
            #expect(runner.run(name, at: location).outcome == .passed)
        }
        let files = try #require(runner.coverage?.files)
        #expect(files.map(\.name) == ["app.rego"])
        #expect(files.first?.covered == [3, 4])
        #expect(files.first?.missed == [7, 8, 9])
        #expect(runner.coverage?.percent == 40)
    }
}
