internal import RegoSyntax
internal import RegoValues

/// Turns the bodies and terms of one rule or query into their resolved form.
///
/// Calls and references inside of other terms move into expressions of their own, placed before the expression that
/// holds them (OPA's rewriting does the same, and `not` relies on it: `not f(input.x)` is undefined without `input.x`).
final class Lowering {
    let scope: ModuleScope
    let functions: FunctionTable
    let metadata: MetadataConstants
    let isStrict: Bool
    /// The declared variables that some term mentions.
    private var used: Set<Variable> = []
    var variables = VariableTable()
    var names = NameScope()
    /// Variables that no `some`, `:=` or argument declares: one for each name in the whole rule.
    var free: [String: Variable] = [:]
    var output: [CoreExpr] = []
    var withs: [CoreWith] = []
    var diagnostics: [Diagnostic] = []
    private var madeUpNames = 0

    init(
        scope: ModuleScope, functions: FunctionTable, metadata: MetadataConstants = .none, isStrict: Bool = false
    ) {
        self.isStrict = isStrict
        self.scope = scope
        self.functions = functions
        self.metadata = metadata
    }

    func report(_ code: String, _ message: String, _ location: SourceLocation, fix: String? = nil) {
        diagnostics.append(Diagnostic(code: code, message: message, location: location, fix: fix))
    }

    func generate(_ location: SourceLocation) -> Variable {
        variables.add(nil, location)
    }

    /// A name that no source can contain.
    func madeUpName() -> String {
        madeUpNames += 1
        return "\u{1}\(madeUpNames)"
    }

    func emit(_ kind: CoreExpr.Kind, _ location: SourceLocation, generated: Bool = false, negated: Bool = false) {
        output.append(
            CoreExpr(kind: kind, isNegated: negated, withs: withs, location: location, isGenerated: generated))
    }

    /// Lowers a body whose declarations are the innermost ones; the caller pushes and pops the level.
    func lowerBody(_ body: Body) {
        names.levels[names.levels.count - 1].hidden.formUnion(declaredNames(in: body))
        for expr in body { lower(expr) }
    }

    func pushLevel() { names.levels.append(NameScope.Level()) }

    /// Ends the innermost body: what it declared and nothing mentioned is reported (assignments only when strict).
    func popLevel() {
        guard let level = names.levels.popLast(), diagnostics.isEmpty else { return }
        for (name, entry) in level.names.sorted(by: { $0.value.variable < $1.value.variable })
        where name.isSourceName && !used.contains(entry.variable) {
            let location = variables.entries[entry.variable].location
            switch entry.occurrence {
            case .declared:
                report("rego_compile_error", "declared var \(name) unused", location, fix: "remove it or write `_`")
            case .assigned where isStrict:
                report("rego_compile_error", "assigned var \(name) unused", location, fix: "remove the assignment")
            case .argument where isStrict:
                report(
                    "rego_compile_error", "unused argument \(name). (hint: use _ (wildcard variable) instead)", location
                )
            default: break
            }
        }
    }

    /// Runs `build` for a body of its own and returns its expressions.
    func collecting(_ build: () -> Void) -> [CoreExpr] {
        let outerOutput = output
        let outerWiths = withs
        output = []
        withs = []
        build()
        defer {
            output = outerOutput
            withs = outerWiths
        }
        return output
    }

    // MARK: - Terms

    /// With `hoisted`, references and comprehensions come as variables that an expression before binds.
    func lower(_ term: Term, hoisted: Bool) -> CoreTerm {
        switch term.kind {
        case .null, .boolean, .number, .string:
            return .constant(term)
        case .variable(let name):
            return hoist(resolve(name, term.location), term.location, when: hoisted)
        case .ref(let ref):
            return hoist(.reference(lowerReference(ref, term.location)), term.location, when: hoisted)
        case .array(let items):
            let lowered = items.map { lower($0, hoisted: true) }
            return lowered.allSatisfy(\.isConstant) ? .constant(term) : .array(lowered)
        case .set(let items):
            let lowered = items.map { lower($0, hoisted: true) }
            return lowered.allSatisfy(\.isConstant) ? .constant(term) : .set(lowered)
        case .object(let entries):
            let lowered = entries.map {
                CoreEntry(key: lower($0.key, hoisted: true), value: lower($0.value, hoisted: true))
            }
            return lowered.allSatisfy { $0.key.isConstant && $0.value.isConstant } ? .constant(term) : .object(lowered)
        case .call(let call):
            return lowerCallValue(call)
        case .arrayComprehension(let head, let body):
            return comprehension(.array, nil, head, body, term.location, hoisted)
        case .setComprehension(let head, let body):
            return comprehension(.set, nil, head, body, term.location, hoisted)
        case .objectComprehension(let entry, let body):
            return comprehension(.object, entry.key, entry.value, body, term.location, hoisted)
        case .templateString(let template):
            return lowerTemplate(template, term.location)
        }
    }

