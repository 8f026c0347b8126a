extension GraphQL {
    /// A lexical token (section 2.1.6), comments included.
    struct Token {
        enum Kind: String {
            case invalid = "<Invalid>"
            case end = "<EOF>"
            case bang = "!"
            case dollar = "$"
            case ampersand = "&"
            case openParenthesis = "("
            case closeParenthesis = ")"
            case spread = "..."
            case colon = ":"
            case equals = "="
            case at = "@"
            case openBracket = "["
            case closeBracket = "]"
            case openBrace = "{"
            case closeBrace = "}"
            case pipe = "|"
            case name = "Name"
            case integer = "Int"
            case float = "Float"
            case string = "String"
            case blockString = "BlockString"
            case comment = "Comment"
        }

        let kind: Kind
        /// The text of names, numbers and strings; empty for punctuation.
        let value: String
        let position: Position
        /// What is wrong with an invalid token.
        var problem: String?

        /// As messages show it.
        var description: String {
            value.isEmpty ? kind.rawValue : "\(kind.rawValue) \(GoText.quoted(value))"
        }
    }
}
