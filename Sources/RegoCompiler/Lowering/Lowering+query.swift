internal import RegoSyntax

extension Lowering {
    /// Lowers a query. With `capturesValues`, the value of each expression that is a term is bound to a variable of
    /// its own; these are returned, one for each expression (`true` stands for the others).
    func lowerQuery(_ query: Body, capturesValues: Bool) -> [Variable] {
        guard capturesValues else {
            lowerBody(query)
            return []
        }
        names.levels[names.levels.count - 1].hidden.formUnion(declaredNames(in: query))
        return query.map { expr in
            let capture = generate(expr.location)
            let truth = CoreTerm.constant(Term(.boolean(true), location: expr.location))
            let outerWiths = withs
            switch expr.kind {
            case .term(let term) where !expr.isNegated && expr.withs.isEmpty:
                emit(.unify(.variable(capture), lower(term, hoisted: false)), expr.location, generated: true)
            case .call(let call)
            where !expr.isNegated && expr.withs.isEmpty && !["assign", "eq", "print"].contains(call.functionName)
                && !namesResult(call):
                let value = lower(Term(.call(call), location: expr.location), hoisted: false)
                emit(.unify(.variable(capture), value), expr.location, generated: true)
            default:
                lower(expr)
                emit(.unify(.variable(capture), truth), expr.location, generated: true)
            }
            withs = outerWiths
            return capture
        }
    }

    /// Whether a call has one more argument than its function, which takes the result: `plus(1, 2, x)`.
    private func namesResult(_ call: Call) -> Bool {
        var arity = functions.builtins[call.functionName]?.arity
        if case .variable("data")? = call.function.terms.first?.kind {
            arity = functions.rules[call.function.terms.dropFirst().compactMap(GroundKey.init)]
        }
        return arity.map { call.arguments.count == $0 + 1 } ?? false
    }
}
