extension GraphQL {
    /// Judges a query by a schema: walks the operations, then the fragments, and asks the rules at every node, inner
    /// nodes first. Fragments are walked again wherever an operation spreads them. One use only.
    final class Validator {
        let schema: Schema
        let document: QueryDocument
        let budget: Budget
        let fragments: [String: FragmentDefinition]
        private(set) var found: [Failure] = []
        /// The operation that is being walked; nil for fragments on their own.
        var operation: Operation?
        // What rules remember.
        var misplacedDirectives: Set<String> = []
        var cycleVisits: Set<String> = []
        var usedFragments: Set<String> = []
        /// Spreads in operations count as uses, as do those in the first fragment (as upstream has it).
        var isPastFirstFragment = false
        var seenOperations: Set<String> = []
        var seenFragments: Set<String> = []
        private(set) lazy var overlaps = OverlapFinder(schema: schema, budget: budget)
        private var walkedSpreads: Set<String> = []
        private var fieldIndexes: [ObjectIdentifier: [String: FieldDefinition]] = [:]

        init(schema: Schema, document: QueryDocument, context: BuiltinContext) {
            self.schema = schema
            self.document = document
            budget = Budget(context)
            fragments = Dictionary(
                document.fragments.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        }

        func failures() throws(BuiltinError) -> [Failure] {
            for operation in document.operations {
                walkedSpreads = []
                try walk(operation)
            }
            for fragment in document.fragments {
                walkedSpreads = []
                try walk(fragment)
            }
            return found
        }

        func report(_ position: Position?, _ message: String) {
            found.append(Failure(message: message, position: position))
        }

        func type(_ name: String) -> TypeDefinition? { schema.types[name] }

        func field(_ name: String, of type: TypeDefinition) -> FieldDefinition? {
            if type.fields.count < 16 { return type.field(name) }
            let index =
                fieldIndexes[ObjectIdentifier(type)]
                ?? Dictionary(type.fields.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            fieldIndexes[ObjectIdentifier(type)] = index
            return index[name]
        }

        private func walk(_ operation: Operation) throws(BuiltinError) {
            self.operation = operation
            for variable in operation.variables {
                try budget.spend()
                variable.definition = type(variable.type.innermost)
                if variable.definition == nil {
                    report(variable.position, "Unknown type \"\(variable.type.innermost)\".")
                }
                variable.defaultValue?.expectedType = variable.type
                variable.defaultValue?.definition = variable.definition
            }
            for variable in operation.variables {
                if let value = variable.defaultValue { try walk(value) }
                try walk(variable.directives, at: "VARIABLE_DEFINITION")
            }
            let root = schema.root(operation.kind)
            try walk(operation.directives, at: operation.kind.isEmpty ? "QUERY" : operation.kind.uppercased())
            try walk(operation.selections, in: root)
            try checkOperation(operation)
            self.operation = nil
        }

        private func walk(_ fragment: FragmentDefinition) throws(BuiltinError) {
            fragment.definition = type(fragment.typeCondition)
            try walk(fragment.directives, at: "FRAGMENT_DEFINITION")
            try walk(fragment.selections, in: fragment.definition)
            try checkFragment(fragment)
        }

        private func walk(_ directives: [Directive], at location: String) throws(BuiltinError) {
            for directive in directives {
                try budget.spend()
                directive.definition = schema.directives[directive.name]
                directive.location = location
                try walk(directive.arguments, of: directive.definition?.arguments ?? [])
                try checkDirective(directive)
            }
            checkDirectiveList(directives)
        }

        private func walk(
            _ arguments: [Argument], of definitions: [FieldDefinition]
        ) throws(BuiltinError) {
            for argument in arguments {
                if let definition = definitions.first(where: { $0.name == argument.name }) {
                    expect(definition, of: argument.value)
                }
                try walk(argument.value)
            }
        }

        private func expect(_ definition: FieldDefinition, of value: Literal) {
            value.expectedType = definition.type
            value.expectedTypeHasDefault = definition.hasDefault
            value.definition = type(definition.type.innermost)
        }

        private func walk(_ value: Literal) throws(BuiltinError) {
            try budget.nested { () throws(BuiltinError) in
                switch value.kind {
                case .variable:
                    guard let operation else { break }
                    value.variable = operation.variables.first { $0.name == value.raw }
                    value.variable?.isUsed = true
                case .object:
                    for child in value.children {
                        if let field = value.definition.flatMap({ field(child.name, of: $0) }) {
                            expect(field, of: child.value)
                        }
                        try walk(child.value)
                    }
                case .list:
                    for child in value.children {
                        if let element = value.expectedType?.element {
                            child.value.expectedType = element
                            child.value.definition = value.definition
                        }
                        try walk(child.value)
                    }
                default:
                    break
                }
                try checkValue(value)
            }
        }

        private func walk(_ selections: [Selection], in parent: TypeDefinition?) throws(BuiltinError) {
            try budget.nested { () throws(BuiltinError) in
                for selection in selections {
                    try budget.spend()
                    switch selection {
                    case .field(let field): try walk(field, in: parent)
                    case .inline(let inline): try walk(inline, in: parent)
                    case .spread(let spread): try walk(spread, in: parent)
                    }
                }
            }
        }

        private func walk(_ field: Field, in parent: TypeDefinition?) throws(BuiltinError) {
            field.parent = parent
            if field.name == "__typename" {
                field.definition = Validator.typename()
            } else {
                field.definition = parent.flatMap { self.field(field.name, of: $0) }
            }
            let inner = field.definition.flatMap { type($0.type.innermost) }
            try walk(field.arguments, of: field.definition?.arguments ?? [])
            try walk(field.directives, at: "FIELD")
            try walk(field.selections, in: inner)
            try checkField(field)
        }

        private static func typename() -> FieldDefinition {
            let definition = FieldDefinition()
            definition.name = "__typename"
            definition.type = TypeReference(name: "String", isNonNull: false)
            return definition
        }

        private func walk(_ inline: InlineFragment, in parent: TypeDefinition?) throws(BuiltinError) {
            inline.parent = parent
            let inner = inline.typeCondition.isEmpty ? parent : type(inline.typeCondition)
            try walk(inline.directives, at: "INLINE_FRAGMENT")
            try walk(inline.selections, in: inner)
            try checkInlineFragment(inline)
        }

        private func walk(_ spread: FragmentSpread, in parent: TypeDefinition?) throws(BuiltinError) {
            spread.parent = parent
            spread.definition = fragments[spread.name]
            try walk(spread.directives, at: "FRAGMENT_SPREAD")
            if let fragment = spread.definition, walkedSpreads.insert(fragment.name).inserted {
                try walk(fragment.selections, in: type(fragment.typeCondition))
            }
            try checkSpread(spread)
        }
    }
}
