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
            if let first = seen[item.name] {
                found.append(
                    error(
                        "import must not shadow \(written(first))", item.location,
                        first.path == item.path ? "remove one of the two" : "give it an alias: `as other_name`"))
            }
            if item.alias == "input" || item.alias == "data" {
                found.append(
                    error(
                        "imports must not shadow \(item.name) (use a different import name)", item.location,
                        "choose another name behind `as`"))
            }
            seen[item.name] = seen[item.name] ?? item
            if isStrict, !usage.names.contains(item.name) {
                found.append(error("\(written(item)) unused", item.location, "remove it"))
            }
        }
        if isStrict {
            for rule in module.rules {
                guard case .variable(let name)? = rule.head.reference.terms.first?.kind, let item = seen[name],
                    item.path != module.package.path.appending(name)
                else { continue }
                found.append(
                    error(
                        "rule \(name) is hidden by \(written(item)) of this file", rule.location,
                        "rename the rule, or give the import an alias"))
            }
        }
        return found
    }

    private func written(_ item: Import) -> String {
        "import \(Printer.print(item.path))" + (item.alias.map { " as \($0)" } ?? "")
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

extension Ref {
    fileprivate func appending(_ name: String) -> Ref { Ref(terms + [Term(.string(name))]) }
}
