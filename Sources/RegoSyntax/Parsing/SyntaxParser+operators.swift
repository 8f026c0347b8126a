// Infix operators by binding strength, weakest first: `in`; comparisons; `|`; `&`; `+` `-`; `*` `/` `%`. All group to
// the left.

extension SyntaxParser {
    struct Operator {
        var function: String
        var strength: Int
    }

    func infixOperator(_ kind: TokenKind) -> Operator? {
        switch kind {
        case .equal: Operator(function: "equal", strength: 1)
        case .notEqual: Operator(function: "neq", strength: 1)
        case .less: Operator(function: "lt", strength: 1)
        case .lessOrEqual: Operator(function: "lte", strength: 1)
        case .greater: Operator(function: "gt", strength: 1)
        case .greaterOrEqual: Operator(function: "gte", strength: 1)
        case .or: Operator(function: "or", strength: 2)
        case .and: Operator(function: "and", strength: 3)
        case .plus: Operator(function: "plus", strength: 4)
        case .minus: Operator(function: "minus", strength: 4)
        case .star: Operator(function: "mul", strength: 5)
        case .slash: Operator(function: "div", strength: 5)
        case .percent: Operator(function: "rem", strength: 5)
        default: nil
        }
    }

    /// - Parameter allowsKey: whether `k, v in xs` may stand here; not in lists, where the comma parts elements.
    func parseInfix(allowsKey: Bool) throws(SyntaxError) -> Term {
        let siblings = tallest
        tallest = 0
        let start = index
        let first = try parseTerm()
        let term = try parseOperators(after: first, start: start, allowsKey: allowsKey)
        tallest = max(siblings, tallest)
        return term
    }

    /// Goes on behind an operand that started at token `start`.
    func parseOperators(after first: Term, start: Int, allowsKey: Bool) throws(SyntaxError) -> Term {
        var left = try parseBinary(after: first, start: start, strength: 1)
        if allowsKey, kind == .comma, let keyed = try parseKeyedMembership(key: left, start: start) {
            left = keyed
        }
        while kind == .in, !isKeywordAsName {
            let function = membershipFunction("member_2")
            advance()
            let rightStart = index
            let right = try parseBinary(after: parseTerm(), start: rightStart, strength: 1)
            left = try call(function, [left, right], start: start)
        }
        return left
    }

    private func parseBinary(after first: Term, start: Int, strength: Int) throws(SyntaxError) -> Term {
        var left = first
        while let infix = infixOperator(kind), infix.strength >= strength {
            let function = Ref([Term(.variable(infix.function), location: location(of: token))])
            advance()
            let rightStart = index
            var right = try parseTerm()
            if let next = infixOperator(kind), next.strength > infix.strength {
                right = try parseBinary(after: right, start: rightStart, strength: infix.strength + 1)
            }
            left = try call(function, [left, right], start: start)
        }
        return left
    }

    /// `, v in xs` behind a key; nil, with nothing consumed, when the comma means something else.
    private func parseKeyedMembership(key: Term, start: Int) throws(SyntaxError) -> Term? {
        let comma = checkpoint
        advance()
        let value: Term
        do throws(SyntaxError) {
            speculation += 1
            defer { speculation -= 1 }
            let valueStart = index
            value = try parseBinary(after: parseTerm(), start: valueStart, strength: 1)
        } catch {
            restore(comma)
            return nil
        }
        guard kind == .in, !isKeywordAsName else {
            restore(comma)
            return nil
        }
        let function = membershipFunction("member_3")
        advance()
        let rightStart = index
        let right = try parseBinary(after: parseTerm(), start: rightStart, strength: 1)
        return try call(function, [key, value, right], start: start)
    }

    private func membershipFunction(_ name: String) -> Ref {
        let place = location(of: token)
        return Ref([Term(.variable("internal"), location: place), Term(.string(name), location: place)])
    }

    private func call(_ function: Ref, _ operands: [Term], start: Int) throws(SyntaxError) -> Term {
        tallest += 1
        try checkHeight()
        let place = location(from: start)
        return Term(.call(Call(function: function, arguments: operands, location: place)), location: place)
    }
}

extension Call {
    /// `x in xs` or `k, v in xs`
    var isMembership: Bool {
        guard function.terms.count == 2, case .variable("internal") = function.terms[0].kind,
            case .string(let name) = function.terms[1].kind
        else { return false }
        return name == "member_2" && arguments.count == 2 || name == "member_3" && arguments.count == 3
    }
}
