/// What a type must have to implement an interface (section 3.6, `IsValidImplementation`).
extension GraphQL.SchemaValidator {
    func checkImplements(_ type: GraphQL.TypeDefinition, _ name: String) throws(GraphQL.SchemaFailure) {
        guard let interface = schema.types[name] else {
            throw fail(type.position, "Undefined type \(GoText.quoted(name)).")
        }
        guard interface.kind == .interface else {
            throw fail(type.position, "\(GoText.quoted(name)) is a non interface type \(interface.kind.rawValue).")
        }
        let claim = "For \(type.name) to implement \(interface.name)"
        for wanted in interface.fields {
            do throws(BuiltinError) { try budget.spend(type.fields.count) } catch { throw .stopped(error) }
            guard let field = type.field(wanted.name) else {
                throw fail(type.position, "\(claim) it must have a field called \(wanted.name).")
            }
            guard isCovariant(wanted.type, field.type) else {
                throw fail(field.position, "\(claim) the field \(wanted.name) must have type \(wanted.type.text).")
            }
            try checkArguments(wanted, field, claim)
        }
        for ancestor in interface.interfaces where !type.interfaces.contains(ancestor) {
            if ancestor == type.name {
                throw fail(
                    type.position,
                    "Type \(type.name) cannot implement \(name) because it would create a circular reference.")
            }
            throw fail(
                type.position, "Type \(type.name) must implement \(ancestor) because it is implemented by \(name).")
        }
    }

    private func checkArguments(
        _ wanted: GraphQL.FieldDefinition, _ field: GraphQL.FieldDefinition, _ claim: String
    ) throws(GraphQL.SchemaFailure) {
        let same = "\(claim) the field \(wanted.name) must have the same arguments but"
        for argument in wanted.arguments {
            guard let found = field.argument(argument.name) else {
                throw fail(field.position, "\(same) it is missing \(argument.name).")
            }
            guard argument.type.isCompatible(with: found.type) else {
                throw fail(found.position, "\(same) \(argument.name) has the wrong type.")
            }
        }
        for extra in field.arguments where wanted.argument(extra.name) == nil && extra.isRequired {
            throw fail(
                extra.position,
                "\(claim) any additional arguments on \(field.name) must be optional or have a default value but "
                    + "\(extra.name) is required.")
        }
    }

    private func isCovariant(_ required: GraphQL.TypeReference, _ actual: GraphQL.TypeReference) -> Bool {
        if required.isNonNull && !actual.isNonNull { return false }
        if let element = required.element {
            guard let actualElement = actual.element else { return false }
            return isCovariant(element, actualElement)
        }
        return required.name == actual.name
            || (schema.possibleTypes[required.name] ?? []).contains { $0.name == actual.name }
    }
}
