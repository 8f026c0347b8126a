internal import RegoSyntax

/// Finds rules of one path that cannot stand beside each other.
struct ConflictCheck {
    let tree: RuleNode
    let modules: [Module]
    let packages: [[GroundKey]]

    func run() -> [Diagnostic] {
        var found: [Diagnostic] = []
        tree.visit { node in
            if let diagnostic = check(node) { found.append(diagnostic) }
        }
        return found + packageConflicts()
    }

    /// Packages that stand where a rule without variables in its name does.
    private func packageConflicts() -> [Diagnostic] {
        var rules: [[GroundKey]: Rule] = [:]
        for (module, package) in zip(modules, packages) {
            for rule in module.rules {
                let (path, suffix) = RuleLowering.split(rule.head, package: package)
                if suffix.isEmpty, rules[path] == nil { rules[path] = rule }
            }
        }
        return zip(modules, packages).compactMap { module, package in
            guard let rule = rules[package] else { return nil }
            let written = Printer.print(rule.head.reference)
            return error(
                "package \(dataPath(package).dropFirst(5)) conflicts with rule \(written) defined at "
                    + "\(rule.location.file):\(rule.location.line)",
                module.package.location, "rename the package or the rule: one path is one document")
        }
    }

    private func check(_ node: RuleNode) -> Diagnostic? {
        guard let first = node.rules.first else { return nil }
        let name = dataPath(node.path)
        let hasGround = node.rules.contains { $0.suffix.isEmpty }
        if hasGround, !node.childKeys.isEmpty {
            var inside: [String] = []
            for key in node.childKeys {
                node.child(key)?.visit { if !$0.rules.isEmpty { inside.append(dataPath($0.path)) } }
            }
            if !inside.isEmpty {
                return error(
                    "rule \(name) conflicts with [\(inside.sorted().joined(separator: " "))]", first.location,
                    "a rule with one value cannot have rules below it")
            }
        }
        let arities = Set(node.rules.map(\.arguments.count))
        let isSet = Set(node.rules.map { $0.kind == .partialSet })
        let isComplete = Set(node.rules.map { $0.kind != .partialSet && $0.suffix.isEmpty })
        if arities.count > 1 || isSet.count > 1 || isComplete.count > 1 {
            return error(
                "conflicting rules \(name) found", first.location,
                "rules of one name take the same arguments and are all sets, all objects or all single values")
        }
        let defaults = node.rules.filter(\.isDefault)
        if defaults.count > 1 {
            let places = defaults.map { "\($0.location.file):\($0.location.line)" }.joined(separator: ", ")
            return error(
                "multiple default rules \(name) found at \(places)", defaults[1].location, "keep one of them")
        }
        return nil
    }

    private func error(_ message: String, _ location: SourceLocation, _ fix: String) -> Diagnostic {
        Diagnostic(code: "rego_type_error", message: message, location: location, fix: fix)
    }
}
