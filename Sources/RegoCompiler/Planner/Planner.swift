internal import RegoSyntax
internal import RegoValues

/// Plans a query and the rules that it reaches.
///
/// The idea is OPA's own for its intermediate code: which variables are bound is known at every point, so unification
/// becomes lookups, comparisons and nested loops, and rules become functions.
final class Planner {
    /// What a planned function computes.
    enum Target: Hashable {
        /// All rules at a node (and below it, when their paths overlap), seen from references that go on with the keys.
        case rules(ObjectIdentifier, selection: [GroundKey])
        /// Only the complete rules that stand exactly at a node.
        case exactRules(ObjectIdentifier)
        /// The whole document at a node.
        case extent(ObjectIdentifier)
        /// The function at a node, called with these arguments: a rule in all but name.
        case applied(ObjectIdentifier, arguments: [Value])
    }

    /// More than so many lists of constant arguments are not worth code of their own.
    private static let mostApplications = 4

    let tree: RuleNode
    let functions: FunctionTable
    let document: Document?
    let constants = ConstantPool()
    /// The paths that `with` replaces below `data`, anywhere in the modules or the query.
    let overrides: [[GroundKey]]
    /// The functions that `with` replaces.
    let replaced: [FunctionName]

    /// Whether it must stay visible how often an expression runs, because something is printed.
    let prints: Bool
    /// Whether the code notes which expressions it reaches.
    let tracksCoverage: Bool

    private var functionIndexes: [Target: Int32] = [:]
    private var pending: [(index: Int32, target: Target, node: RuleNode)] = []
    private var applications: [ObjectIdentifier: Int] = [:]
    var planned: [Plan.Function] = []
    /// Where the code of each function ends.
    var ends: [Int32] = []
    private(set) var names: [String] = []
    private(set) var memoCount: Int32 = 0
    private(set) var code: [Instruction] = []
    private(set) var codeLocations: [Int32] = []
    private var locations: [SourceLocation] = []
    private var locationIndexes: [SourceLocation: Int32] = [:]
    var nodes: [Plan.Node] = []
    var indexes: [Plan.Index] = []
    var nodeIndexes: [ObjectIdentifier: Int32] = [:]
    var diagnostics: [Diagnostic] = []

    init(
        tree: RuleNode, functions: FunctionTable, document: Document?, overrides: [[GroundKey]],
        replaced: [FunctionName], prints: Bool, tracksCoverage: Bool
    ) {
        self.prints = prints
        self.tracksCoverage = tracksCoverage
        self.tree = tree
        self.functions = functions
        self.document = document
        self.overrides = overrides
        self.replaced = replaced
    }

    /// Plans `body` as the query. With `value`, the query yields the first value of that term.
    func plan(
        query body: [CoreExpr], value: CoreTerm?, variables table: VariableTable, captures: [Variable]
    ) -> Plan {
        let index = reserve("query", arity: 0, memoized: false)
        var builder = FunctionPlanner(self)
        var shown: [String] = []
        if let value {
            builder.planSingleValue(body, value)
        } else {
            shown = builder.planRows(body, table, captures)
        }
        install(builder, at: index)
        drain()
        if !prints { FunctionResults(self).keepWhatIsWorthIt() }
        return Plan(
            code: code, codeLocations: codeLocations, locations: locations, functions: planned, functionNames: names,
            memoCount: Int(memoCount), constants: constants.values, nodes: nodes, indexes: indexes,
            overrideCount: overrides.count,
            replaceables: replaced.map(replaceable), data: document?.root ?? .emptyObject, query: index,
            variables: shown, captureCount: captures.count, isSingleValue: value != nil, memory: constants.memory,
            document: document)
    }

    func location(_ place: SourceLocation) -> Int32 {
        if let index = locationIndexes[place] { return index }
        let index = Int32(locations.count)
        locations.append(place)
        locationIndexes[place] = index
        return index
    }

    /// The function for `target`; it is planned later.
    func function(_ target: Target, node: RuleNode) -> Int32 {
        if let index = functionIndexes[target] { return index }
        let arity = node.isFunction ? node.rules[0].arguments.count : 0
        let index = reserve(dataPath(node.path), arity: Int32(arity), memoized: !node.isFunction)
        functionIndexes[target] = index
        pending.append((index, target, node))
        return index
    }

