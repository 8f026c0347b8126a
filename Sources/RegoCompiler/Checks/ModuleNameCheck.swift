internal import RegoSyntax

/// Names of rules and imports that get in each other's way, and with `isStrict` imports that nothing uses.
struct ModuleNameCheck {
    let modules: [Module]
    let isStrict: Bool

    func run() -> [Diagnostic] {
        modules.flatMap(check)
    }

    private func check(_ module: Module) -> [Diagnostic] {
        var found: [Diagnostic] = []
        var seen: [String: Import] = [:]
        var usage = NameUsage()
        for rule in module.rules {
            usage.visit(rule)
            if case .variable(let name)? = rule.head.reference.terms.first?.kind, name == "input" || name == "data" {
                found.append(
                    error(
                        "rules must not shadow \(name) (use a different rule name)", rule.location, "rename the rule"))
            }
        }
        for item in module.imports {
            guard case .variable(let root)? = item.path.terms.first?.kind, root == "data" || root == "input" else {
                continue
            }
            if seen[item.name] != nil {
                found.append(error("import must not shadow import \(item.name)", item.location, "give it an alias"))
            }
            seen[item.name] = item
            if isStrict, !usage.names.contains(item.name) {
                found.append(error("import \(item.name) unused", item.location, "remove it"))
            }
        }
        return found
    }

    private func error(_ message: String, _ location: SourceLocation, _ fix: String) -> Diagnostic {
        Diagnostic(code: "rego_compile_error", message: message, location: location, fix: fix)
    }
}

/// Every name that a rule mentions as a variable or as the start of a reference or call.
private struct NameUsage {
    private(set) var names: Set<String> = []

    mutating func visit(_ rule: Rule) {
        for term in rule.head.reference.terms.dropFirst() { visit(term) }
        for term in rule.head.arguments ?? [] { visit(term) }
        if let key = rule.head.key { visit(key) }
        if let value = rule.head.value { visit(value) }
        visit(rule.body)
        for branch in rule.elseBranches {
            if let value = branch.value { visit(value) }
            visit(branch.body)
        }
    }

    private mutating func visit(_ body: Body) {
        for expr in body { visit(expr) }
    }

    private mutating func visit(_ expr: Expr) {
        for modifier in expr.withs {
            visit(modifier.target)
            visit(modifier.value)
        }
        switch expr.kind {
        case .term(let term): visit(term)
        case .call(let call): visit(call)
        case .some(let declaration):
            if case .membership(let key, let value, let collection) = declaration.kind {
                if let key { visit(key) }
                visit(value)
                visit(collection)
            }
        case .every(let every):
            visit(every.collection)
            visit(every.body)
        }
    }

    private mutating func visit(_ call: Call) {
        for term in call.function.terms { visit(term) }
        for term in call.arguments { visit(term) }
    }

    private mutating func visit(_ term: Term) {
        switch term.kind {
        case .null, .boolean, .number, .string: break
        case .variable(let name): names.insert(name)
        case .ref(let ref): for step in ref.terms { visit(step) }
        case .array(let items), .set(let items): for item in items { visit(item) }
        case .object(let entries):
            for entry in entries {
                visit(entry.key)
                visit(entry.value)
            }
        case .call(let call): visit(call)
        case .arrayComprehension(let head, let body), .setComprehension(let head, let body):
            visit(head)
            visit(body)
        case .objectComprehension(let entry, let body):
            visit(entry.key)
            visit(entry.value)
            visit(body)
        case .templateString(let template):
            for case .expression(let expr) in template.parts { visit(expr) }
        }
    }
}
