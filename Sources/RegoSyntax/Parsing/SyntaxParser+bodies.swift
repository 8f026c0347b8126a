// Bodies and the expressions in them.

extension SyntaxParser {
    /// Expressions up to `end`, which is not consumed.
    func parseBody(until end: TokenKind) throws(SyntaxError) -> Body {
        if kind == end {
            throw error("the body is empty", fix: "write `true` for a body that always holds")
        }
        var body: Body = []
        while true {
            body.append(try parseLiteral())
            if advance(over: .semicolon) { continue }
            if kind == end { return body }
            guard token.followsNewline, kind != .endOfFile else {
                throw unexpected(
                    expecting: end.spelling.map { "a new line, `;` or `\($0)`" } ?? "a new line or `;`")
            }
        }
    }

    /// One expression of a body.
    func parseLiteral() throws(SyntaxError) -> Expr {
        let start = index
        var isNegated = false
        if isKeywordAsName {
            nameIndex = index
        } else if kind == .not {
            isNegated = true
            advance()
            if kind == .some || kind == .every {
                throw error(
                    "`not` cannot stand before `\(text(of: token))`",
                    fix: "put the expression into a rule of its own and negate that")
            }
        }
        var expr: Expr
        switch kind {
        case .some: expr = Expr(.some(try parseSome()))
        case .every: expr = Expr(.every(try parseEvery()))
        default: expr = Expr(try parseStatement(), isNegated: isNegated)
        }
        if case .some(let declaration) = expr.kind, case .variables = declaration.kind {
            expr.location = location(from: start)
            return expr
        }
        while kind == .with, !isKeywordAsName { expr.withs.append(try parseWith()) }
        expr.location = location(from: start)
        return expr
    }

    /// A term, or two parted by `:=` or `=`.
    private func parseStatement() throws(SyntaxError) -> Expr.Kind {
        let start = index
        let left = try parseInfix(allowsKey: true)
        guard kind == .assign || kind == .unify else {
            if case .call(let call) = left.kind { return .call(call) }
            return .term(left)
        }
        let name = kind == .assign ? "assign" : "eq"
        let function = Ref([Term(.variable(name), location: location(of: token))])
        advance()
        let right = try parseInfix(allowsKey: true)
        return .call(Call(function: function, arguments: [left, right], location: location(from: start)))
    }

    private func parseWith() throws(SyntaxError) -> With {
        let start = index
        advance()
        guard kind == .identifier else {
            throw unexpected(expecting: "`input`, `data` or a function's name after `with`")
        }
        let target = try parseTerm()
        switch target.kind {
        case .variable, .ref: break
        default:
            throw error(
                "`with` replaces `input`, `data`, something below them, or a function, not this",
                at: target.location, fix: "write `with input.x as …` or `with function_name as …`")
        }
        guard advance(over: .as) else { throw unexpected(expecting: "`as`") }
        let value = try parseInfix(allowsKey: true)
        return With(target: target, value: value, location: location(from: start))
    }

    private func parseSome() throws(SyntaxError) -> SomeDeclaration {
        let start = index
        advance()
        let endsHere: Set<TokenKind> = [.rightBrace, .rightBracket, .semicolon, .endOfFile]
        if endsHere.contains(kind) { throw unexpected(expecting: "names, or `x in xs`, after `some`") }
        var end = index
        while tokens[end].kind == .identifier, tokens[end + 1].kind == .comma, tokens[end + 2].kind == .identifier {
            end += 2
        }
        let next = tokens[end].kind == .identifier ? tokens[end + 1] : tokens[end]
        let continuesTerm =
            switch next.kind {
            case .in, .comma: true
            case .dot, .leftBracket, .leftParenthesis: !next.followsSpace
            default: infixOperator(next.kind) != nil
            }
        let isList = tokens[end].kind == .identifier && !continuesTerm
        if isList {
            var names: [Term] = []
            while index <= end {
                names.append(parseVariable())
                advance()
            }
            index = end + 1
            return SomeDeclaration(.variables(names), location: location(from: start))
        }
        let membership = try parseMembership(after: "some")
        return SomeDeclaration(
            .membership(key: membership.key, value: membership.value, collection: membership.collection),
            location: location(from: start))
    }

    private func parseEvery() throws(SyntaxError) -> Every {
        let start = index
        advance()
        let membership = try parseMembership(after: "every")
        for case let term? in [membership.key, membership.value] {
            guard case .variable = term.kind else {
                throw error(
                    "`every` declares plain variables, not this", at: term.location,
                    fix: "take values apart in the body: `every x in xs { [a, b] = x; … }`")
            }
        }
        guard kind == .leftBrace else { throw unexpected(expecting: "the body of `every` in braces") }
        let body = try parseBlock()
        return Every(
            key: membership.key, value: membership.value, collection: membership.collection, body: body,
            location: location(from: start))
    }

    /// `x in xs` or `k, v in xs`
    private func parseMembership(
        after keyword: String
    ) throws(SyntaxError) -> (key: Term?, value: Term, collection: Term) {
        let start = index
        let term = try parseInfix(allowsKey: true)
        if case .call(let call) = term.kind, call.isMembership {
            let arguments = call.arguments
            if arguments.count == 2 { return (nil, arguments[0], arguments[1]) }
            if arguments.count == 3 { return (arguments[0], arguments[1], arguments[2]) }
        }
        if faults[index] != nil || token.followsNewline || kind == .semicolon || kind == .endOfFile {
            index = start
            throw error(
                "`\(keyword)` needs `x in xs` or `k, v in xs`\(keyword == "some" ? ", or names" : "") after it")
        }
        throw unexpected(expecting: "`in`")
    }
}
