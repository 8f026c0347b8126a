public import RegoSyntax
internal import RegoValues

/// Runs the rules of a program whose names start with `test_`; each is a test that holds or does not.
public struct RegoTestRunner {
    public enum Outcome: Sendable, Equatable {
        case passed
        /// Undefined or false.
        case failed
        /// Its name starts with `todo_test_`.
        case skipped
        case error(String)
    }

    public struct Result: Sendable {
        /// `data.app.test_admin_may_read`
        public var name: String
        public var location: SourceLocation
        public var outcome: Outcome
        public var duration: Duration
        public var printed: [String]
    }

    public let program: Program
    /// Which places the tests so far reached, if that is tracked.
    public private(set) var coverage: TestCoverage?

    public init(program: Program, tracksCoverage: Bool = false) {
        self.program = program
        coverage = tracksCoverage ? TestCoverage(modules: program.modules) : nil
    }

    /// The names of all tests, in the order of their files.
    public var tests: [(name: String, location: SourceLocation)] {
        var seen: Set<String> = []
        return program.modules.flatMap { module in
            module.rules.compactMap { rule -> (String, SourceLocation)? in
                guard case .variable(let name)? = rule.head.reference.terms.first?.kind,
                    rule.head.reference.terms.count == 1, rule.head.arguments == nil,
                    name.hasPrefix("test_") || name.hasPrefix("todo_test_")
                else { return nil }
                let full = Printer.print(module.package.path) + "." + name
                return seen.insert(full).inserted ? (full, rule.location) : nil
            }
        }
    }

    /// Runs one test.
    public mutating func run(
        _ name: String, at location: SourceLocation, environment: EvaluationEnvironment = EvaluationEnvironment()
    ) -> Result {
        let printed = PrintedLines()
        var environment = environment
        environment.printSink = { printed.add($0) }
        let clock = ContinuousClock()
        let start = clock.now
        var outcome = Outcome.skipped
        if !(name.split(separator: ".").last ?? "").hasPrefix("todo_test_") {
            outcome = evaluate(name, environment)
        }
        return Result(
            name: name, location: location, outcome: outcome, duration: clock.now - start, printed: printed.lines)
    }

    private mutating func evaluate(_ name: String, _ environment: EvaluationEnvironment) -> Outcome {
        do {
            let query = try program.prepare(name, tracksCoverage: coverage != nil)
            let evaluator = Evaluator(query)
            let heap = Heap(limit: 1 << 30)
            defer { coverage?.add(evaluator.coveredLocations) }
            return try evaluator.value(input: .undefined, heap: heap, environment: environment).isTruthy
                ? .passed : .failed
        } catch let error as EvaluationError {
            return .error(error.description)
        } catch {
            return .error("\(error)")
        }
    }
}

/// What a test printed.
///
/// Unchecked Sendable: a test runs on one thread, and its lines are read after it.
private final class PrintedLines: @unchecked Sendable {
    private(set) var lines: [String] = []

    func add(_ line: String) { lines.append(line) }
}
