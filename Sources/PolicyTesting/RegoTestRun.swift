import PolicyDocuments
public import RegoRuntime
import RegoSyntax
import RegoValues

/// The Rego tests of a tree, run against the generated rules and the Rego files that policies name.
public struct RegoTestRun: Sendable {
    public let results: [RegoTestRunner.Result]

    /// - Parameter filter: only tests of whose full name this is a part.
    /// - Throws: ``Diagnostics`` where the tests do not compile.
    public init(_ bench: PolicyWorkbench, filter: String? = nil) throws {
        guard !bench.policies.tests.isEmpty else {
            results = []
            return
        }
        let program = try Program(modules: bench.policies.modules + bench.policies.tests, data: bench.data)
        var runner = RegoTestRunner(program: program)
        let files = Set(bench.policies.tests.map(\.name))
        results = try runner.tests.filter { name, location in
            files.contains(location.file) && (filter.map { name.contains($0) } ?? true)
        }.map { test in
            try Task.checkCancellation()
            return runner.run(test.name, at: test.location)
        }
    }
}
