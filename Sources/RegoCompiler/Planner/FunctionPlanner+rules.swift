internal import RegoSyntax
internal import RegoValues

extension FunctionPlanner {
    /// The steps by which references to `node` can be told apart: only rules whose paths agree with them need to run.
    static func selection(at node: RuleNode, continuing keys: [GroundKey]) -> [GroundKey] {
        guard node.isDynamic, !keys.isEmpty else { return [] }
        var depth = 0
        node.visit { if !$0.rules.isEmpty { depth = max(depth, $0.path.count - node.path.count) } }
        return Array(keys.prefix(depth))
    }

    mutating func planRules(at node: RuleNode, selection: [GroundKey]) {
        guard let first = node.rules.first else { return }
        if node.isDynamic {
            planTree(node, selection)
            return
        }
        switch first.kind {
        case .function, .complete: planComplete(node.rules)
        case .partialSet: planSet(node.rules)
        case .partialObject: planTree(node, selection)
        }
    }

    /// A function for these arguments alone.
    mutating func planFunction(at node: RuleNode, appliedTo arguments: [Value]) {
        appliedTo = arguments.map { constants.operand($0) }
        planComplete(node.rules)
    }

    mutating func planExactRules(at node: RuleNode) {
        planComplete(node.rules.filter { $0.suffix.isEmpty })
    }

    /// Plans every rule, one after the other; many rules get an index that skips those that cannot hold.
    private mutating func planEach(
        _ rules: [CoreRule], _ arguments: Operand, _ plan: (inout FunctionPlanner, CoreRule) -> Void
    ) {
        var builder = RuleIndexBuilder(planner)
        guard let index = builder.build(rules) else {
            for rule in rules { plan(&self, rule) }
            return
        }
        for (number, argument) in appliedTo.enumerated() { emit(.move, a: arguments + Int32(number), b: argument) }
        let state = register(2)
        let next = buffer.label()
        let done = buffer.label()
        emit(.indexStart, a: state, b: index, c: arguments)
        buffer.place(next)
        emit(.indexNext, a: state, fail: done)
        let entries = rules.map { _ in buffer.label() }
        for (number, rule) in rules.enumerated() {
            buffer.place(entries[number])
            plan(&self, rule)
            jump(next)
        }
        buffer.place(done)
        for (leaf, members) in builder.leaves {
            indexedBodies.append((leaf, members.map { entries[$0] }))
        }
    }

    // MARK: - Complete rules and functions

    private mutating func planComplete(_ rules: [CoreRule]) {
        let own = rules.filter { !$0.isDefault }
        let fallback = rules.first { $0.isDefault }
        let isFunction = rules[0].kind == .function
        isCalledOften = isFunction && appliedTo.isEmpty
        let arguments = register(Int32(rules[0].arguments.count))
        if let constant = commonConstant(own) {
            planEach(own, arguments) { planner, rule in
                planner.planAlternatives(rule, arguments) { $0.emit(.returnValue, b: constant) }
            }
        } else if own.count == 1, own[0].branches.count == 1, isSingle(own[0], arguments) {
            // `isSingle` has planned it.
        } else {
            let result = register()
            emit(.move, a: result, b: .undefined)
            planEach(own, arguments) { planner, rule in
                planner.planMerged(rule, arguments, result, isFunction)
            }
            let isUndefined = buffer.label()
            emit(.jumpIfUndefined, b: result, fail: isUndefined)
            emit(.returnValue, b: result)
            buffer.place(isUndefined)
        }
        bindings = [:]
        if let fallback {
            planClause(fallback, fallback.branches[0], arguments, end: nil) { planner, value in
                planner.emit(.returnValue, b: value)
            }
        }
        emit(.returnValue, b: .undefined)
    }

    /// The constant that every branch of every rule has as its value.
    private func commonConstant(_ rules: [CoreRule]) -> Operand? {
        var common: Term?
        for branch in rules.flatMap(\.branches) {
            guard case .constant(let term) = branch.value else { return nil }
            if let common, common != term { return nil }
            common = term
        }
        return common.map { constants.operand($0) }
    }

