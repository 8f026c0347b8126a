// Arrays, sets, objects, comprehensions, template strings. In `[a | b]` and `{a | b}` the bar starts a body; where no
// body can be read up to a comma, as in `[a | b, c]`, it is the operator.

extension SyntaxParser {
    /// Terms parted by commas up to `end`, which is not consumed; a comma may stand before `end`.
    func parseList(until end: TokenKind, first: Term? = nil) throws(SyntaxError) -> [Term] {
        var terms: [Term] = []
        if let first {
            terms.append(first)
            if kind != end, !advance(over: .comma) { throw unexpected(expecting: listEnd(end)) }
        }
        while kind != end {
            terms.append(try parseInfix(allowsKey: false))
            if kind != end, !advance(over: .comma) { throw unexpected(expecting: listEnd(end)) }
        }
        return terms
    }

    private func listEnd(_ end: TokenKind) -> String { "`,` or `\(end.spelling ?? "")`" }

    func parseArray() throws(SyntaxError) -> Term {
        let start = index
        open()
        if kind == .rightBracket {
            try close(.rightBracket, expecting: "`]`")
            return Term(.array([]), location: location(from: start))
        }
        let mayBeComprehension = !advance(over: .comma)
        let headStart = index
        let head = try parseTerm()
        if kind == .or, mayBeComprehension, let body = try parseComprehensionBody(until: .rightBracket) {
            try close(.rightBracket, expecting: "`]`")
            return Term(.arrayComprehension(head, body), location: location(from: start))
        }
        let first = try parseOperators(after: head, start: headStart, allowsKey: false)
        let terms = try parseList(until: .rightBracket, first: first)
        try close(.rightBracket, expecting: "`,` or `]`")
        return Term(.array(terms), location: location(from: start))
    }

    func parseSetOrObject() throws(SyntaxError) -> Term {
        let start = index
        open()
        if kind == .rightBrace {
            try close(.rightBrace, expecting: "`}`")
            return Term(.object([]), location: location(from: start))
        }
        let mayBeComprehension = !advance(over: .comma)
        let headStart = index
        let head = try parseTerm()
        if kind == .or, mayBeComprehension, let body = try parseComprehensionBody(until: .rightBrace) {
            try close(.rightBrace, expecting: "`}`")
            return Term(.setComprehension(head, body), location: location(from: start))
        }
        let first = try parseOperators(after: head, start: headStart, allowsKey: false)
        if kind == .colon {
            let object = try parseObject(firstKey: first, mayBeComprehension: mayBeComprehension)
            try close(.rightBrace, expecting: "`,` or `}`")
            return Term(object, location: location(from: start))
        }
        if kind != .comma, kind != .rightBrace { throw unexpected(expecting: "`,`, `:` or `}`") }
        let terms = try parseList(until: .rightBrace, first: first)
        try close(.rightBrace, expecting: "`,` or `}`")
        return Term(.set(terms), location: location(from: start))
    }

    /// From the colon behind the first key to the closing brace, which is not consumed.
    private func parseObject(
        firstKey: Term, mayBeComprehension: Bool
    ) throws(SyntaxError) -> Term.Kind {
        advance()
        let valueStart = index
        let head = try parseTerm()
        if kind == .or, mayBeComprehension, let body = try parseComprehensionBody(until: .rightBrace) {
            return .objectComprehension(ObjectEntry(key: firstKey, value: head), body)
        }
        let first = try parseOperators(after: head, start: valueStart, allowsKey: false)
        var entries = [ObjectEntry(key: firstKey, value: first)]
        while kind != .rightBrace {
            guard advance(over: .comma) else { throw unexpected(expecting: "`,` or `}`") }
            if kind == .rightBrace { break }
            let key = try parseInfix(allowsKey: false)
            guard advance(over: .colon) else {
                throw unexpected(
                    expecting: "`:` and a value",
                    fix: kind == .endOfFile ? nil : "a set has no `key: value` entries, an object has no others")
            }
            entries.append(ObjectEntry(key: key, value: try parseInfix(allowsKey: false)))
        }
        return .object(entries)
    }

    /// From the bar to `end`, which is not consumed. Nil, with nothing consumed, when the bar is an operator.
    private func parseComprehensionBody(until end: TokenKind) throws(SyntaxError) -> Body? {
        let bar = checkpoint
        advance()
        speculation += 1
        defer { speculation -= 1 }
        do throws(SyntaxError) {
            return try parseBody(until: end)
        } catch {
            guard kind == .comma else { throw error }
            restore(bar)
            return nil
        }
    }

    func parseTemplateString() throws(SyntaxError) -> Term {
        let start = index
        let isRaw = kind == .rawTemplateStart
        var parts: [TemplateString.Part] = []
        advance()
        while kind != .templateEnd {
            if kind == .templateText {
                let inside = source.text[token.start..<token.end]
                parts.append(.text(isRaw ? StringLiteral.decodeRawTemplate(inside) : StringLiteral.decode(inside)))
                advance()
            } else if kind == .interpolationStart {
                open()
                parts.append(.expression(try parseInterpolation()))
                try close(.interpolationEnd, expecting: "`}` at the end of the interpolation")
            } else {
                throw unexpected(expecting: "the end of the template string")
            }
        }
        advance()
        return Term(.templateString(TemplateString(parts: parts, isRaw: isRaw)), location: location(from: start))
    }

    private func parseInterpolation() throws(SyntaxError) -> Expr {
        let first = token
        let expr = try parseLiteral()
        var forbidden: String?
        switch expr.kind {
        case _ where expr.isNegated: forbidden = "not"
        case .some: forbidden = "some"
        case .every: forbidden = "every"
        case .call(let call):
            if case .variable("assign") = call.function.terms[0].kind { forbidden = ":=" }
            if case .variable("eq") = call.function.terms[0].kind { forbidden = "=" }
        case .term: break
        }
        if let forbidden {
            throw error(
                "`\(forbidden)` cannot stand in a template string's interpolation", at: first,
                fix: "compute the value in the body and write its name here")
        }
        return expr
    }
}
