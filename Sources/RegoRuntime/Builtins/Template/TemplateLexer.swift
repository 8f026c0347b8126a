/// Cuts a template into text and actions, and an action into its tokens.
enum TemplateLexer {
    /// Text, or what stands between `{{` and `}}`.
    enum Piece {
        case text(String)
        case action([Token])
    }

    struct Token: Equatable {
        enum Kind: Equatable {
            case dot
            /// `.name`.
            case field(String)
            /// `$name`; empty for `$`.
            case variable(String)
            case name(String)
            case text(String)
            case number(String)
            /// One of `| ( ) , = :=`.
            case mark(String)
        }

        let kind: Kind
        /// No space stands before it.
        let isAttached: Bool
    }

    static func failure(_ reason: String) -> BuiltinError { .failure("template: template:1: \(reason)") }

    static func pieces(_ text: String) throws(BuiltinError) -> [Piece] {
        var pieces: [Piece] = []
        var rest = Substring(text)
        var trimsStart = false
        while true {
            let open = rest.firstRange(of: "{{")
            var plain = rest[..<(open ?? rest.endIndex)]
            if trimsStart { plain = plain.drop { isSpace($0) } }
            guard let open else {
                pieces.append(.text(String(plain)))
                return pieces
            }
            var action = rest[open...].dropFirst(2)
            if action.first == "-", action.dropFirst().first.map({ isSpace($0) }) == true {
                action = action.dropFirst()
                while let last = plain.last, isSpace(last) { plain = plain.dropLast() }
            }
            pieces.append(.text(String(plain)))
            let (tokens, isTrimmed) = try tokens(&action)
            if let tokens { pieces.append(.action(tokens)) }
            (rest, trimsStart) = (action, isTrimmed)
        }
    }

    private static func isSpace(_ character: Character) -> Bool {
        character.unicodeScalars.allSatisfy { [" ", "\t", "\r", "\n"].contains($0) }
    }

    /// Reads up to and with `}}`.
    /// - Returns: nil for a comment; and whether the text that follows loses its first spaces.
    private static func tokens(_ rest: inout Substring) throws(BuiltinError) -> ([Token]?, Bool) {
        var tokens: [Token] = []
        var isAttached = false
        var isComment = false
        while let first = rest.first {
            if isSpace(first) {
                rest = rest.drop { isSpace($0) }
                isAttached = false
                if rest.hasPrefix("-}}") {
                    rest = rest.dropFirst(3)
                    return (isComment ? nil : tokens, true)
                }
                continue
            }
            if rest.hasPrefix("}}") {
                rest = rest.dropFirst(2)
                return (isComment ? nil : tokens, false)
            }
            if rest.hasPrefix("/*") {
                guard tokens.isEmpty, let end = rest.firstRange(of: "*/") else { throw failure("unclosed comment") }
                rest = rest[end...].dropFirst(2)
                isComment = true
                continue
            }
            tokens.append(Token(kind: try kind(&rest), isAttached: isAttached))
            isAttached = true
        }
        throw failure("unclosed action")
    }

    private static func kind(_ rest: inout Substring) throws(BuiltinError) -> Token.Kind {
        guard let first = rest.first else { throw failure("unclosed action") }
        switch first {
        case "\"": return .text(try quoted(&rest))
        case "`":
            let content = rest.dropFirst()
            guard let end = content.firstIndex(of: "`") else { throw failure("unterminated raw quoted string") }
            rest = content[end...].dropFirst()
            return .text(String(content[..<end]))
        case "|", "(", ")", ",", "=":
            rest = rest.dropFirst()
            return .mark(String(first))
        case ":" where rest.hasPrefix(":="):
            rest = rest.dropFirst(2)
            return .mark(":=")
        case "$":
            rest = rest.dropFirst()
            return .variable(word(&rest))
        case "." where rest.dropFirst().first?.isNumber != true:
            rest = rest.dropFirst()
            let name = word(&rest)
            return name.isEmpty ? .dot : .field(name)
        case _ where first.isNumber || first == "+" || first == "-" || first == ".":
            var number = String(first)
            rest = rest.dropFirst()
            while let next = rest.first, next.isLetter || next.isNumber || next == "." || next == "_" {
                number.append(next)
                rest = rest.dropFirst()
            }
            return .number(number)
        default:
            let name = word(&rest)
            guard !name.isEmpty else {
                throw failure("unexpected \(GoText.quoted(String(first))) in command")
            }
            return .name(name)
        }
    }

    private static func word(_ rest: inout Substring) -> String {
        let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        rest = rest[name.endIndex...]
        return String(name)
    }

    private static func quoted(_ rest: inout Substring) throws(BuiltinError) -> String {
        var text = ""
        rest = rest.dropFirst()
        while let character = rest.popFirst() {
            switch character {
            case "\"": return text
            case "\n": throw failure("unterminated quoted string")
            case "\\":
                let simple: [Character: Character] = [
                    "n": "\n", "t": "\t", "r": "\r", "\\": "\\", "\"": "\"", "a": "\u{7}", "b": "\u{8}", "f": "\u{c}",
                    "v": "\u{b}",
                ]
                guard let escape = rest.popFirst() else { throw failure("unterminated quoted string") }
                if let plain = simple[escape] {
                    text.append(plain)
                } else if let count = ["x": 2, "u": 4, "U": 8][escape],
                    let scalar = UInt32(rest.prefix(count), radix: 16).flatMap(Unicode.Scalar.init)
                {
                    text.unicodeScalars.append(scalar)
                    rest = rest.dropFirst(count)
                } else {
                    throw failure("invalid syntax in quoted string")
                }
            default: text.append(character)
            }
        }
        throw failure("unterminated quoted string")
    }
}

extension Substring {
    /// Where an ASCII text starts first.
    fileprivate func firstRange(of mark: String) -> Index? {
        guard let first = mark.utf8.first else { return startIndex }
        var start = startIndex
        while let place = utf8[start...].firstIndex(of: first) {
            if utf8[place...].starts(with: mark.utf8) { return place }
            start = utf8.index(after: place)
        }
        return nil
    }
}
