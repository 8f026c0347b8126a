// Numbers, strings and punctuation.

extension Lexer {
    mutating func scanNumber(from start: Mark) {
        scanDigits()
        var fault: (message: String, fix: String)?
        if current == UInt8(ascii: ".") {
            position += 1
            if !scanDigits() {
                fault = ("digits are missing after the decimal point", "write `.0` or leave the point out")
            }
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            if !scanDigits() { fault = ("digits are missing in the exponent", "write it as in `1e9`") }
        }
        if let byte = current, byte.isLetter {
            while let byte = current, byte.isLetter || byte.isDigit { position += 1 }
            fault = (
                "`\(spelled(from: start))` is neither a number nor a name",
                "names begin with a letter or `_`; numbers are decimal and have no unit"
            )
        }
        if let fault {
            reject(from: start, message: fault.message, fix: fault.fix)
        } else {
            append(.number, from: start)
        }
    }

    @discardableResult
    private mutating func scanDigits() -> Bool {
        let start = position
        while let byte = current, byte.isDigit { position += 1 }
        return position > start
    }

    /// From behind the opening quote. The escapes are checked here and decoded by `StringLiteral`.
    mutating func scanString(from start: Mark) {
        var fault: String?
        while let byte = current, byte != UInt8(ascii: "\n") {
            if byte == UInt8(ascii: "\"") {
                position += 1
                if let fault {
                    reject(
                        from: start, message: fault,
                        fix: StringLiteral.escapesFix + "; a raw string in backticks has none")
                } else {
                    append(.string, from: start)
                }
                return
            }
            if byte == UInt8(ascii: "\\") {
                if let problem = StringLiteral.problem(in: text, escapeAt: position, isTemplate: false) {
                    fault = fault ?? problem
                }
                skip(to: position + 1)
                if current == UInt8(ascii: "\n") { break }
            }
            skip(to: min(position + 1, text.count))
        }
        reject(
            from: start, message: "the string is not closed on its line",
            fix: "close it with `\"`; a string of several lines stands in backticks")
    }

    /// From behind the opening backtick.
    mutating func scanRawString(from start: Mark) {
        while let byte = current {
            skip(to: position + 1)
            if byte == UInt8(ascii: "`") {
                append(.rawString, from: start)
                return
            }
        }
        reject(from: start, message: "the raw string is never closed", fix: "close it with a backtick")
    }

    mutating func scanPunctuation(_ byte: UInt8, from start: Mark) {
        skip(to: position + 1)
        let single: TokenKind
        var withEquals: TokenKind?
        switch byte {
        case UInt8(ascii: "["): single = .leftBracket
        case UInt8(ascii: "]"): single = .rightBracket
        case UInt8(ascii: "{"): single = .leftBrace
        case UInt8(ascii: "("): single = .leftParenthesis
        case UInt8(ascii: ")"): single = .rightParenthesis
        case UInt8(ascii: ","): single = .comma
        case UInt8(ascii: ";"): single = .semicolon
        case UInt8(ascii: "."): single = .dot
        case UInt8(ascii: "+"): single = .plus
        case UInt8(ascii: "-"): single = .minus
        case UInt8(ascii: "*"): single = .star
        case UInt8(ascii: "/"): single = .slash
        case UInt8(ascii: "%"): single = .percent
        case UInt8(ascii: "&"): single = .and
        case UInt8(ascii: "|"): single = .or
        case UInt8(ascii: ":"): (single, withEquals) = (.colon, .assign)
        case UInt8(ascii: "="): (single, withEquals) = (.unify, .equal)
        case UInt8(ascii: "<"): (single, withEquals) = (.less, .lessOrEqual)
        case UInt8(ascii: ">"): (single, withEquals) = (.greater, .greaterOrEqual)
        case UInt8(ascii: "!"): (single, withEquals) = (.invalid, .notEqual)
        default: single = .invalid
        }
        if let withEquals, current == UInt8(ascii: "=") {
            position += 1
            append(withEquals, from: start)
        } else if single == .invalid {
            rejectCharacter(byte, from: start)
        } else {
            append(single, from: start)
        }
    }

    private mutating func rejectCharacter(_ byte: UInt8, from start: Mark) {
        while let next = current, next & 0xC0 == 0x80 { skip(to: position + 1) }
        switch byte {
        case UInt8(ascii: "!"):
            reject(from: start, message: "unexpected `!`", fix: "negate with `not`: `not condition`")
        case UInt8(ascii: "'"):
            reject(from: start, message: "unexpected `'`", fix: "strings stand in double quotes: `\"text\"`")
        case 0xE2 where ["“", "”"].contains(spelled(from: start)):
            reject(from: start, message: "unexpected `\(spelled(from: start))`", fix: "use the plain double quote `\"`")
        case 0..<0x20, 0x7F:
            let digits = String(byte, radix: 16, uppercase: true)
            reject(
                from: start,
                message: "unexpected control character U+\(String(repeating: "0", count: 4 - digits.count))\(digits)",
                fix: "remove it")
        default:
            let scalar = spelled(from: start).unicodeScalars.first ?? " "
            reject(from: start, message: "unexpected character `\(scalar.visible)`")
        }
    }

    private func spelled(from start: Mark) -> String {
        String(decoding: text[start.offset..<position], as: UTF8.self)
    }
}
