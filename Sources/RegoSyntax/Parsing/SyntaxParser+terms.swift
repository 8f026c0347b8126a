// Operands: scalars, names, refs, calls, parentheses.

extension SyntaxParser {
    /// One operand. Where a text can be read in two ways, such as `[a | b, c]`, it is parsed twice; terms found the
    /// first time are kept by their start, so that nesting costs no more than another pass.
    func parseTerm() throws(SyntaxError) -> Term {
        let start = index
        if let known = memo[start], start != nameIndex {
            index = known.end
            tallest = max(tallest, known.height)
            return try known.result.get()
        }
        let siblings = tallest
        tallest = 0
        try enter()
        let result: Result<Term, SyntaxError>
        let openersBefore = openers.count
        let depthBefore = depth
        do throws(SyntaxError) {
            result = .success(try parseReference(from: parseOperand(), start: start, allowsSpace: false))
        } catch {
            result = .failure(error)
            if speculation > 0 { openers.removeLast(openers.count - openersBefore) }
            depth = depthBefore
        }
        depth -= 1
        let height = tallest + 1
        if speculation > 0, start != nameIndex, index > start + 1 {
            memo[start] = ParsedTerm(result: result, end: index, height: height)
        }
        tallest = max(siblings, height)
        return try result.get()
    }

    /// An operand without what may follow it directly. Leaves `index` behind it.
    private func parseOperand() throws(SyntaxError) -> Term {
        let place = location(of: token)
        switch kind {
        case .null:
            advance()
            return Term(.null, location: place)
        case .true, .false:
            let value = kind == .true
            advance()
            return Term(.boolean(value), location: place)
        case .number, .minus, .dot:
            return try parseNumber()
        case .string, .rawString:
            return parseString()
        case .templateStart, .rawTemplateStart:
            return try parseTemplateString()
        case .identifier, .contains:
            return parseVariable()
        case .leftBracket:
            return try parseArray()
        case .leftBrace:
            return try parseSetOrObject()
        case .leftParenthesis:
            open()
            let term = try parseInfix(allowsKey: true)
            try close(.rightParenthesis, expecting: "`)`")
            return term
        default:
            throw unexpected(expecting: "an expression")
        }
    }

    /// A name; `_` gets a name of its own.
    func parseVariable() -> Term {
        let token = token
        let word = text(of: token)
        advance()
        return Term(.variable(word == "_" ? "$\(token.wildcard)" : word), location: location(of: token))
    }

    func parseString() -> Term {
        let token = token
        advance()
        let inside = source.text[(token.start + 1)..<(token.end - 1)]
        let text = token.kind == .string ? StringLiteral.decode(inside) : String(decoding: inside, as: UTF8.self)
        return Term(.string(text), location: location(of: token))
    }

    private func parseNumber() throws(SyntaxError) -> Term {
        let start = index
        let isNegative = advance(over: .minus)
        let startsWithPoint = advance(over: .dot)
        guard kind == .number else {
            throw unexpected(
                expecting: isNegative ? "a number after `-`" : "a number",
                fix: isNegative && kind != .endOfFile ? "only numbers have a sign: for others write `0 - x`" : nil)
        }
        var digits = text(of: token)
        if startsWithPoint {
            guard !digits.contains(".") else { throw error("`.\(digits)` is not a number") }
            digits = "0." + digits
        } else if digits.hasPrefix("0"), digits.utf8.dropFirst().first?.isDigit == true {
            throw error("a number cannot start with `0`", fix: "numbers are decimal: leave the zeros out")
        }
        guard NumberLimits.accept(digits) else {
            throw error("the number is too large or too close to zero", fix: "exponents go up to about 30000")
        }
        advance()
        return Term(.number(isNegative ? "-" + digits : digits), location: location(from: start))
    }

    /// `.name`, `[term]` and `(arguments)` directly behind `head`.
    /// - Parameter allowsSpace: whether white space may stand before the first of them, as in a rule's head.
    func parseReference(from head: Term, start: Int, allowsSpace: Bool) throws(SyntaxError) -> Term {
        var head = head
        var terms = [head]
        while !token.followsSpace || allowsSpace && terms.count == 1 && index == start + 1 {
            switch kind {
            case .dot:
                try checkHead(head)
                advance()
                guard kind.isName, !token.followsSpace else {
                    throw unexpected(expecting: "a name directly after the dot")
                }
                terms.append(Term(.string(text(of: token)), location: location(of: token)))
                advance()
            case .leftBracket:
                try checkHead(head)
                open()
                terms.append(try parseInfix(allowsKey: true))
                try close(.rightBracket, expecting: "`]`")
            case .leftParenthesis:
                head = try parseCall(of: terms, start: start)
                terms = [head]
            default:
                return finishReference(head, terms, start: start)
            }
        }
        return finishReference(head, terms, start: start)
    }

    private func finishReference(_ head: Term, _ terms: [Term], start: Int) -> Term {
        terms.count == 1 ? head : Term(.ref(Ref(terms)), location: location(from: start))
    }

    private func checkHead(_ head: Term) throws(SyntaxError) {
        let what: String
        switch head.kind {
        case .null, .boolean: what = "a constant"
        case .number: what = "a number"
        case .string, .templateString: what = "a string"
        case .ref: what = "a ref in parentheses"
        default: return
        }
        throw unexpected(expecting: "the end of the expression, as \(what) has no parts")
    }

    private func parseCall(of path: [Term], start: Int) throws(SyntaxError) -> Term {
        guard case .variable = path[0].kind, path.dropFirst().allSatisfy({ $0.stringValue != nil }) else {
            throw unexpected(expecting: "an operator or the end of the expression, as this is not a function's name")
        }
        open()
        let arguments = try parseList(until: .rightParenthesis)
        try close(.rightParenthesis, expecting: "`,` or `)`")
        let place = location(from: start)
        if arguments.isEmpty, path.count == 1, case .variable("set") = path[0].kind {
            return Term(.set([]), location: place)
        }
        return Term(.call(Call(function: Ref(path), arguments: arguments, location: place)), location: place)
    }
}

/// Numbers whose exact value would take too much memory are refused.
enum NumberLimits {
    /// Whether the decimal exponent of `literal`'s first digit lies within ±30102 (100000 bits).
    static func accept(_ literal: String) -> Bool {
        let parts = literal.split(maxSplits: 1, whereSeparator: { $0 == "e" || $0 == "E" })
        guard let mantissa = parts.first else { return false }
        var exponent = 0
        if parts.count == 2 {
            guard let written = Int(parts[1]), abs(written) < 1_000_000 else {
                return mantissa.allSatisfy { $0 == "0" || $0 == "." }
            }
            exponent = written
        }
        guard let significant = mantissa.firstIndex(where: { $0 != "0" && $0 != "." }) else { return true }
        let point = mantissa.firstIndex(of: ".") ?? mantissa.endIndex
        let distance = mantissa.distance(from: significant, to: point)
        return abs(exponent + distance) <= 30102
    }
}

extension Term {
    /// The text of a string term.
    var stringValue: String? {
        if case .string(let text) = kind { return text }
        return nil
    }
}
