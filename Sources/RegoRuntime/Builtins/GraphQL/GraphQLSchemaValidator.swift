extension GraphQL {
    /// The rules of section 3 for types, fields and directives. Stops at the first thing that is wrong.
    struct SchemaValidator {
        let schema: Schema
        let budget: Budget

        func fail(_ position: Position?, _ message: String) -> SchemaFailure {
            .invalid(Failure(message: message, position: position ?? .unknown))
        }

        private func spend(_ count: Int = 1) throws(SchemaFailure) {
            do throws(BuiltinError) { try budget.spend(count) } catch { throw .stopped(error) }
        }

        func checkRoots(_ document: SchemaDocument) throws(SchemaFailure) {
            if document.schema.count > 1 {
                throw fail(
                    document.schema[1].position,
                    "Cannot have multiple schema entry points, consider schema extensions instead.")
            }
            for definition in document.schema + document.schemaExtensions {
                for type in definition.operationTypes where schema.types[type.type] == nil {
                    throw fail(
                        type.position,
                        "Schema root \(type.operation) refers to a type \(type.type) that does not exist.")
                }
                try check(definition.directives, at: "SCHEMA")
            }
        }

        /// Types and directives, each by name.
        func check() throws(SchemaFailure) {
            for (_, definition) in schema.types.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
                try check(definition)
            }
            for (_, definition) in schema.directives.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) })
            {
                try checkName(definition.name, definition.position)
                try checkArguments(definition.arguments, of: definition)
            }
        }

        private func check(_ definition: TypeDefinition) throws(SchemaFailure) {
            try spend()
            for field in definition.fields {
                try spend()
                try checkName(field.name, field.position)
                try checkExists(field.type)
                try checkArguments(field.arguments, of: nil)
                let isInput = definition.kind == .inputObject
                try check(field.directives, at: isInput ? "INPUT_FIELD_DEFINITION" : "FIELD_DEFINITION")
            }
            for name in definition.types {
                guard let type = schema.types[name] else {
                    throw fail(definition.position, "Undefined type \(GoText.quoted(name)).")
                }
                guard type.kind == .object else {
                    throw fail(
                        definition.position,
                        "\(definition.kind.rawValue) type \(GoText.quoted(name)) must be OBJECT.")
                }
            }
            for name in definition.interfaces { try checkImplements(definition, name) }
            try checkMembers(definition)
            var seen: Set<String> = []
            for field in definition.fields where !seen.insert(field.name).inserted {
                throw fail(field.position, "Field \(definition.name).\(field.name) can only be defined once.")
            }
            if !definition.isBuiltIn { try checkName(definition.name, definition.position) }
            try check(definition.directives, at: definition.kind.rawValue)
        }

        /// What a type of this kind must be made of.
        private func checkMembers(_ definition: TypeDefinition) throws(SchemaFailure) {
            let name = "\(definition.kind.rawValue) \(definition.name)"
            switch definition.kind {
            case .object, .interface:
                if definition.fields.isEmpty {
                    throw fail(definition.position, "\(name): must define one or more fields.")
                }
                for field in definition.fields where schema.types[field.type.innermost]?.kind == .inputObject {
                    throw fail(
                        field.position, "\(name): field must be one of SCALAR, OBJECT, INTERFACE, UNION, ENUM.")
                }
            case .enumeration:
                if definition.values.isEmpty {
                    throw fail(definition.position, "\(name): must define one or more unique enum values.")
                }
                for value in definition.values {
                    if ["true", "false", "null"].contains(value.name) {
                        throw fail(definition.position, "\(name): non-enum value \(value.name).")
                    }
                    try check(value.directives, at: "ENUM_VALUE")
                }
            case .inputObject:
                if definition.fields.isEmpty {
                    throw fail(definition.position, "\(name): must define one or more input fields.")
                }
                for field in definition.fields {
                    guard let type = schema.types[field.type.innermost], !type.isInput else { continue }
                    throw fail(
                        field.position,
                        "\(type.kind.rawValue) \(field.name): field must be one of SCALAR, ENUM, INPUT_OBJECT.")
                }
            case .scalar, .union:
                break
            }
        }

        private func checkExists(_ type: TypeReference) throws(SchemaFailure) {
            if schema.types[type.innermost] == nil { throw fail(type.position, "Undefined type \(type.innermost).") }
        }

        private func checkArguments(
            _ arguments: [FieldDefinition], of directive: DirectiveDefinition?
        ) throws(SchemaFailure) {
            for argument in arguments {
                try spend()
                try checkName(argument.name, argument.position)
                try checkExists(argument.type)
                if let type = schema.types[argument.type.innermost], !type.isInput {
                    throw fail(
                        argument.position,
                        "cannot use \(argument.type.text) as argument \(argument.name) because \(type.kind.rawValue) "
                            + "is not a valid input type")
                }
                try check(argument.directives, at: "ARGUMENT_DEFINITION", inside: directive)
            }
        }

        /// Directives where they are applied.
        private func check(
            _ directives: [Directive], at location: String, inside current: DirectiveDefinition? = nil
        ) throws(SchemaFailure) {
            for directive in directives {
                try spend()
                let name = directive.name
                try checkName(name, directive.position)
                if let current, name == current.name {
                    throw fail(directive.position, "Directive \(name) cannot refer to itself.")
                }
                guard let definition = schema.directives[name] else {
                    throw fail(directive.position, "Undefined directive \(name).")
                }
                guard definition.locations.contains(location) else {
                    throw fail(directive.position, "Directive \(name) is not applicable on \(location).")
                }
                for argument in directive.arguments
                where !definition.arguments.contains(where: { $0.name == argument.name }) {
                    throw fail(argument.position, "Undefined argument \(argument.name) for directive \(name).")
                }
                for wanted in definition.arguments where wanted.isRequired {
                    let given = directive.arguments.first { $0.name == wanted.name }
                    if given.map({ $0.value.kind == .null }) ?? true {
                        throw fail(
                            directive.position, "Argument \(wanted.name) for directive \(name) cannot be null.")
                    }
                }
            }
        }

        private func checkName(_ name: String, _ position: Position?) throws(SchemaFailure) {
            if name.hasPrefix("__") {
                throw fail(
                    position,
                    "Name \"\(name)\" must not begin with \"__\", which is reserved by GraphQL introspection.")
            }
        }
    }
}
