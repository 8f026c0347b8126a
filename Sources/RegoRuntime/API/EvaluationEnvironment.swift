/// Bounds of one evaluation; crossing one is an error with a code of its own.
public struct EvaluationLimits: Sendable {
    /// Calls and loop steps.
    public var steps: Int
    /// Calls of rules and functions inside of each other.
    public var depth: Int
    /// Bytes of the heap that the evaluation may use besides what is in it already; the heap's own limit holds too.
    public var memory: Int
    /// When to give up.
    public var deadline: ContinuousClock.Instant?

    public init(
        steps: Int = 100_000_000, depth: Int = 2_000, memory: Int = .max, deadline: ContinuousClock.Instant? = nil
    ) {
        self.steps = steps
        self.depth = depth
        self.memory = memory
        self.deadline = deadline
    }
}

/// What an evaluation depends on besides plan, data and input.
public struct EvaluationEnvironment: Sendable {
    /// Nanoseconds since 1970-01-01T00:00:00Z; the same all through an evaluation.
    public var now: Int64
    public var randomSeed: UInt64
    /// Whether a failing builtin stops the evaluation instead of being undefined.
    public var strictBuiltinErrors: Bool
    /// The names of sources in which a failing builtin stops the evaluation, whatever `strictBuiltinErrors` says.
    public var strictSources: Set<String>
    public var limits: EvaluationLimits
    /// Where `print` and `trace` write.
    public var printSink: (@Sendable (String) -> Void)?

    public init(
        now: Int64 = 0, randomSeed: UInt64 = 0, strictBuiltinErrors: Bool = false,
        strictSources: Set<String> = [], limits: EvaluationLimits = EvaluationLimits(),
        printSink: (@Sendable (String) -> Void)? = nil
    ) {
        self.now = now
        self.randomSeed = randomSeed
        self.strictBuiltinErrors = strictBuiltinErrors
        self.strictSources = strictSources
        self.limits = limits
        self.printSink = printSink
    }
}
