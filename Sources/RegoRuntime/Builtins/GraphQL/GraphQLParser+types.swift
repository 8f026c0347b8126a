/// Type definitions and their extensions (sections 3.4 to 3.10).
extension GraphQL.Parser {
    typealias FieldDefinition = GraphQL.FieldDefinition

    /// - Parameter isExtension: whether the definition must add something.
    mutating func typeDefinition(isExtension: Bool) throws(Failure) -> TypeDefinition {
        let keyword = peek()
        let definition = TypeDefinition()
        definition.comments.afterDescription = try expectKeyword(keyword.value)
        definition.position = peek().position
        definition.name = try name()
        switch keyword.value {
        case "type":
            definition.kind = .object
            definition.interfaces = try interfaces()
            definition.directives = try directives(isConstant: true)
            try fields(of: definition) { (parser) throws(Failure) in try parser.fieldDefinition() }
        case "interface":
            definition.kind = .interface
            if !isExtension { definition.interfaces = try interfaces() }
            definition.directives = try directives(isConstant: true)
            try fields(of: definition) { (parser) throws(Failure) in try parser.fieldDefinition() }
        case "union":
            definition.kind = .union
            definition.directives = try directives(isConstant: true)
            if try skip(.equals) { definition.types = try names(separatedBy: .pipe) }
        case "enum":
            definition.kind = .enumeration
            definition.directives = try directives(isConstant: true)
            definition.comments.end = try list(.openBrace, .closeBrace) { (parser) throws(Failure) in
                definition.values.append(try parser.enumValue())
            }
        case "input":
            definition.kind = .inputObject
            definition.directives = try directives(isConstant: !isExtension)
            try fields(of: definition) { (parser) throws(Failure) in try parser.inputValue() }
        default:
            definition.directives = try directives(isConstant: true)
        }
        if isExtension {
            let token = peek()
            let isEmpty =
                definition.directives.isEmpty && definition.interfaces.isEmpty && definition.fields.isEmpty
                && definition.types.isEmpty && definition.values.isEmpty
            if isEmpty { throw unexpected(token) }
        }
        return definition
    }

    private mutating func interfaces() throws(Failure) -> [String] {
        guard peek().value == "implements" else { return [] }
        try next()
        return try names(separatedBy: .ampersand)
    }

    /// One name or more, with the separator before the first one as well if one likes.
    private mutating func names(separatedBy separator: Token.Kind) throws(Failure) -> [String] {
        _ = try skip(separator)
        var result: [String] = []
        repeat { result.append(try name()) } while try skip(separator)
        return result
    }

    private mutating func fields(
        of definition: TypeDefinition, _ parse: (inout Self) throws(Failure) -> FieldDefinition
    ) throws(Failure) {
        definition.comments.end = try list(.openBrace, .closeBrace) { (parser) throws(Failure) in
            definition.fields.append(try parse(&parser))
        }
    }

    private mutating func fieldDefinition() throws(Failure) -> FieldDefinition {
        let field = try describedField()
        field.arguments = try argumentDefinitions()
        try expect(.colon)
        field.type = try type()
        field.directives = try directives(isConstant: true)
        return field
    }

    mutating func argumentDefinitions() throws(Failure) -> [FieldDefinition] {
        var result: [FieldDefinition] = []
        try list(.openParenthesis, .closeParenthesis) { (parser) throws(Failure) in
            result.append(try parser.inputValue())
        }
        return result
    }

    /// An argument or the field of an input object.
    private mutating func inputValue() throws(Failure) -> FieldDefinition {
        let field = try describedField()
        try expect(.colon)
        field.type = try type()
        if try skip(.equals) { field.defaultValue = try literal(isConstant: true) }
        field.directives = try directives(isConstant: true)
        return field
    }

    private mutating func describedField() throws(Failure) -> FieldDefinition {
        let field = FieldDefinition()
        field.position = peek().position
        (field.description, field.comments, field.name) = try describedName()
        return field
    }

    private mutating func enumValue() throws(Failure) -> GraphQL.EnumValueDefinition {
        let value = GraphQL.EnumValueDefinition()
        value.position = peek().position
        (value.description, value.comments, value.name) = try describedName()
        value.directives = try directives(isConstant: true)
        return value
    }

    private mutating func describedName() throws(Failure) -> (String, GraphQL.DefinitionComments, String) {
        let (description, before) = try description()
        var kept = GraphQL.DefinitionComments()
        if !description.isEmpty { kept.beforeDescription = before }
        _ = peek()
        kept.afterDescription = comments
        return (description, kept, try name())
    }
}