    /// Tries the rule's branches in order; the first that holds runs `found`.
    private mutating func planAlternatives(
        _ rule: CoreRule, _ arguments: Operand, _ found: (inout FunctionPlanner) -> Void
    ) {
        for branch in rule.branches {
            planClause(rule, branch, arguments, end: nil) { planner, _ in found(&planner) }
        }
    }

    /// Plans a rule that can only hold once; false (and nothing planned) when it may hold several times.
    private mutating func isSingle(_ rule: CoreRule, _ arguments: Operand) -> Bool {
        let mark = buffer.mark
        let before = (bindings, nextRegister)
        let end = buffer.label()
        var single = true
        planClause(rule, rule.branches[0], arguments, end: end) { planner, value in
            single = planner.fail == end
            planner.emit(.returnValue, b: value)
        }
        if !single {
            buffer.rewind(to: mark)
            (bindings, nextRegister) = before
        }
        return single
    }

    private mutating func planMerged(_ rule: CoreRule, _ arguments: Operand, _ result: Operand, _ isFunction: Bool) {
        let done = buffer.label()
        let held = register()
        let tracksBranch = rule.branches.count > 1
        if tracksBranch { emit(.move, a: held, b: .undefined) }
        for branch in rule.branches {
            let end = buffer.label()
            var loops = false
            planClause(rule, branch, arguments, end: end) { planner, value in
                planner.locate(rule.location)
                planner.emit(.mergeResult, x: isFunction ? 1 : 0, a: result, b: value)
                loops = planner.fail != end && !branch.value.isConstant
                if loops {
                    if tracksBranch { planner.emit(.move, a: held, b: planner.constants.operand(.true)) }
                    planner.jump(planner.fail)
                } else {
                    planner.jump(done)
                }
            }
            if loops, tracksBranch { emit(.jumpIfDefined, b: held, fail: done) }
        }
        buffer.place(done)
    }

    /// One body: matches the arguments, runs it, evaluates the value and hands it to `found`; goes on at `end` (placed
    /// here, after the code) when it fails.
    private mutating func planClause(
        _ rule: CoreRule, _ branch: CoreRule.Branch, _ arguments: Operand, end: Label?,
        _ found: (inout FunctionPlanner, Operand) -> Void
    ) {
        let end = end ?? buffer.label()
        let registers = nextRegister
        bindings = [:]
        isInLoop = false
        fail = end
        locate(branch.location)
        for (index, argument) in rule.arguments.enumerated() {
            match(appliedTo.isEmpty ? arguments + Int32(index) : appliedTo[index], argument)
        }
        plan(body: branch.body)
        locate(branch.location)
        if planner.tracksCoverage { emit(.cover) }
        let value = plan(branch.value)
        found(&self, value)
        buffer.place(end)
        nextRegister = registers
    }

    // MARK: - Partial rules

    private mutating func planSet(_ rules: [CoreRule]) {
        emit(.collectBegin)
        planEach(rules.filter { !$0.isDefault }, 0) { planner, rule in
            let end = planner.buffer.label()
            let once = planner.isSettledByOneAnswer(rule)
            planner.planClause(rule, rule.branches[0], 0, end: end) { planner, value in
                planner.emit(.collectPush, b: value, fail: once ? end : planner.fail)
            }
        }
        let target = register()
        emit(.collectEndSet, a: target)
        emit(.returnValue, b: target)
    }

    /// Rules whose paths have variables, with all rules below the same node.
    private mutating func planTree(_ node: RuleNode, _ selection: [GroundKey]) {
        emit(.collectBegin)
        var isFlat = true
        var work: [(rule: CoreRule, path: [GroundKey])] = []
        var exact: [RuleNode] = []
        node.visit { inner in
            let path = Array(inner.path.dropFirst(node.path.count))
            guard zip(path, selection).allSatisfy({ $0 == $1 }), let first = inner.rules.first else { return }
            if first.kind == .function { return }
            let dynamic = inner.rules.filter { !$0.suffix.isEmpty }
            work += dynamic.map { ($0, path) }
            if dynamic.count < inner.rules.count {
                exact.append(inner)
                if first.kind != .complete || path.count > 1 { isFlat = false }
            }
        }
        if work.contains(where: { $0.path.count + $0.rule.suffix.count > 1 || $0.rule.kind == .partialSet }) {
            isFlat = false
        }
        for inner in exact { planExact(inner, below: node, isFlat) }
        let paths = Dictionary(uniqueKeysWithValues: work.map { (ObjectIdentifier($0.rule), $0.path) })
        planEach(work.map(\.rule), 0) { planner, rule in
            planner.planDynamic(rule, paths[ObjectIdentifier(rule)] ?? [], isFlat)
        }
        let target = register()
        locate(node.rules[0].headLocation)
        emit(isFlat ? .collectEndObject : .collectEndTree, a: target)
        emit(.returnValue, b: target)
    }

