extension GraphQL {
    /// Cuts a document into tokens. Bytes for the text, code points for the columns.
    struct Lexer {
        let input: [UInt8]
        var start = 0
        var end = 0
        var startRunes = 0
        var endRunes = 0
        var line = 1
        var lineStartRunes = 0

        init(_ input: [UInt8]) { self.input = input }

        mutating func next() -> Token {
            skipIgnored()
            start = end
            startRunes = endRunes
            guard end < input.count else { return token(.end, "") }
            let byte = input[end]
            advance(1)
            if let kind = Lexer.punctuation(byte) { return token(kind, "") }
            switch byte {
            case UInt8(ascii: ".") where matches("...", at: start):
                advance(2)
                return token(.spread, "")
            case UInt8(ascii: "#"):
                return comment()
            case UInt8(ascii: "_"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
                return name()
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                return number()
            case UInt8(ascii: "\""):
                return matches("\"\"\"", at: start) ? blockString() : string()
            default:
                advance(-1)
                return unexpected(byte)
            }
        }

        private static func punctuation(_ byte: UInt8) -> Token.Kind? {
            switch byte {
            case UInt8(ascii: "!"): .bang
            case UInt8(ascii: "$"): .dollar
            case UInt8(ascii: "&"): .ampersand
            case UInt8(ascii: "("): .openParenthesis
            case UInt8(ascii: ")"): .closeParenthesis
            case UInt8(ascii: ":"): .colon
            case UInt8(ascii: "="): .equals
            case UInt8(ascii: "@"): .at
            case UInt8(ascii: "["): .openBracket
            case UInt8(ascii: "]"): .closeBracket
            case UInt8(ascii: "{"): .openBrace
            case UInt8(ascii: "}"): .closeBrace
            case UInt8(ascii: "|"): .pipe
            default: nil
            }
        }

        private func unexpected(_ byte: UInt8) -> Token {
            if byte < 0x20 && byte != 0x09 && byte != 0x0a && byte != 0x0d {
                return invalid("Cannot contain the invalid character \"\\u\(Lexer.padded(byte))\"")
            }
            if byte == UInt8(ascii: "'") {
                return invalid("Unexpected single quote character ('), did you mean to use a double quote (\")?")
            }
            return invalid("Cannot parse the unexpected character \"\(Character(Unicode.Scalar(byte)))\".")
        }

        /// White space, commas, line ends and byte order marks.
        private mutating func skipIgnored() {
            while end < input.count {
                switch input[end] {
                case UInt8(ascii: "\t"), UInt8(ascii: " "), UInt8(ascii: ","):
                    advance(1)
                case UInt8(ascii: "\n"):
                    advance(1)
                    startLine()
                case UInt8(ascii: "\r"):
                    advance(1)
                    startLine()
                    if end < input.count && input[end] == UInt8(ascii: "\n") { advance(1) }
                case 0xef where end + 2 < input.count && input[end + 1] == 0xbb && input[end + 2] == 0xbf:
                    end += 3
                    endRunes += 1
                default:
                    return
                }
            }
        }

        private mutating func comment() -> Token {
            while end < input.count, input[end] > 0x1f || input[end] == UInt8(ascii: "\t") { advanceRune() }
            return token(.comment)
        }

        private mutating func name() -> Token {
            while end < input.count, Lexer.isNamePart(input[end]) { advance(1) }
            return token(.name)
        }

        private static func isNamePart(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: "_") || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
                || isDigit(byte)
        }

        private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

        private mutating func number() -> Token {
            advance(-1)
            _ = accept("-")
            if accept("0") {
                let digits = acceptDigits()
                if digits > 0 {
                    advance(-digits)
                    return invalid("Invalid number, unexpected digit after 0: \(describeNext()).")
                }
            } else if acceptDigits() == 0 {
                return missingDigit()
            }
            var kind = Token.Kind.integer
            if accept(".") {
                kind = .float
                if acceptDigits() == 0 { return missingDigit() }
            }
            if accept("e") || accept("E") {
                kind = .float
                if !accept("-") { _ = accept("+") }
                if acceptDigits() == 0 { return missingDigit() }
            }
            return token(kind)
        }

        private func missingDigit() -> Token { invalid("Invalid number, expected digit but got: \(describeNext()).") }

        private func describeNext() -> String {
            end < input.count ? "\"\(Character(Unicode.Scalar(input[end])))\"" : "<EOF>"
        }

        private mutating func accept(_ character: Unicode.Scalar) -> Bool {
            guard end < input.count, input[end] == UInt8(ascii: character) else { return false }
            advance(1)
            return true
        }

        private mutating func acceptDigits() -> Int {
            let first = end
            while end < input.count, Lexer.isDigit(input[end]) { advance(1) }
            return end - first
        }
    }
}

/// What the parts of the lexer share.
extension GraphQL.Lexer {
    typealias Token = GraphQL.Token

    mutating func advance(_ count: Int) {
        end += count
        endRunes += count
    }

    mutating func startLine() {
        line += 1
        lineStartRunes = endRunes
    }

    /// Steps over one code point; a byte that is no UTF-8 counts as one.
    mutating func advanceRune() {
        end += runeWidth(at: end)
        endRunes += 1
    }

    private func runeWidth(at index: Int) -> Int {
        let width =
            switch input[index] {
            case 0xc2...0xdf: 2
            case 0xe0...0xef: 3
            case 0xf0...0xf4: 4
            default: 1
            }
        guard index + width <= input.count else { return 1 }
        return input[index + 1..<index + width].allSatisfy { $0 & 0xc0 == 0x80 } ? width : 1
    }

    func matches(_ text: StaticString, at index: Int) -> Bool {
        guard index + text.utf8CodeUnitCount <= input.count else { return false }
        return (0..<text.utf8CodeUnitCount).allSatisfy { input[index + $0] == text.utf8Start[$0] }
    }

    func text(_ range: Range<Int>) -> String { String(decoding: input[range], as: UTF8.self) }

    func token(_ kind: Token.Kind) -> Token { token(kind, text(start..<end)) }

    func token(_ kind: Token.Kind, _ value: String) -> Token {
        let column = startRunes - lineStartRunes + 1
        return Token(kind: kind, value: value, position: .init(line: line, column: column))
    }

    func invalid(_ problem: String) -> Token {
        let column = endRunes - lineStartRunes + 1
        return Token(kind: .invalid, value: "", position: .init(line: line, column: column), problem: problem)
    }

    /// A byte in four decimal digits, the way the messages write it.
    static func padded(_ byte: UInt8) -> String {
        let digits = String(byte)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
