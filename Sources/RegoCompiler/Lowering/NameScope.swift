internal import RegoSyntax

/// The variables that the bodies around a term declare, innermost last.
struct NameScope {
    enum Occurrence { case argument, seen, assigned, declared }

    struct Level {
        var names: [String: (variable: Variable, occurrence: Occurrence)] = [:]
        /// What the body declares anywhere in it: these names never mean a rule or an import there.
        var hidden: Set<String> = []
    }

    var levels: [Level] = [Level()]

    func declared(_ name: String) -> Variable? {
        for level in levels.reversed() {
            if let entry = level.names[name], entry.occurrence != .seen { return entry.variable }
        }
        return nil
    }

    func hides(_ name: String) -> Bool {
        levels.contains { $0.hidden.contains(name) }
    }

    mutating func markSeen(_ name: String, _ variable: Variable) {
        if levels[levels.count - 1].names[name] == nil {
            levels[levels.count - 1].names[name] = (variable, .seen)
        }
    }

    /// Why `name` cannot be declared in the innermost body; nil when it can.
    func redeclaration(of name: String) -> String? {
        switch levels[levels.count - 1].names[name]?.occurrence {
        case .seen: "var \(name) referenced above"
        case .assigned: "var \(name) assigned above"
        case .declared: "var \(name) declared above"
        case .argument: "arg \(name) redeclared"
        // A rule's own body belongs to its arguments; bodies inside of it may use their names for variables of their own.
        case nil: levels.count == 2 && levels[0].names[name]?.occurrence == .argument ? "arg \(name) redeclared" : nil
        }
    }

    mutating func declare(_ name: String, _ variable: Variable, _ occurrence: Occurrence) {
        levels[levels.count - 1].names[name] = (variable, occurrence)
    }
}

/// The names that `body` declares itself, by `:=` or `some`; bodies inside of it are not looked at.
func declaredNames(in body: Body) -> Set<String> {
    var names: Set<String> = []
    for expr in body {
        switch expr.kind {
        case .call(let call) where call.isOperator("assign"):
            if let target = call.arguments.first { names.formUnion(patternVariables(target)) }
        case .some(let declaration):
            switch declaration.kind {
            case .variables(let terms): for term in terms { names.formUnion(patternVariables(term)) }
            case .membership(let key, let value, _):
                if let key { names.formUnion(patternVariables(key)) }
                names.formUnion(patternVariables(value))
            }
        default: break
        }
    }
    return names
}

/// The variables that matching against `term` binds: object keys and references are no places for new variables.
func patternVariables(_ term: Term) -> [String] {
    switch term.kind {
    case .variable(let name): [name]
    case .array(let items): items.flatMap(patternVariables)
    case .object(let entries): entries.flatMap { patternVariables($0.value) }
    default: []
    }
}

extension Call {
    func isOperator(_ name: String) -> Bool {
        guard function.terms.count == 1, case .variable(let own) = function.terms[0].kind else { return false }
        return own == name
    }

    /// The function's name as written, with dots.
    var functionName: String {
        function.terms.map { term in
            switch term.kind {
            case .variable(let name), .string(let name): name
            default: "?"
            }
        }.joined(separator: ".")
    }
}
