internal import RegoRuntime
internal import RegoSyntax
internal import RegoValues

/// Measures how the cost of a query grows with the number of rules that an index can tell apart.
struct IndexGrowth {
    /// A kind of condition that rules are indexed by.
    enum Kind: String, CaseIterable {
        case equality, membership, prefix, glob, suffix, argument

        func rule(_ number: Int) -> String {
            switch self {
            case .equality: #"allow if input.path == "/items/\#(number)""#
            case .membership: #"allow if input.role in {"reader-\#(number)", "writer-\#(number)"}"#
            case .prefix: #"allow if startswith(input.path, "/tenants/\#(number)/")"#
            case .glob: #"allow if glob.match("/tenants/\#(number)/*/read", ["/"], input.path)"#
            case .suffix: #"allow if endswith(input.host, ".tenant-\#(number).example.com")"#
            case .argument: #"level("user-\#(number)") := true"#
            }
        }

        func input(_ number: Int) -> String {
            switch self {
            case .equality: #"{"path":"/items/\#(number)"}"#
            case .membership: #"{"role":"writer-\#(number)"}"#
            case .prefix: #"{"path":"/tenants/\#(number)/orders"}"#
            case .glob: #"{"path":"/tenants/\#(number)/orders/read"}"#
            case .suffix: #"{"host":"eu.tenant-\#(number).example.com"}"#
            case .argument: #"{"user":"user-\#(number)"}"#
            }
        }

        /// Rules besides the numbered ones.
        var preamble: String { self == .argument ? "allow if level(input.user)\n" : "" }
    }

    static let sizes = [10, 1_000, 10_000]
    /// The most that the largest size may cost, as a multiple of the smallest.
    static let bound = 1.3

    let kind: Kind
    /// By size.
    private(set) var timings: [Timings] = []

    /// How much more the most rules cost than the fewest, by the fastest rounds.
    var ratio: Double { (timings.last?.best ?? 0) / max(timings.first?.best ?? 0, 0.001) }

    /// Measures all sizes in alternate rounds.
    init(_ kind: Kind, rounds: Int) throws {
        self.kind = kind
        let queries = try Self.sizes.map { try GrowingQuery(kind, size: $0) }
        timings = queries.map { _ in Timings() }
        let runs = try queries.map { try $0.runsPerRound() }
        for _ in 0..<max(1, rounds) {
            for index in queries.indices {
                timings[index].add(try queries[index].run(runs[index]), runs: runs[index])
            }
        }
    }
}

/// A query over so many rules, asked with inputs that some of the rules allow.
private final class GrowingQuery {
    private let evaluator: Evaluator
    private let inputs: [[UInt8]]
    private let heap = Heap()

    init(_ kind: IndexGrowth.Kind, size: Int) throws {
        var text = "package growth\n" + kind.preamble
        for number in 0..<size { text += kind.rule(number) + "\n" }
        let program = try Program(modules: [SourceFile(name: "growth.rego", text: text)])
        evaluator = Evaluator(try program.prepare("data.growth.allow"))
        inputs = (0..<8).map { Array(kind.input(size * $0 / 8).utf8) }
    }

    func run(_ count: Int) throws -> Duration {
        try ContinuousClock().measure {
            for turn in 0..<count {
                heap.reset()
                let answer = try evaluator.value(input: try heap.parseJSON(inputs[turn & 7]), heap: heap)
                guard answer.boolValue == true else {
                    throw EvaluationError(.internal, "a rule that holds was not found")
                }
            }
        }
    }

    func runsPerRound() throws -> Int {
        let probe = try run(64)
        return max(64, Int(64 * (Timings.round / max(probe, .microseconds(1)))))
    }
}
