extension GraphQL {
    /// A type system that was found to be valid, with the prelude in it.
    struct Schema {
        var types: [String: TypeDefinition] = [:]
        var directives: [String: DirectiveDefinition] = [:]
        /// The object types that an interface, union or object type stands for (and interfaces below an interface).
        private(set) var possibleTypes: [String: [TypeDefinition]] = [:]
        private var roots: [String: TypeDefinition] = [:]

        /// The root type of `query`, `mutation` or `subscription`; queries may leave their kind out.
        func root(_ operation: String) -> TypeDefinition? { roots[operation.isEmpty ? "query" : operation] }

        func possibleTypes(of definition: TypeDefinition) -> [TypeDefinition] { possibleTypes[definition.name] ?? [] }

        /// Puts the prelude and a document together and checks them. Adds the document's extensions to its definitions,
        /// so encode it before.
        init(_ document: SchemaDocument, budget: Budget) throws(SchemaFailure) {
            let prelude: SchemaDocument
            do throws(Failure) {
                prelude = try Parser.schema(Array(GraphQL.prelude.utf8), isBuiltIn: true)
                try collect(prelude.definitions + document.definitions, document.extensions)
                try declare(prelude.directives + document.directives)
            } catch {
                throw .invalid(error)
            }
            try SchemaValidator(schema: self, budget: budget).checkRoots(document)
            findRoots(document)
            try SchemaValidator(schema: self, budget: budget).check()
            if document.schema.isEmpty {
                for (operation, name) in [
                    ("query", "Query"), ("mutation", "Mutation"), ("subscription", "Subscription"),
                ]
                where roots[operation] == nil {
                    roots[operation] = types[name]
                }
            }
            roots["query"]?.fields += Schema.introspectionFields()
        }

        private mutating func collect(
            _ definitions: [TypeDefinition], _ extensions: [TypeDefinition]
        ) throws(Failure) {
            var all = definitions
            for definition in definitions {
                guard types[definition.name] == nil else {
                    throw Failure(
                        message: "Cannot redeclare type \(definition.name).", position: definition.place)
                }
                types[definition.name] = definition
            }
            for addition in extensions {
                let base: TypeDefinition
                if let known = types[addition.name] {
                    base = known
                } else {
                    base = TypeDefinition()
                    base.kind = addition.kind
                    base.name = addition.name
                    base.position = addition.position
                    types[addition.name] = base
                    all.append(base)
                }
                guard base.kind == addition.kind else {
                    throw Failure(
                        message: "Cannot extend type \(addition.name) because the base type is a "
                            + "\(base.kind.rawValue), not \(addition.kind.rawValue).", position: addition.place)
                }
                base.directives += addition.directives
                base.interfaces += addition.interfaces
                base.fields += addition.fields
                base.types += addition.types
                base.values += addition.values
            }
            for definition in all { note(definition) }
        }

        private mutating func note(_ definition: TypeDefinition) {
            switch definition.kind {
            case .union:
                possibleTypes[definition.name, default: []] += definition.types.compactMap { types[$0] }
            case .object, .inputObject, .interface:
                for interface in definition.interfaces { possibleTypes[interface, default: []].append(definition) }
                if definition.kind != .interface { possibleTypes[definition.name, default: []].append(definition) }
            case .scalar, .enumeration:
                break
            }
        }

        /// The directives of the specification may be declared again; the last declaration counts.
        private mutating func declare(_ definitions: [DirectiveDefinition]) throws(Failure) {
            let standard: Set = ["include", "skip", "deprecated", "specifiedBy", "defer", "oneOf"]
            for definition in definitions {
                guard directives[definition.name] == nil || standard.contains(definition.name) else {
                    throw Failure(
                        message: "Cannot redeclare directive \(definition.name).",
                        position: definition.position ?? .unknown)
                }
                directives[definition.name] = definition
            }
        }

        private mutating func findRoots(_ document: SchemaDocument) {
            for type in (document.schema + document.schemaExtensions).flatMap(\.operationTypes) {
                roots[type.operation] = types[type.type]
            }
        }

        private static func introspectionFields() -> [FieldDefinition] {
            let schema = FieldDefinition()
            schema.name = "__schema"
            schema.type = TypeReference(name: "__Schema", isNonNull: true)
            let name = FieldDefinition()
            name.name = "name"
            name.type = TypeReference(name: "String", isNonNull: true)
            let type = FieldDefinition()
            type.name = "__type"
            type.type = TypeReference(name: "__Type", isNonNull: false)
            type.arguments = [name]
            return [schema, type]
        }
    }

    /// Why there is no schema.
    enum SchemaFailure: Error {
        case invalid(Failure)
        case stopped(BuiltinError)
    }
}

extension GraphQL.Position {
    /// What messages about type systems show for a node that was not written as text.
    static let unknown = GraphQL.Position(line: -1, column: -1)
}

extension GraphQL.TypeDefinition {
    var place: GraphQL.Position { position ?? .unknown }
}
