internal import RegoSyntax

extension Lowering {
    func lower(_ expr: Expr) {
        let outerWiths = withs
        let own = expr.withs.compactMap(lower(with:))
        withs = outerWiths + own
        defer { withs = outerWiths }
        switch expr.kind {
        case .term(let term): lower(statement: term, expr)
        case .call(let call): lower(statement: call, expr)
        case .some(let declaration): lower(declaration)
        case .every(let every): lower(every, expr)
        }
    }

    private func lower(statement term: Term, _ expr: Expr) {
        let value = lower(withCallsFirst([term])[0], hoisted: false)
        emit(.term(value), expr.location, negated: expr.isNegated)
    }

    private func lower(statement call: Call, _ expr: Expr) {
        if call.isOperator("assign"), call.arguments.count == 2 {
            lowerAssignment(call, expr)
            return
        }
        // A negated `==` is a negated `=`, as in OPA: a reference in it that is undefined is part of what is negated.
        // References in other calls are evaluated before them, outside of the negation.
        if call.isOperator("eq") || (expr.isNegated && call.isOperator("equal")), call.arguments.count == 2 {
            let sides = withCallsFirst(call.arguments)
            let left = lower(sides[0], hoisted: false)
            let right = lower(sides[1], hoisted: false)
            emit(.unify(left, right), expr.location, negated: expr.isNegated)
            return
        }
        if let constant = metadata.constant(for: call) {
            emit(.term(lower(constant, hoisted: false)), expr.location, negated: expr.isNegated)
            return
        }
        if call.isOperator("print") {
            lowerPrint(call, expr)
            return
        }
        let arguments = withCallsFirst(call.arguments).map { lower($0, hoisted: true) }
        guard let function = function(of: call, operands: arguments.count, wantsValue: false) else { return }
        let arity: Int
        switch function {
        case .builtin(let name): arity = functions.builtins[name]?.arity ?? 0
        case .rule(let path): arity = functions.rules[path] ?? 0
        }
        let result = arguments.count > arity ? arguments[arity] : nil
        emit(
            .call(function, Array(arguments.prefix(arity)), result: result), expr.location, negated: expr.isNegated)
    }

    /// `print(a, b)` is `internal.print([{v | v = a}, {v | v = b}])`: it never fails.
    private func lowerPrint(_ call: Call, _ expr: Expr) {
        guard functions.builtins["internal.print"] != nil else { return }
        let parts = call.arguments.map { argument -> Term in
            let name = Term(.variable(madeUpName()), location: argument.location)
            let equality = Call(
                function: Ref([Term(.variable("eq"))]), arguments: [name, argument], location: argument.location)
            return Term(
                .setComprehension(name, [Expr(.call(equality), location: argument.location)]),
                location: argument.location)
        }
        let list = lower(Term(.array(parts), location: expr.location), hoisted: true)
        emit(.call(.builtin("internal.print"), [list], result: nil), expr.location)
    }

    private func lowerAssignment(_ call: Call, _ expr: Expr) {
        if expr.isNegated {
            report(
                "rego_compile_error", "cannot assign vars inside negated expression", expr.location,
                fix: "compare with `==`, or assign in an expression before")
            return
        }
        let value = lower(withCallsFirst([call.arguments[1]])[0], hoisted: false)
        guard let target = declarePattern(call.arguments[0], .assigned) else { return }
        emit(.unify(target, value), expr.location)
    }

    /// Declares the variables of an assignment's left side.
    private func declarePattern(_ term: Term, _ occurrence: NameScope.Occurrence) -> CoreTerm? {
        switch term.kind {
        case .variable(let name):
            return declare(name, term.location, occurrence).map(CoreTerm.variable)
        case .array(let items):
            let lowered = items.map { declareElement($0, occurrence) }
            return lowered.contains { $0 == nil } ? nil : .array(lowered.compactMap { $0 })
        case .object(let entries):
            var lowered: [CoreEntry] = []
            for entry in entries {
                let key = lower(entry.key, hoisted: true)
                guard let value = declareElement(entry.value, occurrence) else { return nil }
                lowered.append(CoreEntry(key: key, value: value))
            }
            return .object(lowered)
        default:
            report(
                "rego_compile_error", "cannot assign to \(term.kindName)", term.location,
                fix: "`:=` gives a value to a new variable; to compare, write `==`")
            return nil
        }
    }

