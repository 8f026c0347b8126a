extension CoreTerm {
    /// Adds the term's variables, those inside of comprehensions left out.
    func collectVariables(into set: inout Set<Variable>) {
        switch self {
        case .constant, .function, .comprehension: break
        case .variable(let variable): set.insert(variable)
        case .reference(let reference): reference.collectVariables(into: &set)
        case .array(let items), .set(let items):
            for item in items { item.collectVariables(into: &set) }
        case .object(let entries):
            for entry in entries {
                entry.key.collectVariables(into: &set)
                entry.value.collectVariables(into: &set)
            }
        }
    }

    /// Adds every variable inside of the term's comprehensions.
    func collectClosureVariables(into set: inout Set<Variable>) {
        switch self {
        case .constant, .function, .variable: break
        case .comprehension(let comprehension):
            comprehension.key?.collectAllVariables(into: &set)
            comprehension.value.collectAllVariables(into: &set)
            for expr in comprehension.body { expr.collectAllVariables(into: &set) }
        case .reference(let reference):
            for step in reference.path { step.collectClosureVariables(into: &set) }
        case .array(let items), .set(let items):
            for item in items { item.collectClosureVariables(into: &set) }
        case .object(let entries):
            for entry in entries {
                entry.key.collectClosureVariables(into: &set)
                entry.value.collectClosureVariables(into: &set)
            }
        }
    }

    func collectAllVariables(into set: inout Set<Variable>) {
        collectVariables(into: &set)
        collectClosureVariables(into: &set)
    }

    /// What matching a value against the term binds: the variables of object keys are not among them.
    func collectPatternVariables(into set: inout Set<Variable>) {
        switch self {
        case .variable(let variable): set.insert(variable)
        case .array(let items):
            for item in items { item.collectPatternVariables(into: &set) }
        case .object(let entries):
            for entry in entries { entry.value.collectPatternVariables(into: &set) }
        default: break
        }
    }
}

extension CoreReference {
    func collectVariables(into set: inout Set<Variable>) {
        if case .variable(let variable) = head { set.insert(variable) }
        for step in path { step.collectVariables(into: &set) }
    }

    func isSafe(_ safe: Set<Variable>) -> Bool {
        if case .variable(let variable) = head { return safe.contains(variable) }
        return true
    }
}

extension CoreExpr {
    /// The terms that stand directly in the expression, `with` values included.
    var terms: [CoreTerm] {
        let own: [CoreTerm]
        switch kind {
        case .term(let term): own = [term]
        case .unify(let a, let b): own = [a, b]
        case .call(_, let arguments, let result): own = arguments + (result.map { [$0] } ?? [])
        case .every(_, _, let domain, _): own = [domain]
        }
        return own + withs.map(\.value)
    }

    func collectVariables(into set: inout Set<Variable>) {
        for term in terms { term.collectVariables(into: &set) }
    }

    func collectClosureVariables(into set: inout Set<Variable>) {
        for term in terms { term.collectClosureVariables(into: &set) }
        if case .every(_, _, _, let body) = kind {
            for expr in body { expr.collectAllVariables(into: &set) }
        }
    }

    func collectAllVariables(into set: inout Set<Variable>) {
        collectVariables(into: &set)
        collectClosureVariables(into: &set)
        if case .every(let key, let value, _, _) = kind {
            if let key { set.insert(key) }
            set.insert(value)
        }
    }
}