    private func hoist(_ term: CoreTerm, _ location: SourceLocation, when wanted: Bool) -> CoreTerm {
        guard wanted else { return term }
        switch term {
        case .reference, .comprehension:
            let variable = generate(location)
            emit(.unify(.variable(variable), term), location, generated: true)
            return .variable(variable)
        default:
            return term
        }
    }

    /// What a lone name means.
    func resolve(_ name: String, _ location: SourceLocation) -> CoreTerm {
        if let variable = names.declared(name) {
            used.insert(variable)
            return .variable(variable)
        }
        if !names.hides(name) {
            if name == "input" { return .reference(CoreReference(head: .input, path: [], location: location)) }
            if name == "data" { return .reference(CoreReference(head: .data, path: [], location: location)) }
            if let global = scope.globals[name] {
                let head: CoreReference.Head = global.root == .data ? .data : .input
                let path = global.path.map { CoreTerm.constant($0.term) }
                return .reference(CoreReference(head: head, path: path, location: location))
            }
        }
        return .variable(freeVariable(name, location))
    }

    func freeVariable(_ name: String, _ location: SourceLocation) -> Variable {
        let variable: Variable
        if let known = free[name] {
            variable = known
        } else {
            variable = variables.add(name.isSourceName ? name : nil, location)
            free[name] = variable
        }
        names.markSeen(name, variable)
        return variable
    }

    private func lowerReference(_ ref: Ref, _ location: SourceLocation) -> CoreReference {
        var reference: CoreReference
        let subject = ref.terms[0]
        if case .variable(let name) = subject.kind {
            switch resolve(name, subject.location) {
            case .reference(let known): reference = known
            case .variable(let variable):
                reference = CoreReference(head: .variable(variable), path: [], location: location)
            default: reference = CoreReference(head: .data, path: [], location: location)
            }
        } else {
            let value = lower(subject, hoisted: true)
            let variable: Variable
            if case .variable(let known) = value {
                variable = known
            } else {
                variable = generate(subject.location)
                emit(.unify(.variable(variable), value), subject.location, generated: true)
            }
            reference = CoreReference(head: .variable(variable), path: [], location: location)
        }
        reference.location = location
        for step in ref.terms.dropFirst() {
            reference.path.append(lower(step, hoisted: true))
        }
        return reference
    }

    private func comprehension(
        _ kind: CoreComprehension.Kind, _ key: Term?, _ value: Term, _ body: Body, _ location: SourceLocation,
        _ hoisted: Bool
    ) -> CoreTerm {
        pushLevel()
        var loweredKey: CoreTerm?
        var loweredValue = CoreTerm.constant(value)
        let lowered = collecting {
            lowerBody(body)
            loweredKey = key.map { lower($0, hoisted: true) }
            loweredValue = lower(withCallsFirst([value])[0], hoisted: true)
        }
        popLevel()
        let term = CoreTerm.comprehension(
            CoreComprehension(kind: kind, key: loweredKey, value: loweredValue, body: lowered, location: location))
        return hoist(term, location, when: hoisted)
    }

    /// `$"a {x} b"` is `internal.template_string(["a ", {v | v = x}, " b"])`: an undefined part is an empty set.
    private func lowerTemplate(_ template: TemplateString, _ location: SourceLocation) -> CoreTerm {
        let parts = template.parts.map { part -> Term in
            switch part {
            case .text(let text): return Term(.string(text), location: location)
            case .expression(let expr):
                let name = Term(.variable(madeUpName()), location: expr.location)
                let value: Term
                switch expr.kind {
                case .term(let term): value = term
                case .call(let call): value = Term(.call(call), location: expr.location)
                default: return Term(.set([]), location: expr.location)
                }
                let equality = Call(
                    function: Ref([Term(.variable("eq"))]), arguments: [name, value], location: expr.location)
                let body = [Expr(.call(equality), withs: expr.withs, location: expr.location)]
                return Term(.setComprehension(name, body), location: expr.location)
            }
        }
        let argument = lower(Term(.array(parts), location: location), hoisted: true)
        let result = generate(location)
        emit(
            .call(.builtin("internal.template_string"), [argument], result: .variable(result)), location,
            generated: true)
        return .variable(result)
    }

    // MARK: - Calls

    private func lowerCallValue(_ call: Call) -> CoreTerm {
        if let constant = metadata.constant(for: call) { return lower(constant, hoisted: true) }
        let arguments = withCallsFirst(call.arguments).map { lower($0, hoisted: true) }
        let result = generate(call.location)
        guard let function = function(of: call, operands: arguments.count, wantsValue: true) else {
            return .variable(result)
        }
        emit(.call(function, arguments, result: .variable(result)), call.location, generated: true)
        return .variable(result)
    }

