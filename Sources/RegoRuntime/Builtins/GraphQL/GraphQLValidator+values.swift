/// The rules for values and variables (sections 5.6 and 5.8).
extension GraphQL.Validator {
    func checkValue(_ value: GraphQL.Literal) throws(BuiltinError) {
        if value.kind == .variable, let operation, value.variable == nil {
            let place = operation.name.isEmpty ? "" : " by operation \"\(operation.name)\""
            report(value.position, "Variable \"\(value.text)\" is not defined\(place).")
        }
        if value.kind == .object {
            var seen: Set<String> = []
            for child in value.children where !seen.insert(child.name).inserted {
                report(child.position, "There can be only one input field named \"\(child.name)\".")
            }
        }
        try checkType(value)
        checkPosition(value)
    }

    /// A variable stands only where its type fits.
    private func checkPosition(_ value: GraphQL.Literal) {
        guard value.kind == .variable, operation != nil, let expected = value.expectedType,
            let variable = value.variable
        else { return }
        let hasDefault = variable.defaultValue.map { $0.kind != .null } ?? false
        let wanted = hasDefault || value.expectedTypeHasDefault ? expected.nullable : expected
        if !variable.type.isCompatible(with: wanted) {
            report(
                value.position,
                "Variable \"\(value.text)\" of type \"\(variable.type.text)\" used in position expecting type "
                    + "\"\(expected.text)\".")
        }
    }

    private func checkType(_ value: GraphQL.Literal) throws(BuiltinError) {
        guard let definition = value.definition, let expected = value.expectedType else { return }
        if value.kind == .null && expected.isNonNull {
            report(value.position, "Expected value of type \"\(expected.text)\", found \(value.text).")
        }
        let scalars: Set = ["Int", "Float", "String", "Boolean", "ID"]
        if definition.kind == .scalar && !scalars.contains(definition.name) { return }
        try budget.spend(value.children.count)
        func reportMismatch() { report(value.position, value.mismatch(expected, definition)) }
        func require(_ names: String...) {
            if !names.contains(definition.name) { reportMismatch() }
        }
        if !value.isReadable(0) { reportMismatch() }
        switch value.kind {
        case .null, .variable: break
        case .list: if expected.element == nil { reportMismatch() }
        case .integer: require("Int", "Float", "ID")
        case .float: require("Float")
        case .boolean: require("Boolean")
        case .string, .block:
            if definition.kind == .enumeration {
                report(
                    value.position,
                    "Enum \"\(expected.text)\" cannot represent non-enum value: \(value.text)."
                        + (try enumHint(value, definition)))
            } else {
                require("String", "ID")
            }
        case .enumeration:
            if definition.kind != .enumeration {
                reportMismatch()
            } else if !definition.values.contains(where: { $0.name == value.raw }) {
                report(
                    value.position,
                    "Value \"\(value.text)\" does not exist in \"\(expected.text)\" enum."
                        + (try enumHint(value, definition)))
            }
        case .object: try checkMembers(value, definition)
        }
    }

    private func enumHint(
        _ value: GraphQL.Literal, _ definition: GraphQL.TypeDefinition
    ) throws(BuiltinError) -> String {
        try suggestion("Did you mean the enum value", value.raw, definition.values.map(\.name))
    }

    private func checkMembers(
        _ value: GraphQL.Literal, _ definition: GraphQL.TypeDefinition
    ) throws(BuiltinError) {
        let given = Set(value.children.map(\.name))
        try budget.spend(definition.fields.count)
        for field in definition.fields where field.isRequired && !given.contains(field.name) {
            report(
                value.position,
                "Field \"\(definition.name).\(field.name)\" of required type \"\(field.type.text)\" was not provided.")
        }
        for directive in definition.directives where directive.name == "oneOf" { checkOneOf(value, definition) }
        for child in value.children where field(child.name, of: definition) == nil {
            let hint = try suggestion("Did you mean", child.name, definition.fields.map(\.name))
            report(child.position, "Field \"\(child.name)\" is not defined by type \"\(definition.name)\".\(hint)")
        }
    }

    private func checkOneOf(_ value: GraphQL.Literal, _ definition: GraphQL.TypeDefinition) {
        guard value.children.count == 1 else {
            report(value.position, "OneOf Input Object \"\(definition.name)\" must specify exactly one key.")
            return
        }
        let member = value.children[0].value
        if member.kind == .null {
            let name = definition.fields.first?.name ?? ""
            report(member.position, "Field \"\(definition.name).\(name)\" must be non-null.")
        } else if let variable = member.variable, member.kind == .variable, !variable.type.isNonNull {
            report(
                member.position,
                "Variable \"\(variable.name)\" must be non-nullable to be used for OneOf Input Object "
                    + "\"\(definition.name)\".")
        }
    }
}
