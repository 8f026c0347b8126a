internal import RegoCompiler
internal import RegoSyntax
internal import RegoValues

/// A builtin as one machine calls it. To call a closure is to retain what it holds; this closure is the machine's own, so that no
/// other thread writes to that count.
struct BoundBuiltin {
    let call: (UnsafeBufferPointer<Value>) throws(BuiltinError) -> Value

    init(_ builtin: Builtin, _ context: BuiltinContext) {
        let function = builtin.function
        call = { arguments throws(BuiltinError) in try function(arguments, context) }
    }
}

/// The memory and state of one evaluation at a time; it can be used again for the next.
final class Machine {
    let plan: Plan
    private let builtins: [Builtin]
    let calls: [BoundBuiltin]
    // One evaluation at a time runs on a machine, and nothing holds on to these across a call that changes them: checking
    // each access for that would only take time.
    @exclusivity(unchecked) var registers: UnsafeMutablePointer<Value>
    @exclusivity(unchecked) var registerCapacity: Int
    let frames: UnsafeMutablePointer<Frame>
    /// What every few instructions touch. It is behind a pointer because a class's properties would be checked for
    /// exclusive access each time, which took a tenth of an evaluation.
    private let hot: UnsafeMutablePointer<HotState>
    private var memo: MemoTable {
        didSet {
            hot.pointee.memoValues = memo.values
            hot.pointee.memoStates = memo.states
        }
    }
    private let firstMemo: MemoTable
    private var spareMemos: [MemoTable] = []

    @exclusivity(unchecked) private(set) var heap: Heap
    /// Stands in between runs, so that nothing of a caller is held on to.
    private let idleHeap: Heap
    let context: BuiltinContext
    @exclusivity(unchecked) var overrides: [Int32]
    @exclusivity(unchecked) var replacements: [ActiveReplacement]
    private var suspended: [ReplacementState] = []
    private var isStrict = false
    private var strictSources: Set<String> = []
    /// The locations that `cover` instructions noted, over all runs.
    var covered: Set<Int32> = []
    private var deadline: ContinuousClock.Instant?
    private var depthLimit = 0
    /// The steps that the last run took.
    private(set) var stepsTaken = 0

    static let deepestFrame = 1 << 16

    init(plan: Plan, builtins: BuiltinTable) {
        self.plan = plan
        idleHeap = Heap(limit: 0)
        heap = idleHeap
        context = BuiltinContext(heap: heap, now: 0, randomSeed: 0)
        context.parseModule = ModuleTree.parse
        self.builtins = builtins.builtins
        calls = builtins.builtins.map { [context] in BoundBuiltin($0, context) }
        registerCapacity = 256
        registers = .allocate(capacity: registerCapacity)
        registers.initialize(repeating: .undefined, count: registerCapacity)
        frames = .allocate(capacity: Machine.deepestFrame)
        firstMemo = MemoTable(count: plan.memoCount)
        memo = firstMemo
        hot = .allocate(capacity: 1)
        hot.initialize(to: HotState(memoValues: firstMemo.values, memoStates: firstMemo.states))
        overrides = [Int32](repeating: 0, count: plan.overrideCount)
        replacements = [ActiveReplacement](repeating: ActiveReplacement(), count: plan.replaceables.count)
    }

    deinit {
        registers.deallocate()
        frames.deallocate()
        collector.free()
        hot.pointee.results.free()
        hot.deinitialize(count: 1)
        hot.deallocate()
    }

    func run(
        input: Value, heap: Heap, environment: EvaluationEnvironment
    ) throws(EvaluationError) -> Value {
        self.heap = heap
        defer { self.heap = idleHeap }
        context.restart(heap: heap, now: environment.now, randomSeed: environment.randomSeed)
        defer { context.restart(heap: idleHeap, now: 0, randomSeed: 0) }
        context.printSink = environment.printSink
        self.input = input
        data = plan.data
        isStrict = environment.strictBuiltinErrors
        strictSources = environment.strictSources
        deadline = environment.limits.deadline
        depthLimit = min(environment.limits.depth, Machine.deepestFrame - 2)
        stepsLeft = environment.limits.steps
        defer { stepsTaken = environment.limits.steps - stepsLeft }
        let heapLimit = heap.narrowLimit(by: environment.limits.memory)
        defer { heap.restoreLimit(heapLimit) }
        memo = firstMemo
        memo.clear()
        collector.clear()
        hot.pointee.results.enterScope()
        suspended.removeAll(keepingCapacity: true)
        for index in overrides.indices { overrides[index] = 0 }
        for index in replacements.indices { replacements[index] = ActiveReplacement() }
        context.interruption = deadline.map { deadline in
            { ContinuousClock.now > deadline ? "evaluation ran past its deadline" : nil }
        }
        let answer = try execute(depthLimit: Int32(depthLimit))
        if heap.isExhausted { throw outOfMemory(Int(plan.functions[Int(plan.query)].entry)) }
        return answer
    }

