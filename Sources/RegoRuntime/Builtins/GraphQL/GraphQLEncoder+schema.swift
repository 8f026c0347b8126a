import RegoValues

/// Type system documents as Rego values.
extension GraphQL.Encoder {
    func encode(_ document: GraphQL.SchemaDocument) -> Value {
        var node = Node(heap)
        node.set("Schema", document.schema.map(encode))
        node.set("SchemaExtension", document.schemaExtensions.map(encode))
        node.set("Directives", document.directives.map(encode))
        node.set("Definitions", document.definitions.map(encode))
        node.set("Extensions", document.extensions.map(encode))
        node.set("Comment", comments: document.comments)
        return node.value
    }

    private func encode(_ schema: GraphQL.SchemaDefinition) -> Value {
        var node = Node(heap)
        node.set("Description", schema.description)
        node.set("Directives", schema.directives.map(encode))
        node.set(
            "OperationTypes",
            schema.operationTypes.map { type in
                var node = Node(heap)
                node.set("Operation", type.operation)
                node.set("Type", type.type)
                node.set("Comment", comments: type.comments)
                return node.value
            })
        node.set(schema.comments)
        return node.value
    }

    private func encode(_ directive: GraphQL.DirectiveDefinition) -> Value {
        var node = Node(heap)
        node.set("Description", directive.description)
        node.set("Name", directive.name)
        node.set("Arguments", directive.arguments.map(encode))
        node.set("Locations", texts: directive.locations)
        node.set("IsRepeatable", .boolean(directive.isRepeatable))
        node.set(directive.comments)
        return node.value
    }

    private func encode(_ type: GraphQL.TypeDefinition) -> Value {
        var node = Node(heap)
        node.set("Kind", type.kind.rawValue)
        node.set("Description", type.description)
        node.set("Name", type.name)
        node.set("Directives", type.directives.map(encode))
        node.set("Interfaces", texts: type.interfaces)
        node.set("Fields", type.fields.map(encode))
        node.set("Types", texts: type.types)
        node.set("EnumValues", type.values.map(encode))
        node.set("BuiltIn", .boolean(type.isBuiltIn))
        node.set(type.comments)
        return node.value
    }

    private func encode(_ field: GraphQL.FieldDefinition) -> Value {
        var node = Node(heap)
        node.set("Description", field.description)
        node.set("Name", field.name)
        node.set("Arguments", field.arguments.map(encode))
        if let value = field.defaultValue { node.set("DefaultValue", encode(value)) }
        node.set("Type", encode(field.type))
        node.set("Directives", field.directives.map(encode))
        node.set(field.comments)
        return node.value
    }

    private func encode(_ value: GraphQL.EnumValueDefinition) -> Value {
        var node = Node(heap)
        node.set("Description", value.description)
        node.set("Name", value.name)
        node.set("Directives", value.directives.map(encode))
        node.set(value.comments)
        return node.value
    }
}