    /// What `call` names; reports a name that is none, or a wrong number of arguments.
    func function(of call: Call, operands: Int, wantsValue: Bool) -> FunctionName? {
        guard let name = functionName(call.function, call.location) else { return nil }
        let arity: Int
        switch name {
        case .builtin(let builtin): arity = functions.builtins[builtin]?.arity ?? 0
        case .rule(let path): arity = functions.rules[path] ?? 0
        }
        let shown = shownName(name)
        guard operands == arity || (!wantsValue && operands == arity + 1) else {
            let given = operands == 1 ? "1 argument" : "\(operands) arguments"
            report(
                "rego_type_error", "function \(shown) has arity \(arity), got \(given)", call.location,
                fix: hidden(by: name) ?? "call it with \(arity) argument\(arity == 1 ? "" : "s")")
            return nil
        }
        if wantsValue, case .builtin(let builtin) = name, functions.builtins[builtin]?.isVoid == true {
            report(
                "rego_type_error", "\(Printer.print(Term(.call(call)))) used as value", call.location,
                fix: "`\(builtin)` yields nothing: write it on a line of its own")
            return nil
        }
        return name
    }

    func shownName(_ name: FunctionName) -> String {
        switch name {
        case .builtin(let builtin): builtin
        case .rule(let path): dataPath(path)
        }
    }

    private func functionName(_ ref: Ref, _ location: SourceLocation) -> FunctionName? {
        guard case .variable(let first)? = ref.terms.first?.kind else { return nil }
        let rest = ref.terms.dropFirst().compactMap(GroundKey.init)
        let written = Call(function: ref, arguments: []).functionName
        if names.declared(first) != nil {
            report(
                "rego_compile_error", "called function \(written) shadowed", location,
                fix: "give the variable `\(first)` another name")
            return nil
        }
        if !names.hides(first) {
            if first == "data", functions.rules[rest] != nil { return .rule(rest) }
            if let global = scope.globals[first], global.root == .data {
                let path = global.path + rest
                if functions.rules[path] != nil { return .rule(path) }
                report(
                    "rego_type_error", "undefined function \(dataPath(path))", location, fix: way(from: path, written))
                return nil
            }
        }
        if isDeprecated(written) {
            report(
                "rego_type_error", "deprecated built-in function calls in expression: \(written)", location,
                fix: DeprecatedBuiltins.replacements[written] ?? "it has no successor")
            return nil
        }
        if functions.builtins[written] != nil { return .builtin(written) }
        guard first == "data" else {
            report("rego_type_error", "undefined function \(written)", location, fix: suggestion(for: written))
            return nil
        }
        report("rego_type_error", "undefined function \(dataPath(rest))", location, fix: way(from: rest, written))
        return nil
    }

    /// What somebody meant who calls what is no function.
    private func way(from path: [GroundKey], _ written: String) -> String? {
        if functions.rulePaths.contains(where: { $0.starts(with: path) }) {
            return hidden(by: .rule(path), written)
                ?? "`\(written)` is a rule and no function: use it without arguments"
        }
        let known = functions.rules.keys.filter { $0.dropLast() == path.dropLast() }
        guard case .string(let name)? = path.last else { return nil }
        let names = known.compactMap { key in if case .string(let name)? = key.last { name } else { nil } }
        if let near = NearMiss.of(name, among: names.sorted()) {
            return "did you mean `\(written.split(separator: ".").dropLast().map { $0 + "." }.joined())\(near)`?"
        }
        if let package = path.first, case .string(let start) = package, functions.builtins.keys.contains(written) {
            return "a rule or import named `\(start)` hides the builtin `\(written)`: rename it"
        }
        return hidden(by: .rule(path), written)
    }

    /// Says so when a rule or import has the name of the builtin that was meant.
    private func hidden(by function: FunctionName, _ written: String? = nil) -> String? {
        guard case .rule(let path) = function, case .string(let last)? = path.last else { return nil }
        guard let signature = functions.builtins[written ?? last]?.signature else { return nil }
        let operation = signature.infix.map { ", which is `\($0)`" } ?? ""
        return "a rule or import hides the builtin `\(signature.name)`\(operation): rename it"
    }

    /// Refused in Rego v1, but known to OPA.
    private func isDeprecated(_ name: String) -> Bool { BuiltinSignature.all[name]?.isDeprecated ?? false }

    private func suggestion(for name: String) -> String? {
        let own = functions.rules.keys.filter { $0.dropLast().elementsEqual(scope.package) }
        let rules = own.compactMap { key in if case .string(let name)? = key.last { name } else { nil } }
        return NearMiss.fix(name, among: rules.sorted() + functions.builtins.keys.sorted())
    }
}

extension CoreTerm {
    var isConstant: Bool {
        if case .constant = self { return true }
        return false
    }
}

extension String {
    /// False for wildcards and for what lowering makes up.
    var isSourceName: Bool { utf8.first != UInt8(ascii: "$") && utf8.first != 1 }
}
