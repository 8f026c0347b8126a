/// Values, types, arguments and directives (sections 2.9 to 2.12).
extension GraphQL.Parser {
    typealias Failure = GraphQL.Failure
    typealias Token = GraphQL.Token
    typealias Literal = GraphQL.Literal

    mutating func literal(isConstant: Bool) throws(Failure) -> Literal {
        let token = peek()
        let before = comments
        let kind: Literal.Kind
        switch token.kind {
        case .openBracket:
            var children: [Literal.Child] = []
            try nested { (parser) throws(Failure) in
                try parser.list(.openBracket, .closeBracket, mayBeEmpty: true) { (parser) throws(Failure) in
                    children.append(Literal.Child(value: try parser.literal(isConstant: isConstant)))
                }
            }
            return Literal(.list, "", children: children, position: token.position, comments: before)
        case .openBrace:
            var children: [Literal.Child] = []
            try nested { (parser) throws(Failure) in
                try parser.list(.openBrace, .closeBrace, mayBeEmpty: true) { (parser) throws(Failure) in
                    children.append(try parser.member(isConstant: isConstant))
                }
            }
            return Literal(.object, "", children: children, position: token.position, comments: before)
        case .dollar where !isConstant:
            return Literal(.variable, try variable(), position: token.position)
        case .integer: kind = .integer
        case .float: kind = .float
        case .string: kind = .string
        case .blockString: kind = .block
        case .name:
            switch token.value {
            case "true", "false": kind = .boolean
            case "null": kind = .null
            default: kind = .enumeration
            }
        default:
            throw unexpected(token)
        }
        try next()
        return Literal(kind, token.value, position: token.position)
    }

    private mutating func member(isConstant: Bool) throws(Failure) -> Literal.Child {
        let position = peek().position
        let before = comments
        let name = try name()
        try expect(.colon)
        return Literal.Child(
            name: name, value: try literal(isConstant: isConstant), position: position, comments: before)
    }

    mutating func variable() throws(Failure) -> String {
        try expect(.dollar)
        return try name()
    }

    mutating func type() throws(Failure) -> GraphQL.TypeReference {
        var name = ""
        var element: GraphQL.TypeReference?
        let position: GraphQL.Position
        if try skip(.openBracket) {
            position = peek().position
            element = try nested { (parser) throws(Failure) in try parser.type() }
            try expect(.closeBracket)
        } else {
            position = peek().position
            name = try self.name()
        }
        return .init(name: name, element: element, isNonNull: try skip(.bang), position: position)
    }

    mutating func arguments(isConstant: Bool) throws(Failure) -> [GraphQL.Argument] {
        var result: [GraphQL.Argument] = []
        try list(.openParenthesis, .closeParenthesis) { (parser) throws(Failure) in
            let position = parser.peek().position
            let before = parser.comments
            let name = try parser.name()
            try parser.expect(.colon)
            let value = try parser.literal(isConstant: isConstant)
            result.append(.init(name: name, value: value, position: position, comments: before))
        }
        return result
    }

    mutating func directives(isConstant: Bool) throws(Failure) -> [GraphQL.Directive] {
        var result: [GraphQL.Directive] = []
        while try skip(.at) {
            let position = peek().position
            let name = try name()
            result.append(.init(name: name, arguments: try arguments(isConstant: isConstant), position: position))
        }
        return result
    }
}
