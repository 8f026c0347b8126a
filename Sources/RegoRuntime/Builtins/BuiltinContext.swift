public import RegoValues

/// What a builtin may use besides its arguments; one evaluation at a time, not thread-safe. Keeping it for the next
/// evaluation (``restart(heap:now:randomSeed:)``) keeps compiled patterns and time zones.
public final class BuiltinContext {
    @exclusivity(unchecked) public private(set) var heap: Heap
    /// Nanoseconds since 1970-01-01T00:00:00Z; the same all through an evaluation.
    public private(set) var now: Int64
    /// The seed of `rand.intn` and `uuid.rfc4122`.
    public private(set) var randomSeed: UInt64
    /// What `opa.runtime()` answers; undefined means the empty object.
    public var runtime: Value = .undefined
    /// Where `print` and `trace` write.
    public var printSink: ((String) -> Void)?
    /// Asked now and then by builtins that take long; returns the reason to stop.
    public var interruption: (() -> String?)?
    /// Parses a Rego module for `rego.parse_module`: the syntax tree, or the message of the error.
    public var parseModule: ((_ name: String, _ source: String, _ heap: Heap) -> Result<Value, BuiltinError>)?

    private var memory: [String: Value] = [:]
    private var rememberedBytes = 0
    private var zones: [String: ZoneRules] = [:]
    let patterns = PatternCache()

    public init(heap: Heap, now: Int64, randomSeed: UInt64) {
        self.heap = heap
        self.now = now
        self.randomSeed = randomSeed
    }

    /// Forgets what one evaluation's calls remember, for the next evaluation; compiled patterns are kept.
    public func restart(heap: Heap, now: Int64, randomSeed: UInt64) {
        self.heap = heap
        self.now = now
        self.randomSeed = randomSeed
        if !memory.isEmpty { memory.removeAll() }
        rememberedBytes = 0
        runtime = .undefined
    }

    /// The same over the same heap.
    public func restart(now: Int64, randomSeed: UInt64) { restart(heap: heap, now: now, randomSeed: randomSeed) }

    /// - Throws: `.memory` or `.halt` when the evaluation's memory or time is used up.
    public func checkLimits() throws(BuiltinError) {
        if heap.isExhausted { throw .outOfMemory }
        if let reason = interruption?() { throw BuiltinError(.halt, reason) }
    }

    /// Builtins ask this before they make much of little; what they make in proportion to their arguments, the machine
    /// notices afterwards.
    /// - Throws: `.memory` unless `bytes` more fit into the evaluation's memory.
    func checkRoom(for bytes: Int) throws(BuiltinError) {
        guard heap.hasRoom(for: bytes) else { throw .outOfMemory }
    }

    /// - Throws: `.memory` unless as many values fit into the evaluation's memory.
    func checkRoom(forValues count: Int) throws(BuiltinError) {
        guard count <= heap.freeBytes / MemoryLayout<Value>.stride else { throw .outOfMemory }
    }

    /// The rules of a time zone, kept once read; nil for an unknown one.
    func zone(_ name: String) -> ZoneRules? {
        if let known = zones[name] { return known }
        guard let rules = ZoneRules.named(name) else { return nil }
        if zones.count >= 64 { zones.removeAll() }
        zones[name] = rules
        return rules
    }

    /// The value that the first call with this key made: random builtins answer alike within an evaluation.
    /// - Throws: `.memory` for more keys than the evaluation's memory has room for.
    func remembered(_ key: String, make: () -> Value) throws(BuiltinError) -> Value {
        if let known = memory[key] { return known }
        rememberedBytes += 64 + 2 * key.utf8.count
        try checkRoom(for: rememberedBytes)
        let value = make()
        memory[key] = value
        return value
    }

    /// A random number that only the seed and the key decide.
    func random(for key: String) -> SeededGenerator {
        var state = randomSeed
        for byte in key.utf8 { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return SeededGenerator(state: state)
    }
}

/// SplitMix64: repeatable by seed, not for secrets.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
