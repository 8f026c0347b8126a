internal import RegoSyntax

extension Lowering {
    /// The terms with a made-up variable for each call in them; the calls are placed before the references beside them, as OPA does.
    ///
    /// The order shows where a call ends in an error and a reference beside it is undefined: the error wins.
    func withCallsFirst(_ terms: [Term]) -> [Term] {
        guard terms.contains(where: \.holdsCall), terms.contains(where: \.holdsReference) else { return terms }
        return terms.map { placingCalls($0) }
    }

    private func placingCalls(_ term: Term) -> Term {
        guard term.holdsCall else { return term }
        var term = term
        switch term.kind {
        case .call(let call):
            guard case .variable(let variable) = lower(term, hoisted: true) else { return term }
            let name = madeUpName()
            free[name] = variable
            term = Term(.variable(name), location: call.location)
        case .ref(let ref): term.kind = .ref(Ref(ref.terms.map { placingCalls($0) }))
        case .array(let items): term.kind = .array(items.map { placingCalls($0) })
        case .set(let items): term.kind = .set(items.map { placingCalls($0) })
        case .object(let entries):
            term.kind = .object(entries.map { ObjectEntry(key: placingCalls($0.key), value: placingCalls($0.value)) })
        default: break
        }
        return term
    }
}

extension Term {
    /// Whether there is a call in the term, outside of the bodies in it.
    fileprivate var holdsCall: Bool { holds { if case .call = $0 { true } else { false } } }

    /// Whether the term needs more than its variables: a reference or a comprehension in it may be undefined or fail.
    fileprivate var holdsReference: Bool {
        holds { kind in
            switch kind {
            case .ref, .arrayComprehension, .setComprehension, .objectComprehension, .templateString: true
            case .variable(let name): name == "input" || name == "data" || name.isSourceName
            default: false
            }
        }
    }

    private func holds(_ isWanted: (Kind) -> Bool) -> Bool {
        if isWanted(kind) { return true }
        return switch kind {
        case .ref(let ref): ref.terms.contains { $0.holds(isWanted) }
        case .array(let items), .set(let items): items.contains { $0.holds(isWanted) }
        case .object(let entries): entries.contains { $0.key.holds(isWanted) || $0.value.holds(isWanted) }
        case .call(let call): call.arguments.contains { $0.holds(isWanted) }
        default: false
        }
    }
}
