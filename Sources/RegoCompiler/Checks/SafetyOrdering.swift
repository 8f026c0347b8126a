internal import RegoSyntax

/// Orders the expressions of a body so that, left to right, everything that an expression needs is bound before it.
/// The written order is kept where it can be. Variables that no order makes safe are reported.
struct SafetyOrdering {
    let variables: VariableTable
    /// What names may stand for besides variables: a variable close to one of these was probably meant to be it.
    var documents: [String] = []
    private(set) var diagnostics: [Diagnostic] = []
    private var reported: Set<Variable> = []

    init(variables: VariableTable, scope: ModuleScope) {
        self.variables = variables
        documents = ["input", "data"] + scope.globals.keys.sorted()
    }

    /// `heads` are terms that are evaluated after the body.
    mutating func order(
        _ body: [CoreExpr], safe: Set<Variable>, heads: [CoreTerm], location: SourceLocation
    ) -> [CoreExpr] {
        var bodyVariables: Set<Variable> = []
        for expr in body { expr.collectVariables(into: &bodyVariables) }

        var ordered: [CoreExpr] = []
        var known = safe
        var remaining = body
        while !remaining.isEmpty {
            var postponed: [CoreExpr] = []
            for expr in remaining {
                let outputs = outputVariables(of: expr, safe: known)
                if needs(of: expr, bodyVariables, known, outputs).isEmpty {
                    known.formUnion(outputs)
                    ordered.append(expr)
                } else {
                    postponed.append(expr)
                }
            }
            if postponed.count == remaining.count { break }
            remaining = postponed
        }
        if !remaining.isEmpty {
            for expr in remaining {
                let outputs = outputVariables(of: expr, safe: known)
                report(needs(of: expr, bodyVariables, known, outputs), in: expr)
            }
            return body
        }

        var around = safe
        for index in ordered.indices {
            ordered[index] = orderClosures(ordered[index], around)
            ordered[index].collectVariables(into: &around)
        }
        var needed: Set<Variable> = []
        for head in heads { head.collectVariables(into: &needed) }
        for variable in needed.subtracting(known).sorted() {
            let own = variables.entries[variable].location
            report(variable, at: own.line > 0 ? own : location)
        }
        return ordered
    }

    private func needs(
        of expr: CoreExpr, _ bodyVariables: Set<Variable>, _ known: Set<Variable>, _ outputs: Set<Variable>
    ) -> Set<Variable> {
        var own: Set<Variable> = []
        expr.collectVariables(into: &own)
        var closed: Set<Variable> = []
        expr.collectClosureVariables(into: &closed)
        return own.subtracting(outputs).union(closed.intersection(bodyVariables)).subtracting(known)
    }

    private mutating func report(_ unsafe: Set<Variable>, in expr: CoreExpr) {
        let named = unsafe.filter { variables.entries[$0].name != nil }
        if named.isEmpty, diagnostics.isEmpty {
            diagnostics.append(
                Diagnostic(code: "rego_unsafe_var_error", message: "expression is unsafe", location: expr.location))
        }
        for variable in named.sorted() { report(variable, at: variables.entries[variable].location) }
    }

    private mutating func report(_ variable: Variable, at location: SourceLocation) {
        guard let name = variables.entries[variable].name, reported.insert(variable).inserted else { return }
        diagnostics.append(
            Diagnostic(
                code: "rego_unsafe_var_error", message: "var \(name) is unsafe", location: location,
                fix: suggestion(for: name)
                    ?? "give `\(name)` a value in an expression that is not negated"))
    }

    /// A document or a variable of another place with nearly the same name. Short names are too near to each other.
    private func suggestion(for name: String) -> String? {
        guard name.utf8.count > 2 else { return nil }
        let others = variables.entries.compactMap(\.name).filter { $0 != name }
        return NearMiss.fix(name, among: documents + others)
    }

    private mutating func orderClosures(_ expr: CoreExpr, _ around: Set<Variable>) -> CoreExpr {
        var expr = expr
        switch expr.kind {
        case .term(let term): expr.kind = .term(orderClosures(term, around))
        case .unify(let a, let b): expr.kind = .unify(orderClosures(a, around), orderClosures(b, around))
        case .call: break
        case .every(let key, let value, let domain, let body):
            var inner = around
            if let key { inner.insert(key) }
            inner.insert(value)
            domain.collectVariables(into: &inner)
            let ordered = order(body, safe: inner, heads: [], location: expr.location)
            expr.kind = .every(key: key, value: value, domain: domain, body: ordered)
        }
        return expr
    }

    private mutating func orderClosures(_ term: CoreTerm, _ around: Set<Variable>) -> CoreTerm {
        guard case .comprehension(var comprehension) = term else { return term }
        let heads = (comprehension.key.map { [$0] } ?? []) + [comprehension.value]
        comprehension.body = order(
            comprehension.body, safe: around, heads: heads, location: comprehension.location)
        return .comprehension(comprehension)
    }
}
