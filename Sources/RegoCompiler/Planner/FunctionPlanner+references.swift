internal import RegoSyntax
internal import RegoValues

extension FunctionPlanner {
    mutating func plan(_ reference: CoreReference) -> Operand {
        let location = buffer.location
        defer { buffer.location = location }
        switch reference.head {
        case .input:
            let value = register()
            guard let first = reference.path.first, isBound(first) else {
                emit(.loadDocument, a: value, fail: fail)
                return walk(value, reference.path[...])
            }
            let key = plan(first)
            let rest = reference.path.dropFirst()
            guard let second = rest.first.flatMap(operandAtHand) else {
                emit(.lookupInput, a: value, c: key, fail: fail)
                return walk(value, rest)
            }
            emit(.lookupInputPair, a: value, c: key, d: second, fail: fail)
            return walk(value, rest.dropFirst())
        case .variable(let variable):
            let subject = plan(.variable(variable))
            return walk(subject, reference.path[...])
        case .data:
            return planDocument(reference.path)
        }
    }

    /// Follows the steps from a value; unbound steps become loops.
    mutating func walk(_ start: Operand, _ steps: ArraySlice<CoreTerm>) -> Operand {
        var source = start
        var steps = steps
        while let step = steps.popFirst() {
            if isBound(step) {
                let key = plan(step)
                let target = register()
                if let second = steps.first.flatMap(operandAtHand) {
                    steps.removeFirst()
                    emit(.lookupPair, a: target, b: source, c: key, d: second, fail: fail)
                } else {
                    emit(.lookup, a: target, b: source, c: key, fail: fail)
                }
                source = target
            } else {
                let (value, key) = loop(over: source)
                match(key, step)
                source = value
            }
        }
        return source
    }

    /// The operand of a step that needs no code of its own; nil for others and for what is not bound yet.
    private func operandAtHand(_ step: CoreTerm) -> Operand? {
        switch step {
        case .constant(let term): constants.operand(term)
        case .variable(let variable): bindings[variable]
        default: nil
        }
    }

    // MARK: - Documents below `data`

    private mutating func planDocument(_ path: [CoreTerm]) -> Operand {
        var node = planner.tree
        var index = 0
        while true {
            if let first = node.rules.first {
                guard first.kind != .function else {
                    emitFailure()
                    return .undefined
                }
                return planVirtual(node, path, index)
            }
            guard index < path.count else { break }
            if let key = constantKey(path[index]) {
                guard let child = node.child(key) else { return planBase(path) }
                node = child
            } else if path[index].isConstant || node.childKeys.isEmpty {
                return planBase(path)
            } else {
                return planCursor(node, path, index)
            }
            index += 1
        }
        return planExtentReference(node, path)
    }

    private func constantKey(_ term: CoreTerm) -> GroundKey? {
        if case .constant(let constant) = term { return GroundKey(constant) }
        return nil
    }

    /// Rules at `node`, then the steps that follow.
    private mutating func planVirtual(_ node: RuleNode, _ path: [CoreTerm], _ index: Int) -> Operand {
        let rest = path[index...]
        let known = rest.prefix { constantKey($0) != nil }.compactMap(constantKey)
        let function = planner.rules(at: node, continuing: known)
        let value = guarded(node, path, index) { planner, target in
            planner.emit(.call, a: target, b: function, fail: planner.fail)
        }
        return walk(value, rest)
    }

    private mutating func planExtentReference(_ node: RuleNode, _ path: [CoreTerm]) -> Operand {
        let function = planner.extent(of: node)
        return guarded(node, path, path.count) { planner, target in
            planner.emit(.call, a: target, b: function, fail: planner.fail)
        }
    }