    // MARK: - Hot state

    @inline(__always)
    var collector: Collector {
        get { hot.pointee.collector }
        _modify { yield &hot.pointee.collector }
    }

    @inline(__always)
    var stepsLeft: Int {
        get { hot.pointee.stepsLeft }
        _modify { yield &hot.pointee.stepsLeft }
    }

    @inline(__always)
    var input: Value {
        get { hot.pointee.input }
        set { hot.pointee.input = newValue }
    }

    @inline(__always)
    var data: Value {
        get { hot.pointee.data }
        set { hot.pointee.data = newValue }
    }

    @inline(__always) var memoValues: UnsafeMutablePointer<Value> { hot.pointee.memoValues }
    @inline(__always) var memoStates: UnsafeMutablePointer<UInt8> { hot.pointee.memoStates }

    @inline(__always)
    var results: FunctionResultTable {
        get { hot.pointee.results }
        _modify { yield &hot.pointee.results }
    }

    // MARK: - Memory

    /// Makes room for `count` registers in all.
    @inline(never)
    func growRegisters(to count: Int) {
        let capacity = max(registerCapacity * 2, count)
        let larger = UnsafeMutablePointer<Value>.allocate(capacity: capacity)
        larger.moveInitialize(from: registers, count: registerCapacity)
        (larger + registerCapacity).initialize(repeating: .undefined, count: capacity - registerCapacity)
        registers.deallocate()
        registers = larger
        registerCapacity = capacity
    }

    // MARK: - Replacements

    func suspend() {
        suspended.append(
            ReplacementState(
                input: input, data: data, memo: memo, overrides: overrides, replacements: replacements,
                scope: hot.pointee.results.scope))
        hot.pointee.results.enterScope()
        let fresh = spareMemos.popLast() ?? MemoTable(count: plan.memoCount)
        fresh.clear()
        memo = fresh
    }

    func restore() {
        guard let state = suspended.popLast() else { return }
        spareMemos.append(memo)
        input = state.input
        data = state.data
        memo = state.memo
        overrides = state.overrides
        replacements = state.replacements
        hot.pointee.results.returnTo(state.scope)
    }

    // MARK: - Errors

    func location(_ pc: Int) -> SourceLocation? {
        let index = Int(plan.codeLocations[pc])
        return plan.locations.indices.contains(index) ? plan.locations[index] : nil
    }

    @inline(never)
    func failure(_ code: EvaluationError.Code, _ message: String, _ pc: Int) -> EvaluationError {
        EvaluationError(code, message, at: location(pc))
    }

    /// Nil when a failing builtin is merely undefined.
    @inline(never)
    func failure(_ error: BuiltinError, of builtin: Int, _ pc: Int) -> EvaluationError? {
        guard error.isFinal || stops(pc) else { return nil }
        let error = error.prefixed(by: builtins[builtin].name)
        switch error.kind {
        case .halt: return failure(.deadline, error.message, pc)
        case .memory: return failure(.memoryLimit, error.message, pc)
        case .conflict: return failure(.conflict, error.message, pc)
        case .failure: return failure(.builtin, error.message, pc)
        case .type: return failure(.type, error.message, pc)
        }
    }

    @inline(never)
    func outOfMemory(_ pc: Int) -> EvaluationError {
        failure(.memoryLimit, BuiltinError.outOfMemory.message, pc)
    }

    /// Whether a builtin that fails here ends the evaluation.
    private func stops(_ pc: Int) -> Bool {
        isStrict || (!strictSources.isEmpty && location(pc).map { strictSources.contains($0.file) } ?? false)
    }

    /// Looks at time and memory; called every so many steps.
    @inline(never)
    func checkLimits(_ pc: Int) throws(EvaluationError) {
        if stepsLeft <= 0 { throw failure(.instructionLimit, "evaluation took more steps than its limit", pc) }
        let collected = collector.count * MemoryLayout<Value>.stride
        if heap.isExhausted || !heap.hasRoom(for: collected) {
            throw outOfMemory(pc)
        }
        if let deadline, ContinuousClock.now > deadline {
            throw failure(.deadline, "evaluation ran past its deadline", pc)
        }
    }
}