    private mutating func planDynamic(_ rule: CoreRule, _ path: [GroundKey], _ isFlat: Bool) {
        planClause(rule, rule.branches[0], 0, end: nil) { planner, value in
            let steps = path.map { planner.constants.operand($0.term) } + rule.suffix.map { planner.plan($0) }
            planner.locate(rule.headLocation)
            planner.push(value, at: steps, isElement: rule.kind == .partialSet, isFlat, then: planner.fail)
        }
    }

    private mutating func push(
        _ value: Operand, at steps: [Operand], isElement: Bool, _ isFlat: Bool, then next: Label
    ) {
        if isFlat {
            emit(.collectPushPair, b: steps[0], c: value, fail: next)
        } else {
            let first = contiguous(steps)
            emit(.collectPushPath, x: isElement ? 1 : 0, b: value, c: first, d: Int32(steps.count), fail: next)
        }
    }

    /// Rules at one ground path inside of the tree.
    private mutating func planExact(_ inner: RuleNode, below node: RuleNode, _ isFlat: Bool) {
        let path = inner.path.dropFirst(node.path.count).map { constants.operand($0.term) }
        bindings = [:]
        let rules = inner.rules.filter { $0.suffix.isEmpty }
        let end = buffer.label()
        if rules[0].kind == .partialSet {
            for rule in rules {
                planClause(rule, rule.branches[0], 0, end: nil) { planner, value in
                    planner.push(value, at: path, isElement: true, isFlat, then: planner.fail)
                }
            }
        } else {
            let value = register()
            emit(.call, a: value, b: planner.rules(exactlyAt: inner), fail: end)
            locate(rules[0].headLocation)
            push(value, at: path, isElement: false, isFlat, then: end)
        }
        buffer.place(end)
    }

    // MARK: - Packages

    /// A whole document: the rules below `node` and the data where no rule is.
    mutating func planExtent(of node: RuleNode) {
        let base = planOptionalBase(node.path)
        emit(.collectBegin)
        for key in node.childKeys {
            guard let child = node.child(key), !child.isFunction else { continue }
            let end = buffer.label()
            let value = register()
            for override in planner.overrides(of: child.path) {
                emit(.jumpIfOverridden, b: override, fail: end)
            }
            let function = child.rules.isEmpty ? planner.extent(of: child) : planner.rules(at: child)
            emit(.call, a: value, b: function, fail: end)
            emit(.collectPushPair, b: constants.operand(key.term), c: value, fail: end)
            buffer.place(end)
        }
        let target = register()
        emit(.collectEndExtent, a: target, b: base)
        emit(.returnValue, b: target)
    }

    // MARK: - Queries

    mutating func planSingleValue(_ body: [CoreExpr], _ term: CoreTerm) {
        let end = buffer.label()
        fail = end
        plan(body: body)
        let value = plan(term)
        emit(.returnValue, b: value)
        buffer.place(end)
        emit(.returnValue, b: .undefined)
    }

    /// Rows of the query's named variables, then of its captures; returns the names.
    mutating func planRows(_ body: [CoreExpr], _ table: VariableTable, _ captures: [Variable]) -> [String] {
        let end = buffer.label()
        emit(.collectBegin)
        fail = end
        plan(body: body)
        let named = bindings.keys.filter { table.entries[$0].name != nil }.sorted()
        let operands = (named + captures).map { bindings[$0] ?? .undefined }
        let first = contiguous(operands)
        let row = register()
        emit(.makeArray, a: row, b: first, d: Int32(operands.count))
        emit(.collectPush, b: row, fail: fail)
        buffer.place(end)
        let rows = register()
        emit(.collectEndArray, a: rows)
        emit(.returnValue, b: rows)
        return named.compactMap { table.entries[$0].name }
    }
}
