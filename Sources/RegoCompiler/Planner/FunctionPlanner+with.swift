internal import RegoSyntax
internal import RegoValues

extension FunctionPlanner {
    /// Runs an expression with documents or functions replaced. An expression that yields more than once is run to
    /// its end first, so that what comes after it runs outside of the replacement.
    mutating func planWith(_ expr: CoreExpr) {
        let values = expr.withs.map { modifier -> Operand in
            if case .function = modifier.value { return .undefined }
            return plan(modifier.value)
        }
        var inner = expr
        inner.withs = []
        let mark = buffer.mark
        let before = (bindings, nextRegister)
        let outer = fail
        let leave = buffer.label()
        let after = buffer.label()
        begin(expr.withs, values)
        fail = leave
        plan(inner)
        guard fail == leave else {
            buffer.rewind(to: mark)
            (bindings, nextRegister) = before
            fail = outer
            planCollected(inner, expr.withs, values)
            return
        }
        emit(.withEnd)
        jump(after)
        buffer.place(leave)
        emit(.withEnd)
        jump(outer)
        buffer.place(after)
        fail = outer
    }

    private mutating func planCollected(_ inner: CoreExpr, _ withs: [CoreWith], _ values: [Operand]) {
        let outer = fail
        let outerBindings = bindings
        let end = buffer.label()
        begin(withs, values)
        emit(.collectBegin)
        fail = end
        plan(inner)
        let bound = bindings.keys.filter { outerBindings[$0] == nil }.sorted()
        let first = contiguous(bound.compactMap { bindings[$0] })
        let row = register()
        emit(.makeArray, a: row, b: first, d: Int32(bound.count))
        emit(.collectPush, b: row, fail: fail)
        buffer.place(end)
        let rows = register()
        emit(.collectEndArray, a: rows)
        emit(.withEnd)
        fail = outer
        bindings = outerBindings
        let element = loop(over: rows).value
        let values = register(Int32(bound.count))
        emit(.unpackArray, a: values, b: element, d: Int32(bound.count), fail: fail)
        for (index, variable) in bound.enumerated() { bindings[variable] = values + Int32(index) }
    }

    private mutating func begin(_ withs: [CoreWith], _ values: [Operand]) {
        emit(.withBegin)
        for (modifier, value) in zip(withs, values) {
            switch modifier.target {
            case .input(let path):
                emit(.withInput, b: pathOperand(path), c: value)
            case .data(let path):
                let number = planner.overrides.firstIndex(of: path) ?? 0
                emit(.withData, b: pathOperand(path), c: value, d: Int32(number))
            case .function(let name):
                guard let index = planner.replaceableIndex(name) else { continue }
                switch modifier.value {
                case .function(.builtin(let name)):
                    let builtin = Int32(planner.functions.builtins[name]?.index ?? 0)
                    emit(.withFunction, x: Replacement.builtin.rawValue, b: index, c: builtin)
                case .function(.rule(let path)):
                    guard let node = planner.tree.find(path) else { continue }
                    emit(.withFunction, x: Replacement.function.rawValue, b: index, c: planner.rules(at: node))
                default:
                    emit(.withFunction, x: Replacement.value.rawValue, b: index, c: value)
                }
            }
        }
    }

    private func pathOperand(_ path: [GroundKey]) -> Operand {
        constants.operand(Term(.array(path.map(\.term))))
    }
}
