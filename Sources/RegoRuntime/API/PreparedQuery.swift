public import RegoCompiler
public import RegoSyntax
public import RegoValues

/// One answer of a query; its values are valid until the evaluation's heap is reset.
public struct QueryResult {
    /// The query's variables with their values, in the order of their first mention.
    public var bindings: [(name: String, value: Value)]
    /// The values of the query's expressions, when the query was prepared to capture them.
    public var expressions: [Value]
    /// The memory that the values live in.
    let heap: Heap
}

/// A query that is ready to run, from any thread.
public struct PreparedQuery: Sendable {
    public let plan: Plan
    let builtins: BuiltinTable
    private let pool = EvaluatorPool()

    init(plan: Plan, builtins: BuiltinTable) {
        self.plan = plan
        self.builtins = builtins
    }

    /// The value of a query that is one reference, such as `data.aegis.decision`; undefined when it has none. For
    /// other queries: the bindings of the first answer as an object.
    ///
    /// The value lives in `heap`, in the input's heap, or in the query's own memory, which `heap` keeps until its reset.
    /// - Parameter input: undefined for no input.
    public func value(
        input: Value, heap: Heap, environment: EvaluationEnvironment = EvaluationEnvironment()
    ) throws(EvaluationError) -> Value {
        let evaluator = pool.take() ?? Evaluator(plan: plan, builtins: builtins)
        defer { pool.give(evaluator) }
        return try evaluator.value(input: input, heap: heap, environment: environment)
    }

    /// Every answer of the query.
    public func results(
        input: Value, heap: Heap, environment: EvaluationEnvironment = EvaluationEnvironment()
    ) throws(EvaluationError) -> [QueryResult] {
        let evaluator = pool.take() ?? Evaluator(plan: plan, builtins: builtins)
        defer { pool.give(evaluator) }
        return try evaluator.results(input: input, heap: heap, environment: environment)
    }
}

/// The memory to run one query again and again; for one thread at a time.
public final class Evaluator {
    private let plan: Plan
    private let machine: Machine

    public convenience init(_ query: PreparedQuery) {
        self.init(plan: query.plan, builtins: query.builtins)
    }

    init(plan: Plan, builtins: BuiltinTable) {
        self.plan = plan
        machine = Machine(plan: plan, builtins: builtins)
    }

    /// The expressions and rule heads that all runs so far reached; empty unless the query tracks coverage.
    public var coveredLocations: Set<SourceLocation> {
        Set(machine.covered.map { plan.locations[Int($0)] })
    }

    /// Calls and loop steps that the last evaluation took, of ``EvaluationLimits/steps``.
    public var stepsTaken: Int { machine.stepsTaken }

    /// See ``PreparedQuery/value(input:heap:environment:)``.
    public func value(
        input: Value, heap: Heap, environment: EvaluationEnvironment = EvaluationEnvironment()
    ) throws(EvaluationError) -> Value {
        heap.keep(plan)
        let answer = try machine.run(input: input, heap: heap, environment: environment)
        guard !plan.isSingleValue else { return answer }
        guard let row = answer.elements.first else { return .undefined }
        return heap.object(zip(plan.variables, row.elements).map { (heap.string($0), $1) })
    }

    /// See ``PreparedQuery/results(input:heap:environment:)``.
    public func results(
        input: Value, heap: Heap, environment: EvaluationEnvironment = EvaluationEnvironment()
    ) throws(EvaluationError) -> [QueryResult] {
        heap.keep(plan)
        let answer = try machine.run(input: input, heap: heap, environment: environment)
        if plan.isSingleValue {
            return answer.isTruthy ? [QueryResult(bindings: [], expressions: [answer], heap: heap)] : []
        }
        return answer.elements.map { row in
            let values = Array(row.elements)
            return QueryResult(
                bindings: zip(plan.variables, values).map { ($0, $1) },
                expressions: Array(values.suffix(plan.captureCount)), heap: heap)
        }
    }
}
