/// Executable documents: operations, fragments and selections (sections 2.2 to 2.8).
extension GraphQL.Parser {
    static func query(_ text: [UInt8]) throws(Failure) -> GraphQL.QueryDocument {
        var parser = Self(text)
        var document = GraphQL.QueryDocument()
        while parser.peek().kind != .end {
            let token = parser.peek()
            switch (token.kind, token.value) {
            case (.openBrace, _), (.name, "query"), (.name, "mutation"), (.name, "subscription"):
                document.operations.append(try parser.operation())
            case (.name, "fragment"):
                document.fragments.append(try parser.fragmentDefinition())
            default:
                throw parser.unexpected(token)
            }
        }
        return document
    }

    private mutating func operation() throws(Failure) -> GraphQL.Operation {
        let operation = GraphQL.Operation()
        operation.position = peek().position
        if peek().kind == .openBrace {
            operation.selections = try selections()
            return operation
        }
        operation.comments = comments
        operation.kind = try operationKind()
        if peek().kind == .name { operation.name = try next().value }
        operation.variables = try variables()
        operation.directives = try directives(isConstant: false)
        operation.selections = try selections()
        return operation
    }

    mutating func operationKind() throws(Failure) -> String {
        let token = try next()
        guard ["query", "mutation", "subscription"].contains(token.value) else { throw unexpected(token) }
        return token.value
    }

    private mutating func variables() throws(Failure) -> [GraphQL.VariableDefinition] {
        var result: [GraphQL.VariableDefinition] = []
        try list(.openParenthesis, .closeParenthesis) { (parser) throws(Failure) in
            let definition = GraphQL.VariableDefinition()
            definition.position = parser.peek().position
            definition.comments = parser.comments
            definition.name = try parser.variable()
            try parser.expect(.colon)
            definition.type = try parser.type()
            if try parser.skip(.equals) { definition.defaultValue = try parser.literal(isConstant: true) }
            definition.directives = try parser.directives(isConstant: false)
            result.append(definition)
        }
        return result
    }

    /// A selection set, which must be there.
    private mutating func selections() throws(Failure) -> [GraphQL.Selection] {
        let token = peek()
        guard token.kind == .openBrace else {
            throw Failure(message: "Expected {, found \(token.kind.rawValue)", position: token.position)
        }
        var result: [GraphQL.Selection] = []
        try nested { (parser) throws(Failure) in
            try parser.list(.openBrace, .closeBrace) { (parser) throws(Failure) in
                result.append(try parser.selection())
            }
        }
        return result
    }

    private mutating func selection() throws(Failure) -> GraphQL.Selection {
        if peek().kind == .spread { return try fragment() }
        let field = GraphQL.Field()
        field.position = peek().position
        field.comments = comments
        field.alias = try name()
        field.name = try skip(.colon) ? try name() : field.alias
        field.arguments = try arguments(isConstant: false)
        field.directives = try directives(isConstant: false)
        if peek().kind == .openBrace { field.selections = try selections() }
        return .field(field)
    }

    private mutating func fragment() throws(Failure) -> GraphQL.Selection {
        let before = comments
        try expect(.spread)
        let token = peek()
        if token.kind == .name && token.value != "on" {
            let spread = GraphQL.FragmentSpread()
            spread.position = token.position
            spread.comments = before
            spread.name = try name()
            spread.directives = try directives(isConstant: false)
            return .spread(spread)
        }
        let inline = GraphQL.InlineFragment()
        inline.position = token.position
        inline.comments = before
        if token.value == "on" {
            try next()
            inline.typeCondition = try name()
        }
        inline.directives = try directives(isConstant: false)
        inline.selections = try selections()
        return .inline(inline)
    }

    private mutating func fragmentDefinition() throws(Failure) -> GraphQL.FragmentDefinition {
        let definition = GraphQL.FragmentDefinition()
        definition.position = peek().position
        definition.comments = try expectKeyword("fragment")
        let token = peek()
        if token.value == "on" { throw unexpected(token) }
        definition.name = try name()
        definition.variables = try variables()
        try expectKeyword("on")
        definition.typeCondition = try name()
        definition.directives = try directives(isConstant: false)
        definition.selections = try selections()
        return definition
    }
}
