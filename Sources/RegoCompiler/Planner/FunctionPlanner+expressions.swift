internal import RegoSyntax
internal import RegoValues

extension FunctionPlanner {
    mutating func plan(body: [CoreExpr]) {
        for expr in body { plan(expr) }
    }

    mutating func plan(_ expr: CoreExpr) {
        locate(expr.location)
        if planner.tracksCoverage, !expr.isGenerated { emit(.cover) }
        if expr.isNegated {
            planNegated(expr)
        } else if !expr.withs.isEmpty {
            planWith(expr)
        } else {
            plan(expr.kind)
        }
    }

    private mutating func planNegated(_ expr: CoreExpr) {
        let outer = fail
        let holds = buffer.label()
        scoped { planner in
            planner.fail = holds
            var positive = expr
            positive.isNegated = false
            planner.plan(positive)
            planner.jump(outer)
        }
        buffer.place(holds)
        fail = outer
    }

    private mutating func plan(_ kind: CoreExpr.Kind) {
        switch kind {
        case .term(let term):
            planTruth(term)
        case .unify(let a, let b):
            planUnify(a, b)
        case .call(let function, let arguments, let result):
            planCall(function, arguments, result)
        case .every(let key, let value, let domain, let body):
            planEvery(key, value, domain, body)
        }
    }

    private mutating func planTruth(_ term: CoreTerm) {
        if case .constant(let constant) = term {
            if case .boolean(false) = constant.kind { emitFailure() }
            return
        }
        let value = plan(term)
        emit(.checkTrue, b: value, fail: fail)
    }

    private mutating func planEvery(_ key: Variable?, _ value: Variable, _ domain: CoreTerm, _ body: [CoreExpr]) {
        let source = plan(domain)
        let outer = fail
        let done = buffer.label()
        let next = buffer.label()
        emit(.checkCollection, b: source, fail: outer)
        scoped { planner in
            let (element, position) = planner.scan(source, end: done, next: next)
            if let key { planner.bindings[key] = position }
            planner.bindings[value] = element
            planner.fail = outer
            planner.plan(body: body)
            planner.jump(next)
        }
        buffer.place(done)
        fail = outer
    }

    /// Emits a loop over `source`; `next` is placed where it steps, and `end` is where it goes on after the last.
    mutating func scan(_ source: Operand, end: Label, next: Label) -> (value: Operand, key: Operand) {
        let iterator = register()
        let key = register()
        let value = register()
        emit(.scanStart, a: iterator, b: source, c: key, d: value, fail: end)
        buffer.place(next)
        emit(.scanNext, a: iterator, b: source, c: key, d: value, fail: end)
        isInLoop = true
        return (value, key)
    }

    /// Emits a loop over `source` that everything after it runs in.
    mutating func loop(over source: Operand) -> (value: Operand, key: Operand) {
        let next = buffer.label()
        let result = scan(source, end: fail, next: next)
        fail = next
        return result
    }

    // MARK: - Calls

    private mutating func planCall(_ function: FunctionName, _ arguments: [CoreTerm], _ result: CoreTerm?) {
        let location = buffer.location
        let operands = arguments.map { plan($0) }
        buffer.location = location
        if case .builtin(let name) = function, planner.replaceableIndex(function) == nil,
            planDirectly(name, operands, result)
        {
            return
        }
        let target = register()
        if case .rule(let path) = function, planner.replaceableIndex(function) == nil,
            let node = planner.tree.find(path), let applied = planner.function(node, appliedTo: operands)
        {
            planRuleCall(node, applied, target, 0, 0)
            finishCall(function, target, result)
            return
        }
        let first = contiguous(operands)
        let count = Int32(operands.count)
        if let index = planner.replaceableIndex(function) {
            emit(.callReplaceable, a: target, b: index, c: first, d: count, fail: fail)
        } else {
            switch function {
            case .builtin(let name):
                let index = Int32(planner.functions.builtins[name]?.index ?? 0)
                emit(.callBuiltin, a: target, b: index, c: first, d: count, fail: fail)
            case .rule(let path):
                guard let node = planner.tree.find(path) else {
                    emitFailure()
                    return
                }
                planRuleCall(node, planner.rules(at: node), target, first, count)
            }
        }
        finishCall(function, target, result)
    }

    /// A function below a replaced package is not there any more.
    private mutating func planRuleCall(
        _ node: RuleNode, _ function: Int32, _ target: Operand, _ first: Operand, _ count: Int32
    ) {
        for override in planner.overrides(of: node.path) {
            emit(.jumpIfOverridden, b: override, fail: fail)
        }
        emit(.call, a: target, b: function, c: first, d: count, fail: fail)
    }

    private mutating func finishCall(_ function: FunctionName, _ value: Operand, _ result: CoreTerm?) {
        var isRelation = false
        var isVoid = false
        if case .builtin(let name) = function, let signature = planner.functions.builtins[name] {
            isRelation = signature.isRelation
            isVoid = signature.isVoid
        }
        if isRelation {
            let element = loop(over: value).value
            if let result { match(element, result) }
        } else if let result {
            match(value, result)
        } else if !isVoid {
            emit(.checkTrue, b: value, fail: fail)
        }
    }

    /// Calls that are single instructions. False when the function is none of them.
    private mutating func planDirectly(_ name: String, _ operands: [Operand], _ result: CoreTerm?) -> Bool {
        if let comparison = Comparison(name), operands.count == 2 {
            if let result {
                let target = register()
                emit(.compare, x: comparison.rawValue, a: target, b: operands[0], c: operands[1])
                match(target, result)
            } else if comparison == .equal {
                emit(.checkEqual, b: operands[0], c: operands[1], fail: fail)
            } else {
                emit(.checkCompare, x: comparison.rawValue, b: operands[0], c: operands[1], fail: fail)
            }
            return true
        }
        if name == "internal.member_2", result == nil, operands.count == 2 {
            emit(.checkMember, b: operands[0], c: operands[1], fail: fail)
            return true
        }
        let index = Int32(planner.functions.builtins[name]?.index ?? 0)
        if let arithmetic = Arithmetic(name), operands.count == 2 {
            let target = register()
            emit(
                .arithmetic, x: arithmetic.rawValue, a: target, b: operands[0], c: operands[1], d: index, fail: fail)
            finishCall(.builtin(name), target, result)
            return true
        }
        if name == "count", operands.count == 1 {
            let target = register()
            emit(.count, a: target, b: operands[0], d: index, fail: fail)
            finishCall(.builtin(name), target, result)
            return true
        }
        return false
    }
}

extension Comparison {
    init?(_ name: String) {
        switch name {
        case "equal": self = .equal
        case "neq": self = .notEqual
        case "lt": self = .less
        case "lte": self = .lessOrEqual
        case "gt": self = .greater
        case "gte": self = .greaterOrEqual
        default: return nil
        }
    }
}

extension Arithmetic {
    init?(_ name: String) {
        switch name {
        case "plus": self = .plus
        case "minus": self = .minus
        case "mul": self = .times
        default: return nil
        }
    }
}
