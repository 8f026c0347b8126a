import RegoSyntax

/// Visits every reference of a module, those inside of other terms included.
struct TermWalk {
    let visit: (Ref, SourceLocation) -> Void

    func walk(_ module: Module) {
        for rule in module.rules {
            rule.head.arguments?.forEach(walk)
            [rule.head.key, rule.head.value].compactMap(\.self).forEach(walk)
            rule.head.reference.terms.dropFirst().forEach(walk)
            walk(rule.body)
            for branch in rule.elseBranches {
                if let value = branch.value { walk(value) }
                walk(branch.body)
            }
        }
    }

    private func walk(_ body: Body) {
        for expression in body {
            walk(expression.kind)
            for with in expression.withs { walk(with.value) }
        }
    }

    private func walk(_ kind: Expr.Kind) {
        switch kind {
        case .term(let term): walk(term)
        case .call(let call): call.arguments.forEach(walk)
        case .some(let declaration):
            guard case .membership(let key, let value, let collection) = declaration.kind else { return }
            [key, value, collection].compactMap(\.self).forEach(walk)
        case .every(let every):
            walk(every.collection)
            walk(every.body)
        }
    }

    private func walk(_ term: Term) {
        switch term.kind {
        case .null, .boolean, .number, .string, .variable: return
        case .ref(let ref):
            visit(ref, term.location)
            ref.terms.forEach(walk)
        case .array(let terms), .set(let terms): terms.forEach(walk)
        case .object(let entries): entries.forEach(walk)
        case .call(let call): call.arguments.forEach(walk)
        case .arrayComprehension(let head, let body), .setComprehension(let head, let body):
            walk(head)
            walk(body)
        case .objectComprehension(let entry, let body):
            walk(entry)
            walk(body)
        case .templateString(let text):
            for case .expression(let expression) in text.parts { walk(expression.kind) }
        }
    }

    private func walk(_ entry: ObjectEntry) {
        walk(entry.key)
        walk(entry.value)
    }
}
