/// Which variables an expression binds when `safe` are bound before it.
func outputVariables(of expr: CoreExpr, safe: Set<Variable>) -> Set<Variable> {
    if expr.isNegated { return [] }
    var inputs: Set<Variable> = []
    for modifier in expr.withs { modifier.value.collectVariables(into: &inputs) }
    guard inputs.isSubset(of: safe) else { return [] }

    var outputs: Set<Variable> = []
    switch expr.kind {
    case .term(let term):
        outputs = referenceOutputs(term, safe)
    case .unify(let a, let b):
        outputs = referenceOutputs(a, safe).union(referenceOutputs(b, safe))
        var unifier = StaticUnifier(safe: safe.union(outputs))
        unifier.unify(a, b)
        outputs.formUnion(unifier.safe)
    case .call(_, let arguments, let result):
        for argument in arguments { argument.collectVariables(into: &inputs) }
        if let result, inputs.isSubset(of: safe) { result.collectPatternVariables(into: &outputs) }
    case .every:
        break
    }
    return outputs.subtracting(safe)
}

/// The unbound steps of a reference: walking it binds them.
private func referenceOutputs(_ term: CoreTerm, _ safe: Set<Variable>) -> Set<Variable> {
    var outputs: Set<Variable> = []
    switch term {
    case .reference(let reference) where reference.isSafe(safe):
        for step in reference.path { step.collectVariables(into: &outputs) }
    default:
        break
    }
    return outputs
}

/// Which variables become known by making two terms equal.
struct StaticUnifier {
    var safe: Set<Variable>
    private var pending: [(CoreTerm, CoreTerm)] = []

    init(safe: Set<Variable>) {
        self.safe = safe
    }

    mutating func unify(_ a: CoreTerm, _ b: CoreTerm) {
        flatten(a, b)
        var progress = true
        while progress {
            progress = false
            let before = safe.count
            for (a, b) in pending {
                if isKnown(a) { b.collectPatternVariables(into: &safe) }
                if isKnown(b) { a.collectPatternVariables(into: &safe) }
            }
            progress = safe.count > before
        }
    }

    private mutating func flatten(_ a: CoreTerm, _ b: CoreTerm) {
        switch (a, b) {
        case (.array(let x), .array(let y)):
            if x.count == y.count { for (a, b) in zip(x, y) { flatten(a, b) } }
        case (.object(let x), .object(let y)):
            guard x.count == y.count else { return }
            for entry in x {
                if let other = y.first(where: { $0.key.isSameKey(as: entry.key) }) { flatten(entry.value, other.value) }
            }
        default:
            pending.append((a, b))
        }
    }

    private func isKnown(_ term: CoreTerm) -> Bool {
        switch term {
        case .constant, .comprehension, .function: return true
        case .reference(let reference): return reference.isSafe(safe)
        case .variable, .array, .object, .set:
            var variables: Set<Variable> = []
            term.collectVariables(into: &variables)
            return variables.isSubset(of: safe)
        }
    }
}

extension CoreTerm {
    func isSameKey(as other: CoreTerm) -> Bool {
        switch (self, other) {
        case (.constant(let a), .constant(let b)): a == b
        case (.variable(let a), .variable(let b)): a == b
        default: false
        }
    }
}
