internal import RegoSyntax

extension Lowering {
    /// Lowers a query. With `capturesValues`, the value of each expression that is a term is bound to a variable of
    /// its own; these are returned, one for each expression (`true` stands for the others). As in OPA, a lone
    /// expression may then be `false`; in a query of several, or one that iterates, `false` still ends a row.
    func lowerQuery(_ query: Body, capturesValues: Bool) -> [Variable] {
        guard capturesValues else {
            lowerBody(query)
            return []
        }
        names.levels[names.levels.count - 1].hidden.formUnion(declaredNames(in: query))
        let isChecked = query.count > 1 || query.contains { iterates($0) }
        return query.map { expr in
            let capture = generate(expr.location)
            if let term = captured(expr) {
                let outerWiths = withs
                withs += expr.withs.compactMap(lower(with:))
                emit(.unify(.variable(capture), lower(term, hoisted: false)), expr.location, generated: true)
                withs = outerWiths
                if isChecked { emit(.term(.variable(capture)), expr.location, generated: true) }
            } else {
                lower(expr)
                let truth = CoreTerm.constant(Term(.boolean(true), location: expr.location))
                emit(.unify(.variable(capture), truth), expr.location, generated: true)
            }
            return capture
        }
    }

    /// What an expression's value is; nil where it only holds or not.
    private func captured(_ expr: Expr) -> Term? {
        guard !expr.isNegated else { return nil }
        switch expr.kind {
        case .term(let term): return term
        case .call(let call):
            let hasValue = !["assign", "eq", "print"].contains(call.functionName) && !namesResult(call)
            return hasValue ? Term(.call(call), location: expr.location) : nil
        case .some, .every: return nil
        }
    }

    /// Whether an expression may have several answers: a reference in it, outside of comprehensions, has a variable.
    private func iterates(_ expr: Expr) -> Bool {
        switch expr.kind {
        case .term(let term): iterates(term)
        case .call(let call):
            functions.builtins[call.functionName]?.isRelation == true || call.arguments.contains(where: iterates)
        case .some, .every: true
        }
    }

    private func iterates(_ term: Term) -> Bool {
        switch term.kind {
        case .ref(let ref):
            ref.terms.dropFirst().contains { if case .variable = $0.kind { true } else { iterates($0) } }
                || iterates(ref.terms[0])
        case .array(let items), .set(let items): items.contains(where: iterates)
        case .object(let entries): entries.contains { iterates($0.key) || iterates($0.value) }
        case .call(let call):
            functions.builtins[call.functionName]?.isRelation == true || call.arguments.contains(where: iterates)
        default: false
        }
    }

    /// Whether the call's last argument is what its result is unified with, as in `walk(x, [path, value])`.
    private func namesResult(_ call: Call) -> Bool {
        let keys = call.function.terms.dropFirst().compactMap(GroundKey.init)
        let written = call.functionName
        var arity = functions.builtins[written]?.arity
        if case .variable(let first)? = call.function.terms.first?.kind {
            if first == "data" {
                arity = functions.rules[keys]
            } else if let global = scope.globals[first], global.root == .data {
                arity = functions.rules[global.path + keys]
            }
        }
        return arity.map { call.arguments.count == $0 + 1 } ?? false
    }
}
