/// The rules for operations and directives (sections 5.2, 5.7 and 5.8).
extension GraphQL.Validator {
    func checkOperation(_ operation: GraphQL.Operation) throws(BuiltinError) {
        let position = operation.position
        if schema.root(operation.kind) == nil {
            report(position, "Schema does not support operation type \"\(operation.kind)\"")
        }
        if operation.name.isEmpty && document.operations.count > 1 {
            report(position, "This anonymous operation must be the only defined operation.")
        }
        for variable in operation.variables where !variable.isUsed {
            let place = operation.name.isEmpty ? "" : " in operation \"\(operation.name)\""
            report(variable.position, "Variable \"$\(variable.name)\" is never used\(place).")
        }
        try checkOverlaps(operation.selections)
        try checkSubscription(operation)
        if !seenOperations.insert(operation.name).inserted {
            report(position, "There can be only one operation named \"\(operation.name)\".")
        }
        var seen: [String: Int] = [:]
        for variable in operation.variables {
            if seen[variable.name] == 1 {
                report(variable.position, "There can be only one variable named \"$\(variable.name)\".")
            }
            seen[variable.name, default: 0] += 1
        }
        for variable in operation.variables {
            guard let definition = variable.definition, !definition.isInput else { continue }
            report(
                variable.position, "Variable \"$\(variable.name)\" cannot be non-input type \"\(variable.type.text)\".")
        }
    }

    func checkOverlaps(_ selections: [GraphQL.Selection]) throws(BuiltinError) {
        for conflict in try overlaps.conflicts(within: selections) { report(conflict.position, conflict.message) }
    }

    /// A subscription has one field, which is none of introspection.
    private func checkSubscription(_ operation: GraphQL.Operation) throws(BuiltinError) {
        guard operation.kind == "subscription", schema.root("subscription") != nil else { return }
        var visited: Set<String> = []
        var all: [GraphQL.Field] = []
        try collectTopFields(operation.selections, into: &all, visited: &visited)
        var names: Set<String> = []
        let fields = all.filter { names.insert($0.name).inserted }
        let name =
            operation.name.isEmpty ? "Anonymous Subscription" : "Subscription \(GoText.quoted(operation.name))"
        if fields.count > 1 { report(fields[1].position, "\(name) must select only one top level field.") }
        for field in fields where field.name.hasPrefix("__") {
            report(field.position, "\(name) must not select an introspection top level field.")
        }
    }

    private func collectTopFields(
        _ selections: [GraphQL.Selection], into fields: inout [GraphQL.Field], visited: inout Set<String>
    ) throws(BuiltinError) {
        try budget.spend(selections.count)
        for selection in selections {
            switch selection {
            case .field(let field): fields.append(field)
            case .inline(let inline): try collectTopFields(inline.selections, into: &fields, visited: &visited)
            case .spread(let spread):
                guard let fragment = spread.definition else { return }
                guard visited.insert(fragment.name).inserted else { continue }
                // A chain of fragments was walked before, so it is no longer than the limit.
                try collectTopFields(fragment.selections, into: &fields, visited: &visited)
            }
        }
    }

    func checkDirective(_ directive: GraphQL.Directive) throws(BuiltinError) {
        let position = directive.position
        let name = directive.name
        if let definition = directive.definition {
            for argument in directive.arguments
            where !definition.arguments.contains(where: { $0.name == argument.name }) {
                let hint = try suggestion("Did you mean", argument.name, definition.arguments.map(\.name))
                report(position, "Unknown argument \"\(argument.name)\" on directive \"@\(name)\".\(hint)")
            }
            if !definition.locations.contains(directive.location) {
                let place = "\(name) \(position?.line ?? 0) \(position?.column ?? 0)"
                if misplacedDirectives.insert(place).inserted {
                    report(position, "Directive \"@\(name)\" may not be used on \(directive.location).")
                }
            }
            for argument in missing(definition.arguments, in: directive.arguments) {
                report(
                    position,
                    "Directive \"@\(definition.name)\" argument \"\(argument.name)\" of type "
                        + "\"\(argument.type.text)\" is required, but it was not provided.")
            }
        } else {
            report(position, "Unknown directive \"@\(name)\".")
        }
        checkUnique(directive.arguments)
    }

    func missing(
        _ definitions: [GraphQL.FieldDefinition], in arguments: [GraphQL.Argument]
    ) -> [GraphQL.FieldDefinition] {
        definitions.filter { definition in
            definition.isRequired && !arguments.contains { $0.name == definition.name }
        }
    }

    func checkUnique(_ arguments: [GraphQL.Argument]) {
        var seen: [String: Int] = [:]
        for argument in arguments {
            if seen[argument.name] == 1 {
                report(argument.position, "There can be only one argument named \"\(argument.name)\".")
            }
            seen[argument.name, default: 0] += 1
        }
    }

    func checkDirectiveList(_ directives: [GraphQL.Directive]) {
        var seen: Set<String> = []
        for directive in directives
        where !seen.insert(directive.name).inserted && directive.name != "repeatable" {
            report(directive.position, "The directive \"@\(directive.name)\" can only be used once at this location.")
        }
    }
}
