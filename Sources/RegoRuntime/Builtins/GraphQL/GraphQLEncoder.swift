import RegoValues

extension GraphQL {
    /// The syntax tree as a Rego value. Empty lists and absent nodes are left out, empty strings are not.
    struct Encoder {
        let heap: Heap

        /// The members of one node.
        struct Node {
            let heap: Heap
            private var entries: [Entry] = []

            init(_ heap: Heap) { self.heap = heap }

            mutating func set(_ key: StaticString, _ value: Value) {
                entries.append(Entry(key: heap.string(key), value: value))
            }

            mutating func set(_ key: StaticString, _ text: String) { set(key, heap.string(text)) }

            mutating func set(_ key: StaticString, _ values: [Value]) {
                if !values.isEmpty { set(key, heap.array(values)) }
            }

            mutating func set(_ key: StaticString, texts: [String]) { set(key, texts.map { heap.string($0) }) }

            mutating func set(_ key: StaticString, comments: Comments) {
                if comments.isEmpty { return }
                var group = Node(heap)
                group.set(
                    "List",
                    comments.map { comment in
                        var node = Node(heap)
                        node.set("Value", comment)
                        return node.value
                    })
                set(key, group.value)
            }

            mutating func set(_ comments: DefinitionComments) {
                set("BeforeDescriptionComment", comments: comments.beforeDescription)
                set("AfterDescriptionComment", comments: comments.afterDescription)
                set("EndOfDefinitionComment", comments: comments.end)
            }

            var value: Value { heap.object(entries) }
        }

        func encode(_ document: QueryDocument) -> Value {
            var node = Node(heap)
            node.set("Operations", document.operations.map(encode))
            node.set("Fragments", document.fragments.map(encode))
            node.set("Comment", comments: document.comments)
            return node.value
        }

        private func encode(_ operation: Operation) -> Value {
            var node = Node(heap)
            node.set("Operation", operation.kind)
            node.set("Name", operation.name)
            node.set("VariableDefinitions", operation.variables.map(encode))
            node.set("Directives", operation.directives.map(encode))
            node.set("SelectionSet", operation.selections.map(encode))
            node.set("Comment", comments: operation.comments)
            return node.value
        }

        private func encode(_ fragment: FragmentDefinition) -> Value {
            var node = Node(heap)
            node.set("Name", fragment.name)
            node.set("VariableDefinition", fragment.variables.map(encode))
            node.set("TypeCondition", fragment.typeCondition)
            node.set("Directives", fragment.directives.map(encode))
            node.set("SelectionSet", fragment.selections.map(encode))
            node.set("Comment", comments: fragment.comments)
            return node.value
        }

        private func encode(_ variable: VariableDefinition) -> Value {
            var node = Node(heap)
            node.set("Variable", variable.name)
            node.set("Type", encode(variable.type))
            if let value = variable.defaultValue { node.set("DefaultValue", encode(value)) }
            node.set("Directives", variable.directives.map(encode))
            node.set("Comment", comments: variable.comments)
            node.set("Used", .boolean(variable.isUsed))
            return node.value
        }

        private func encode(_ selection: Selection) -> Value {
            var node = Node(heap)
            switch selection {
            case .field(let field):
                node.set("Alias", field.alias)
                node.set("Name", field.name)
                node.set("Arguments", field.arguments.map(encode))
                node.set("Directives", field.directives.map(encode))
                node.set("SelectionSet", field.selections.map(encode))
                node.set("Comment", comments: field.comments)
            case .spread(let spread):
                node.set("Name", spread.name)
                node.set("Directives", spread.directives.map(encode))
                node.set("Comment", comments: spread.comments)
            case .inline(let inline):
                node.set("TypeCondition", inline.typeCondition)
                node.set("Directives", inline.directives.map(encode))
                node.set("SelectionSet", inline.selections.map(encode))
                node.set("Comment", comments: inline.comments)
            }
            return node.value
        }

        private func encode(_ argument: Argument) -> Value {
            var node = Node(heap)
            node.set("Name", argument.name)
            node.set("Value", encode(argument.value))
            node.set("Comment", comments: argument.comments)
            return node.value
        }

        func encode(_ directive: Directive) -> Value {
            var node = Node(heap)
            node.set("Name", directive.name)
            node.set("Arguments", directive.arguments.map(encode))
            node.set("Location", directive.location)
            return node.value
        }

        func encode(_ literal: Literal) -> Value {
            var node = Node(heap)
            node.set("Raw", literal.raw)
            node.set("Kind", .integer(Int64(literal.kind.rawValue)))
            node.set("ExpectedTypeHasDefault", .boolean(literal.expectedTypeHasDefault))
            node.set("Comment", comments: literal.comments)
            node.set(
                "Children",
                literal.children.map { child in
                    var node = Node(heap)
                    node.set("Name", child.name)
                    node.set("Value", encode(child.value))
                    node.set("Comment", comments: child.comments)
                    return node.value
                })
            return node.value
        }

        func encode(_ type: TypeReference) -> Value {
            var node = Node(heap)
            node.set("NamedType", type.name)
            if let element = type.element { node.set("Elem", encode(element)) }
            node.set("NonNull", .boolean(type.isNonNull))
            return node.value
        }
    }
}