    /// The function of the rules at `node`, for a reference that goes on with `keys` where these are known.
    func rules(at node: RuleNode, continuing keys: [GroundKey] = []) -> Int32 {
        let selection = FunctionPlanner.selection(at: node, continuing: keys)
        return function(.rules(ObjectIdentifier(node), selection: selection), node: node)
    }

    /// The function at `node` applied to constants, whose result is kept as a rule's is; nil where it is to be called as any
    /// other: what the arguments say must be known here, and how often it runs must not show.
    func function(_ node: RuleNode, appliedTo arguments: [Operand]) -> Int32? {
        let values = arguments.compactMap { constants.value(of: $0) }
        guard !prints, !values.isEmpty, values.count == arguments.count else { return nil }
        guard node.isFunction, values.count == node.rules[0].arguments.count else { return nil }
        guard values.allSatisfy({ [.null, .boolean, .string].contains($0.kind) }) else { return nil }
        let target = Target.applied(ObjectIdentifier(node), arguments: values)
        if let index = functionIndexes[target] { return index }
        let made = applications[ObjectIdentifier(node), default: 0]
        guard made < Self.mostApplications else { return nil }
        applications[ObjectIdentifier(node)] = made + 1
        let index = reserve(dataPath(node.path), arity: 0, memoized: true)
        functionIndexes[target] = index
        pending.append((index, target, node))
        return index
    }

    func rules(exactlyAt node: RuleNode) -> Int32 {
        function(.exactRules(ObjectIdentifier(node)), node: node)
    }

    /// The memoized function of a comprehension that stands on its own.
    func comprehension(_ builder: FunctionPlanner) -> Int32 {
        let index = reserve("comprehension", arity: 0, memoized: true)
        install(builder, at: index)
        return index
    }

    func extent(of node: RuleNode) -> Int32 {
        function(.extent(ObjectIdentifier(node)), node: node)
    }

    /// The overrides that replace the document at `path`.
    func overrides(of path: [GroundKey]) -> [Int32] {
        overrides.indices.filter { path.starts(with: overrides[$0]) }.map(Int32.init)
    }

    func replaceableIndex(_ name: FunctionName) -> Int32? {
        replaced.firstIndex(of: name).map(Int32.init)
    }

    private func replaceable(_ name: FunctionName) -> Int32 {
        switch name {
        case .builtin(let name): ~Int32(functions.builtins[name]?.index ?? 0)
        case .rule(let path): tree.find(path).map { rules(at: $0) } ?? 0
        }
    }

    private func reserve(_ name: String, arity: Int32, memoized: Bool) -> Int32 {
        ends.append(0)
        planned.append(Plan.Function(entry: 0, registers: 0, arity: arity, memo: memoized ? memoCount : -1))
        names.append(name)
        if memoized { memoCount += 1 }
        return Int32(planned.count - 1)
    }

    private func install(_ builder: FunctionPlanner, at index: Int32) {
        let base = Int32(code.count)
        code += builder.buffer.finish(at: base)
        codeLocations += builder.buffer.locations
        planned[Int(index)].entry = base
        ends[Int(index)] = Int32(code.count)
        planned[Int(index)].registers = builder.registerCount
        diagnostics += builder.diagnostics
        for (number, labels) in builder.indexedBodies {
            indexes[number].bodies = labels.map { builder.buffer.position(of: $0, at: base) }
        }
    }

    private func drain() {
        for name in replaced { _ = replaceable(name) }
        while let next = pending.popLast() {
            var builder = FunctionPlanner(self)
            switch next.target {
            case .rules(_, let selection): builder.planRules(at: next.node, selection: selection)
            case .exactRules: builder.planExactRules(at: next.node)
            case .extent: builder.planExtent(of: next.node)
            case .applied(_, let arguments): builder.planFunction(at: next.node, appliedTo: arguments)
            }
            install(builder, at: next.index)
        }
    }
}
