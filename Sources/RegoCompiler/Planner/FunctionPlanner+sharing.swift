internal import RegoSyntax
internal import RegoValues

// What need not run again: comprehensions that have the same value each time round a loop, or that differ only by the
// value that they compare with; and the other answers of rules that have said all they can with the first.
extension FunctionPlanner {
    // MARK: - Comprehensions

    /// A comprehension in a loop (or in a function) as a memoized function of its own, where its meaning allows it; nil where
    /// it has to be built here.
    mutating func planShared(_ comprehension: CoreComprehension) -> Operand? {
        guard !planner.prints, isInLoop || isCalledOften else { return nil }
        var variables: Set<Variable> = []
        CoreTerm.comprehension(comprehension).collectAllVariables(into: &variables)
        let outer = variables.filter { bindings[$0] != nil }
        if outer.isEmpty {
            var builder = FunctionPlanner(planner)
            builder.buffer.location = buffer.location
            let value = builder.planInline(comprehension)
            builder.emit(.returnValue, b: value)
            let target = register()
            emit(.call, a: target, b: planner.comprehension(builder), fail: fail)
            return target
        }
        return planGrouped(comprehension, outer)
    }

    /// `[x.b | some x in data.xs; x.a == k]`: all of `x.b` grouped by `x.a` once, then a look-up of `k`.
    private mutating func planGrouped(_ comprehension: CoreComprehension, _ outer: Set<Variable>) -> Operand? {
        guard comprehension.kind != .object else { return nil }
        var builder = FunctionPlanner(planner)
        builder.buffer.location = buffer.location
        guard let keys = builder.planGroups(comprehension, outer) else { return nil }
        let groups = register()
        emit(.call, a: groups, b: planner.comprehension(builder), fail: fail)
        let wanted = keys.compactMap { bindings[$0] }
        var key = wanted[0]
        if wanted.count > 1 {
            key = register()
            emit(.makeArray, a: key, b: contiguous(wanted), d: Int32(wanted.count))
        }
        let target = register()
        emit(.lookupOptional, a: target, b: groups, c: key)
        let found = buffer.label()
        emit(.jumpIfDefined, b: target, fail: found)
        let empty: Term.Kind = comprehension.kind == .array ? .array([]) : .set([])
        emit(.move, a: target, b: constants.operand(Term(empty)))
        buffer.place(found)
        return target
    }

    /// Plans the groups; the outer variables whose values select one, or nil where the body asks more of them than to be
    /// equal to something, or where something after that may fail loudly, for a group that nobody asks for.
    private mutating func planGroups(_ comprehension: CoreComprehension, _ outer: Set<Variable>) -> [Variable]? {
        let end = buffer.label()
        emit(.collectBegin)
        fail = end
        var keys: [Variable] = []
        var values: [Operand] = []
        for expr in comprehension.body {
            var used: Set<Variable> = []
            expr.collectAllVariables(into: &used)
            if used.isDisjoint(with: outer) {
                guard keys.isEmpty || planner.cannotFail(expr) else { return nil }
                plan(expr)
                continue
            }
            guard !expr.isNegated, expr.withs.isEmpty, let (variable, other) = equality(expr.kind, outer),
                isBound(other)
            else { return nil }
            locate(expr.location)
            values.append(plan(other))
            keys.append(variable)
        }
        var used: Set<Variable> = []
        comprehension.value.collectAllVariables(into: &used)
        guard !keys.isEmpty, used.isDisjoint(with: outer), planner.cannotFail(comprehension.value) else { return nil }
        let value = plan(comprehension.value)
        var key = values[0]
        if values.count > 1 {
            key = register()
            emit(.makeArray, a: key, b: contiguous(values), d: Int32(values.count))
        }
        emit(.collectPushPair, b: key, c: value, fail: fail)
        buffer.place(end)
        let groups = register()
        emit(.collectEndGroups, x: comprehension.kind == .set ? 1 : 0, a: groups)
        emit(.returnValue, b: groups)
        return keys
    }

    /// An outer variable and the term that must equal it, which has none.
    private func equality(_ kind: CoreExpr.Kind, _ outer: Set<Variable>) -> (Variable, CoreTerm)? {
        let sides: (CoreTerm, CoreTerm)
        switch kind {
        case .unify(let a, let b): sides = (a, b)
        case .call(.builtin("equal"), let arguments, nil) where arguments.count == 2 && planner.knows("equal"):
            sides = (arguments[0], arguments[1])
        default: return nil
        }
        for (a, b) in [sides, (sides.1, sides.0)] {
            guard case .variable(let variable) = a, outer.contains(variable) else { continue }
            var used: Set<Variable> = []
            b.collectAllVariables(into: &used)
            if used.isDisjoint(with: outer), planner.cannotFail(b) { return (variable, b) }
        }
        return nil
    }

    // MARK: - Early exit

    /// Whether a partial set's rule says the same each time that its body holds, and nothing further on can fail loudly.
    func isSettledByOneAnswer(_ rule: CoreRule) -> Bool {
        let branch = rule.branches[0]
        return !planner.prints && !planner.tracksCoverage && branch.value.isConstant
            && branch.body.allSatisfy(planner.cannotFail)
    }
}

extension Planner {
    /// Whether a builtin means what it says everywhere.
    func knows(_ name: String) -> Bool { replaceableIndex(.builtin(name)) == nil }

    /// Whether the expression holds or does not, but never stops the evaluation.
    func cannotFail(_ expr: CoreExpr) -> Bool {
        guard expr.withs.isEmpty else { return false }
        switch expr.kind {
        case .term(let term): return cannotFail(term)
        case .unify(let a, let b): return cannotFail(a) && cannotFail(b)
        case .call(.builtin(let name), let arguments, let result):
            let isTotal = Comparison(name) != nil || name == "internal.member_2" || name.hasPrefix("is_")
            return isTotal && knows(name) && (arguments + (result.map { [$0] } ?? [])).allSatisfy(cannotFail)
        case .call(.rule, _, _): return false
        case .every(_, _, let domain, let body): return cannotFail(domain) && body.allSatisfy(cannotFail)
        }
    }

    func cannotFail(_ term: CoreTerm) -> Bool {
        switch term {
        case .constant, .variable: true
        case .reference(let reference): reference.path.allSatisfy(cannotFail) && !reachesRules(reference)
        case .array(let items), .set(let items): items.allSatisfy(cannotFail)
        case .object, .comprehension, .function: false
        }
    }

    private func reachesRules(_ reference: CoreReference) -> Bool {
        guard case .data = reference.head else { return false }
        var node = tree
        for step in reference.path {
            guard node.rules.isEmpty else { return true }
            guard case .constant(let term) = step, let key = GroundKey(term) else { return !node.childKeys.isEmpty }
            guard let next = node.child(key) else { return false }
            node = next
        }
        return true
    }
}
