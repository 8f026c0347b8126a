import RegoValues

/// The nodes of queries and type systems.
extension GraphQL.Decoder {
    typealias Failure = GraphQL.Failure

    mutating func operation(_ node: Value) throws(Failure) -> GraphQL.Operation {
        let operation = GraphQL.Operation()
        operation.kind = try text(node, "Operation")
        operation.name = try text(node, "Name")
        operation.variables = try list(node, "VariableDefinitions") { (d, v) throws(Failure) in try d.variable(v) }
        operation.directives = try directives(node)
        operation.selections = try selections(node)
        return operation
    }

    mutating func fragment(_ node: Value) throws(Failure) -> GraphQL.FragmentDefinition {
        let fragment = GraphQL.FragmentDefinition()
        fragment.name = try text(node, "Name")
        fragment.variables = try list(node, "VariableDefinition") { (d, v) throws(Failure) in try d.variable(v) }
        fragment.typeCondition = try text(node, "TypeCondition")
        fragment.directives = try directives(node)
        fragment.selections = try selections(node)
        return fragment
    }

    private mutating func variable(_ node: Value) throws(Failure) -> GraphQL.VariableDefinition {
        let variable = GraphQL.VariableDefinition()
        variable.name = try text(node, "Variable")
        variable.type = try type(node)
        variable.defaultValue = try optionalLiteral(node, "DefaultValue")
        variable.directives = try directives(node)
        variable.comments = try comments(node, "Comment")
        variable.isUsed = try flag(node, "Used")
        return variable
    }

    private mutating func selections(_ node: Value) throws(Failure) -> [GraphQL.Selection] {
        try list(node, "SelectionSet") { (d, v) throws(Failure) in
            let field = GraphQL.Field()
            field.alias = try d.text(v, "Alias")
            field.name = try d.text(v, "Name")
            field.arguments = try d.arguments(v)
            field.directives = try d.directives(v)
            field.selections = try d.selections(v)
            return .field(field)
        }
    }

    mutating func schema(_ node: Value) throws(Failure) -> GraphQL.SchemaDefinition {
        let schema = GraphQL.SchemaDefinition()
        schema.description = try text(node, "Description")
        schema.directives = try directives(node)
        schema.operationTypes = try list(node, "OperationTypes") { (d, v) throws(Failure) in
            .init(
                operation: try d.text(v, "Operation"), type: try d.text(v, "Type"),
                comments: try d.comments(v, "Comment"))
        }
        schema.comments = try definitionComments(node)
        return schema
    }

    mutating func directiveDefinition(_ node: Value) throws(Failure) -> GraphQL.DirectiveDefinition {
        let directive = GraphQL.DirectiveDefinition()
        directive.description = try text(node, "Description")
        directive.name = try text(node, "Name")
        directive.arguments = try list(node, "Arguments") { (d, v) throws(Failure) in try d.field(v) }
        directive.locations = try texts(node, "Locations")
        directive.isRepeatable = try flag(node, "IsRepeatable")
        directive.comments = try definitionComments(node)
        return directive
    }

    mutating func typeDefinition(_ node: Value) throws(Failure) -> GraphQL.TypeDefinition {
        let definition = GraphQL.TypeDefinition()
        let kind = try text(node, "Kind")
        guard let known = GraphQL.TypeDefinition.Kind(rawValue: kind) else {
            throw Failure(message: "a definition has the unknown Kind \(GoText.quoted(kind))", position: nil)
        }
        definition.kind = known
        definition.description = try text(node, "Description")
        definition.name = try text(node, "Name")
        definition.directives = try directives(node)
        definition.interfaces = try texts(node, "Interfaces")
        definition.fields = try list(node, "Fields") { (d, v) throws(Failure) in try d.field(v) }
        definition.types = try texts(node, "Types")
        definition.values = try list(node, "EnumValues") { (d, v) throws(Failure) in
            let value = GraphQL.EnumValueDefinition()
            value.description = try d.text(v, "Description")
            value.name = try d.text(v, "Name")
            value.directives = try d.directives(v)
            value.comments = try d.definitionComments(v)
            return value
        }
        definition.isBuiltIn = try flag(node, "BuiltIn")
        definition.comments = try definitionComments(node)
        return definition
    }

    private mutating func field(_ node: Value) throws(Failure) -> GraphQL.FieldDefinition {
        let field = GraphQL.FieldDefinition()
        field.description = try text(node, "Description")
        field.name = try text(node, "Name")
        field.arguments = try list(node, "Arguments") { (d, v) throws(Failure) in try d.field(v) }
        field.defaultValue = try optionalLiteral(node, "DefaultValue")
        field.type = try type(node)
        field.directives = try directives(node)
        field.comments = try definitionComments(node)
        return field
    }
}