    /// The value of `node` by `plan`, or what stands in the data while a replacement hides the node.
    private mutating func guarded(
        _ node: RuleNode, _ path: [CoreTerm], _ index: Int, _ plan: (inout FunctionPlanner, Operand) -> Void
    ) -> Operand {
        let target = register()
        let overrides = planner.overrides(of: node.path)
        guard !overrides.isEmpty else {
            plan(&self, target)
            return target
        }
        let hidden = buffer.label()
        let done = buffer.label()
        for override in overrides { emit(.jumpIfOverridden, b: override, fail: hidden) }
        plan(&self, target)
        jump(done)
        buffer.place(hidden)
        let base = planBase(Array(path[..<index]))
        emit(.move, a: target, b: base)
        buffer.place(done)
        return target
    }

    /// The data alone. Without `with data…` anywhere, known steps are taken now.
    mutating func planBase(_ path: [CoreTerm]) -> Operand {
        var steps = path[...]
        guard planner.overrides.isEmpty else {
            let data = register()
            emit(.loadDocument, a: data, b: 1, fail: fail)
            return walk(data, steps)
        }
        var value = planner.document?.root ?? .emptyObject
        while case .constant(let term)? = steps.first {
            value = value.lookup(constants.value(dataKey(term, in: value)))
            steps.removeFirst()
            if value.isUndefined {
                emitFailure()
                return .undefined
            }
        }
        return walk(constants.operand(value), steps)
    }

    /// OPA's store takes numbers for the names of members: `data[2]` finds `{"2": …}`.
    private func dataKey(_ term: Term, in value: Value) -> Term {
        if case .number(let digits) = term.kind, value.kind == .object { return Term(.string(digits)) }
        return term
    }

    /// The data alone at a known path; undefined where there is none.
    mutating func planOptionalBase(_ path: [GroundKey]) -> Operand {
        if planner.overrides.isEmpty {
            var value = planner.document?.root ?? .emptyObject
            for key in path { value = value.lookup(constants.value(key.term)) }
            return value.isUndefined ? .undefined : constants.operand(value)
        }
        var source = register()
        let none = buffer.label()
        emit(.loadDocument, a: source, b: 1, fail: none)
        buffer.place(none)
        for key in path {
            let target = register()
            emit(.lookupOptional, a: target, b: source, c: constants.operand(key.term))
            source = target
        }
        return source
    }

    /// Steps that are only known when they run, through rules and data at once.
    private mutating func planCursor(_ node: RuleNode, _ path: [CoreTerm], _ index: Int) -> Operand {
        let base = planOptionalBase(node.path)
        var cursor = register(2)
        emit(.cursorStart, a: cursor, b: planner.nodeIndex(node), c: base)
        for step in path[index...] {
            let key: Operand
            if isBound(step) {
                key = plan(step)
            } else {
                let keys = register()
                emit(.cursorKeys, a: keys, b: cursor)
                key = loop(over: keys).value
                match(key, step)
            }
            let next = register(2)
            emit(.cursorStep, a: next, b: cursor, c: key, fail: fail)
            cursor = next
        }
        let target = register()
        emit(.cursorValue, a: target, b: cursor, fail: fail)
        return target
    }
}

extension Planner {
    /// The number of a node for cursors; its whole subtree becomes reachable.
    func nodeIndex(_ node: RuleNode) -> Int32 {
        if let known = nodeIndexes[ObjectIdentifier(node)] { return known }
        let index = nodes.count
        nodeIndexes[ObjectIdentifier(node)] = Int32(index)
        nodes.append(Plan.Node(children: [], function: -1, extent: -1, overrides: overrides(of: node.path)))
        if !node.rules.isEmpty {
            if !node.isFunction { nodes[index].function = rules(at: node) }
            return Int32(index)
        }
        nodes[index].extent = extent(of: node)
        for key in node.childKeys {
            guard let child = node.child(key), !child.isFunction else { continue }
            let number = nodeIndex(child)
            nodes[index].children.append(Plan.Child(key: constants.value(key.term), node: number))
        }
        return Int32(index)
    }
}
