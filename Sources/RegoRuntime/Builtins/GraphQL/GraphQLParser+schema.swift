/// Type system documents: what holds definitions together (sections 3.1 to 3.3 and 3.13).
extension GraphQL.Parser {
    typealias TypeDefinition = GraphQL.TypeDefinition

    static func schema(_ text: [UInt8], isBuiltIn: Bool = false) throws(Failure) -> GraphQL.SchemaDocument {
        var parser = Self(text)
        var document = GraphQL.SchemaDocument()
        while parser.peek().kind != .end { try parser.systemDefinition(into: &document) }
        document.comments = parser.comments
        for definition in document.definitions + document.extensions { definition.isBuiltIn = isBuiltIn }
        return document
    }

    private mutating func systemDefinition(into document: inout GraphQL.SchemaDocument) throws(Failure) {
        let (description, before) = try description()
        let token = peek()
        guard token.kind == .name else { throw unexpected(token) }
        switch token.value {
        case "scalar", "type", "interface", "union", "enum", "input":
            let definition = try typeDefinition(isExtension: false)
            definition.description = description
            definition.comments.beforeDescription = before
            document.definitions.append(definition)
        case "schema":
            let definition = try schemaDefinition()
            definition.description = description
            definition.comments.beforeDescription = before
            document.schema.append(definition)
        case "directive":
            let definition = try directiveDefinition()
            definition.description = description
            definition.comments.beforeDescription = before
            document.directives.append(definition)
        case "extend":
            if !description.isEmpty { throw unexpected(previous) }
            try systemExtension(into: &document)
        default:
            throw unexpected(token)
        }
    }

    private mutating func systemExtension(into document: inout GraphQL.SchemaDocument) throws(Failure) {
        let before = try expectKeyword("extend")
        let token = peek()
        switch token.value {
        case "schema":
            let definition = try schemaDefinition()
            definition.comments.afterDescription = before
            if definition.directives.isEmpty && definition.operationTypes.isEmpty {
                let token = peek()
                throw unexpected(token)
            }
            document.schemaExtensions.append(definition)
        case "scalar", "type", "interface", "union", "enum", "input":
            let definition = try typeDefinition(isExtension: true)
            definition.comments.afterDescription = before
            document.extensions.append(definition)
        default:
            throw unexpected(token)
        }
    }

    /// The description that may come next and the comments before it.
    mutating func description() throws(Failure) -> (text: String, comments: GraphQL.Comments) {
        let token = peek()
        guard token.kind == .string || token.kind == .blockString else { return ("", []) }
        let before = comments
        try next()
        return (token.value, before)
    }

    private mutating func schemaDefinition() throws(Failure) -> GraphQL.SchemaDefinition {
        let definition = GraphQL.SchemaDefinition()
        definition.comments.afterDescription = try expectKeyword("schema")
        definition.position = peek().position
        definition.directives = try directives(isConstant: true)
        definition.comments.end = try list(.openBrace, .closeBrace) { (parser) throws(Failure) in
            let position = parser.peek().position
            let before = parser.comments
            let operation = try parser.operationKind()
            try parser.expect(.colon)
            definition.operationTypes.append(
                .init(operation: operation, type: try parser.name(), position: position, comments: before))
        }
        return definition
    }

    private mutating func directiveDefinition() throws(Failure) -> GraphQL.DirectiveDefinition {
        let definition = GraphQL.DirectiveDefinition()
        definition.comments.afterDescription = try expectKeyword("directive")
        try expect(.at)
        definition.position = peek().position
        definition.name = try name()
        definition.arguments = try argumentDefinitions()
        let token = peek()
        if token.kind == .name && token.value == "repeatable" {
            definition.isRepeatable = true
            try next()
        }
        try expectKeyword("on")
        _ = try skip(.pipe)
        repeat {
            let location = try expect(.name)
            guard GraphQL.directiveLocations.contains(location.value) else { throw unexpected(location) }
            definition.locations.append(location.value)
        } while try skip(.pipe)
        return definition
    }
}

extension GraphQL {
    /// Where directives may stand.
    static let directiveLocations: Set<String> = [
        "QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD", "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION", "SCHEMA", "SCALAR", "OBJECT", "FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INTERFACE",
        "UNION", "ENUM", "ENUM_VALUE", "INPUT_OBJECT", "INPUT_FIELD_DEFINITION",
    ]
}
