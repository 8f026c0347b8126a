/// The rules for fields and their arguments (sections 5.3 and 5.4).
extension GraphQL.Validator {
    func checkField(_ field: GraphQL.Field) throws(BuiltinError) {
        if let definition = field.definition {
            if let parent = field.parent { try checkArgumentNames(field, definition, parent) }
        } else if let parent = field.parent {
            report(
                field.position,
                "Cannot query field \"\(field.name)\" on type \"\(parent.name)\"."
                    + (try fieldHint(field.name, parent)))
        }
        if field.name == "__schema" || field.name == "__type" {
            var visited: Set<String> = []
            if try isTooDeep(field, &visited, 0) { report(field.position, "Maximum introspection depth exceeded") }
        }
        if operation != nil { try checkOverlaps(field.selections) }
        if let definition = field.definition {
            for argument in missing(definition.arguments, in: field.arguments) {
                report(
                    field.position,
                    "Field \"\(field.name)\" argument \"\(argument.name)\" of type \"\(argument.type.text)\" "
                        + "is required, but it was not provided.")
            }
            checkLeaf(field, definition)
        }
        checkUnique(field.arguments)
    }

    private func checkArgumentNames(
        _ field: GraphQL.Field, _ definition: GraphQL.FieldDefinition, _ parent: GraphQL.TypeDefinition
    ) throws(BuiltinError) {
        for argument in field.arguments where definition.argument(argument.name) == nil {
            let hint = try suggestion("Did you mean", argument.name, definition.arguments.map(\.name))
            report(
                field.position,
                "Unknown argument \"\(argument.name)\" on field \"\(parent.name).\(field.name)\".\(hint)")
        }
    }

    private func checkLeaf(_ field: GraphQL.Field, _ definition: GraphQL.FieldDefinition) {
        guard let type = type(definition.type.innermost) else { return }
        if type.isLeaf && !field.selections.isEmpty {
            report(
                field.position,
                "Field \"\(field.name)\" must not have a selection since type \"\(type.name)\" has no subfields.")
        }
        if !type.isLeaf && field.selections.isEmpty {
            report(
                field.position,
                "Field \"\(field.name)\" of type \"\(definition.type.text)\" must have a selection of subfields. "
                    + "Did you mean \"\(field.name) { ... }\"?")
        }
    }

    private func fieldHint(_ name: String, _ parent: GraphQL.TypeDefinition) throws(BuiltinError) -> String {
        let types = try typesWith(field: name, below: parent)
        if !types.isEmpty {
            return " Did you mean to use an inline fragment on \(GraphQL.Suggestions.quotedList(types))?"
        }
        guard parent.kind == .object || parent.kind == .interface else { return "" }
        return try suggestion("Did you mean", name, parent.fields.map(\.name))
    }

    /// The types below an abstract type that have the field: interfaces that many of them share first.
    private func typesWith(field name: String, below parent: GraphQL.TypeDefinition) throws(BuiltinError) -> [String] {
        guard parent.isAbstract else { return [] }
        var objects: [String] = []
        var interfaces: [String] = []
        var uses: [String: Int] = [:]
        for type in schema.possibleTypes(of: parent) where field(name, of: type) != nil {
            try budget.spend(1 + type.interfaces.count)
            objects.append(type.name)
            for interface in type.interfaces {
                guard let definition = self.type(interface), field(name, of: definition) != nil else { continue }
                if uses[interface] == nil { interfaces.append(interface) }
                uses[interface, default: 0] += 1
            }
        }
        return (interfaces + objects).sorted {
            let (first, second) = (uses[$0] ?? 0, uses[$1] ?? 0)
            return first == second ? $0.utf8.lexicographicallyPrecedes($1.utf8) : first > second
        }
    }

    /// Whether introspection goes through three lists of types inside of each other.
    private func isTooDeep(
        _ field: GraphQL.Field, _ visited: inout Set<String>, _ depth: Int
    ) throws(BuiltinError) -> Bool {
        let isList = ["fields", "interfaces", "possibleTypes", "inputFields"].contains(field.name)
        if isList && depth == 2 { return true }
        return try isTooDeep(field.selections, &visited, isList ? depth + 1 : depth)
    }

    private func isTooDeep(
        _ selections: [GraphQL.Selection], _ visited: inout Set<String>, _ depth: Int
    ) throws(BuiltinError) -> Bool {
        for selection in selections {
            try budget.spend()
            switch selection {
            case .field(let field):
                if try isTooDeep(field, &visited, depth) { return true }
            case .inline(let inline):
                if try isTooDeep(inline.selections, &visited, depth) { return true }
            case .spread(let spread):
                guard let fragment = spread.definition, visited.insert(spread.name).inserted else { continue }
                defer { visited.remove(spread.name) }
                guard visited.count <= GraphQL.depthLimit else {
                    throw .failure("GraphQL document is nested more than \(GraphQL.depthLimit) levels deep")
                }
                if try isTooDeep(fragment.selections, &visited, depth) { return true }
            }
        }
        return false
    }
}
