/// A piece of source text. Its text is looked up in the source by `start` and `end`.
struct Token {
    var kind: TokenKind
    /// Byte offsets of the first byte and of the byte after the last.
    var start: Int
    var end: Int
    /// 1-based, columns in code points.
    var line: Int
    var column: Int
    /// Whether white space, a comment or the start of the text stands directly before it.
    var followsSpace: Bool
    /// Whether at least one line ended between the token before and this one.
    var followsNewline: Bool
    /// For `_`, how many `_` stand before it in the text.
    var wildcard: Int = 0
}

enum TokenKind: UInt8 {
    case endOfFile, invalid
    case identifier, number, string, rawString
    /// `$"` and `` $` ``, the text between interpolations, `{` and `}` of an interpolation, the closing quote.
    case templateStart, rawTemplateStart, templateText, interpolationStart, interpolationEnd, templateEnd
    case leftBracket, rightBracket, leftBrace, rightBrace, leftParenthesis, rightParenthesis
    case comma, colon, semicolon, dot
    case assign, unify, equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    case plus, minus, star, slash, percent, and, or
    case `as`, contains, `default`, `else`, every, `false`, `if`, `import`, `in`, not, null, package, some, `true`, with
}

extension TokenKind {
    /// The keyword that `text` spells; nil for all other words.
    init?(keyword text: some StringProtocol) {
        switch text {
        case "as": self = .as
        case "contains": self = .contains
        case "default": self = .default
        case "else": self = .else
        case "every": self = .every
        case "false": self = .false
        case "if": self = .if
        case "import": self = .import
        case "in": self = .in
        case "not": self = .not
        case "null": self = .null
        case "package": self = .package
        case "some": self = .some
        case "true": self = .true
        case "with": self = .with
        default: return nil
        }
    }

    var isKeyword: Bool { rawValue >= TokenKind.as.rawValue }

    var isComparison: Bool {
        rawValue >= TokenKind.equal.rawValue && rawValue <= TokenKind.greaterOrEqual.rawValue
    }

    /// Whether it can stand as a path segment after a dot.
    var isName: Bool { self == .identifier || isKeyword }

    /// How messages write a token of fixed spelling.
    var spelling: String? {
        switch self {
        case .leftBracket: "["
        case .rightBracket: "]"
        case .leftBrace, .interpolationStart: "{"
        case .rightBrace, .interpolationEnd: "}"
        case .leftParenthesis: "("
        case .rightParenthesis: ")"
        case .comma: ","
        case .colon: ":"
        case .semicolon: ";"
        case .dot: "."
        case .assign: ":="
        case .unify: "="
        case .equal: "=="
        case .notEqual: "!="
        case .less: "<"
        case .lessOrEqual: "<="
        case .greater: ">"
        case .greaterOrEqual: ">="
        case .plus: "+"
        case .minus: "-"
        case .star: "*"
        case .slash: "/"
        case .percent: "%"
        case .and: "&"
        case .or: "|"
        default: nil
        }
    }
}