    /// Inside of a pattern, constants stand for themselves.
    private func declareElement(_ term: Term, _ occurrence: NameScope.Occurrence) -> CoreTerm? {
        switch term.kind {
        case .null, .boolean, .number, .string: .constant(term)
        default: declarePattern(term, occurrence)
        }
    }

    func declare(_ name: String, _ location: SourceLocation, _ occurrence: NameScope.Occurrence) -> Variable? {
        if !name.isSourceName { return freeVariable(name, location) }
        if name == "input" || name == "data" {
            report(
                "rego_compile_error", "variables must not shadow \(name) (use a different variable name)", location,
                fix: "rename the variable")
            return nil
        }
        if let problem = names.redeclaration(of: name) {
            report("rego_compile_error", problem, location, fix: "give one of the two another name")
            return nil
        }
        let variable = variables.add(name, location)
        names.declare(name, variable, occurrence)
        return variable
    }

    private func lower(_ declaration: SomeDeclaration) {
        switch declaration.kind {
        case .variables(let terms):
            for term in terms {
                if case .variable(let name) = term.kind {
                    _ = declare(name, term.location, .declared)
                }
            }
        case .membership(let key, let value, let collection):
            lowerMembership(key, value, collection, declaration.location)
        }
    }

    /// `some k, v in xs` is `v = xs[k]` with the variables of `k` and `v` declared.
    private func lowerMembership(_ key: Term?, _ value: Term, _ collection: Term, _ location: SourceLocation) {
        let domain = lower(collection, hoisted: false)
        for name in (key.map(patternVariables) ?? []) + patternVariables(value) where name.isSourceName {
            _ = declare(name, location, .declared)
        }
        let loweredKey = key.map { lower($0, hoisted: true) } ?? .variable(generate(location))
        var reference: CoreReference
        switch domain {
        case .reference(let known): reference = known
        case .variable(let variable):
            reference = CoreReference(head: .variable(variable), path: [], location: location)
        default:
            let variable = generate(collection.location)
            emit(.unify(.variable(variable), domain), collection.location, generated: true)
            reference = CoreReference(head: .variable(variable), path: [], location: location)
        }
        reference.path.append(loweredKey)
        reference.location = location
        let pattern = lower(value, hoisted: false)
        emit(.unify(pattern, .reference(reference)), location)
    }

    private func lower(_ every: Every, _ expr: Expr) {
        let domain = lower(every.collection, hoisted: true)
        pushLevel()
        defer { popLevel() }
        var key: Variable?
        if let term = every.key, case .variable(let name) = term.kind {
            names.levels[names.levels.count - 1].hidden.insert(name)
            key = declare(name, term.location, .declared)
        }
        var value = generate(every.value.location)
        if case .variable(let name) = every.value.kind {
            names.levels[names.levels.count - 1].hidden.insert(name)
            if let declared = declare(name, every.value.location, .declared) { value = declared }
        }
        let body = collecting { lowerBody(every.body) }
        emit(.every(key: key, value: value, domain: domain, body: body), expr.location, negated: expr.isNegated)
    }
}

extension Term {
    /// As diagnostics name a kind of term.
    var kindName: String {
        switch kind {
        case .null: "null"
        case .boolean: "boolean"
        case .number: "number"
        case .string: "string"
        case .variable: "var"
        case .ref: "ref"
        case .array: "array"
        case .object: "object"
        case .set: "set"
        case .call: "call"
        case .arrayComprehension: "arraycomprehension"
        case .setComprehension: "setcomprehension"
        case .objectComprehension: "objectcomprehension"
        case .templateString: "templatestring"
        }
    }
}
