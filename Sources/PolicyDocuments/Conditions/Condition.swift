import RegoSyntax

/// A condition of a rule, compiled: three-valued, so that a fault never counts as `false`.
struct Condition: Sendable {
    /// As the author wrote it.
    let written: String
    /// The Rego expression that holds when the condition is true.
    let holds: String
    /// The Rego expression that holds when the condition is false. Where neither holds, it could not be evaluated.
    let fails: String
    /// Whether one of the two always holds, in every call that passes the schema checks.
    let isTotal: Bool
}

/// Compiles the conditions of one rule, all of which must hold.
struct ConditionCompiler {
    let tools: [ToolDocument]
    let lines: SourceLines?
    let findings: Findings

    private struct Parsed {
        let expr: Expr
        let written: String
        let origin: ExpressionOrigin
    }

    /// The conditions; nil when one of them is wrong, which has then been reported.
    func compile(_ nodes: [LocatedNode]) -> [Condition]? {
        var conditions: [Condition] = []
        var parsed: [Parsed] = []
        var isWhole = true
        for node in nodes {
            switch node.kind {
            case .boolean(let value):
                conditions.append(
                    Condition(
                        written: value ? "true" : "false", holds: value ? "true" : "false",
                        fails: value ? "false" : "true", isTotal: true))
            case .string(let text):
                guard let one = parse(text, at: node.location) else {
                    isWhole = false
                    continue
                }
                parsed.append(one)
            default: isWhole = false  // reported with the shape
            }
        }
        let present = parsed.compactMap { presencePath(of: $0.expr) }
        for one in parsed {
            let terms = TermCompiler(tools: tools, present: present, origin: one.origin, findings: findings)
            do {
                conditions.append(try compile(one, with: terms))
            } catch {
                isWhole = false
            }
        }
        return isWhole ? conditions : nil
    }

    /// A numeric expression, for `cost`.
    func compileNumber(_ node: LocatedNode) -> String? {
        if case .number(let text) = node.kind { return text }
        return compileTerm(node) { terms, result, text, location throws(TermCompiler.Fault) in
            guard result.type.fits(.number) else {
                throw terms.report(
                    .conditionType, "`cost` is a number, and `\(text)` is \(result.type.title)", at: location,
                    fix: "write a number, such as `params.cost_usd`")
            }
        }
    }

    /// The Rego of one term, such as `params.to`, whose value is wanted and not its truth.
    func compileTerm(
        _ node: LocatedNode,
        check: (TermCompiler, TermCompiler.Result, String, SourceLocation) throws(TermCompiler.Fault) -> Void = {
            _, _, _, _ in
        }
    ) -> String? {
        guard let text = node.string, let one = parse(text, at: node.location) else { return nil }
        let terms = TermCompiler(tools: tools, present: [], origin: one.origin, findings: findings)
        do {
            let result: TermCompiler.Result
            switch one.expr.kind {
            case .term(let term) where !one.expr.isNegated: result = try terms.compile(term)
            case .call(let call) where !one.expr.isNegated:
                result = try terms.compile(Term(.call(call), location: one.expr.location))
            default: throw terms.unsupported("this statement", at: one.expr.location)
            }
            try check(terms, result, text, one.expr.location)
            return result.text
        } catch {
            return nil
        }
    }

    private func parse(_ text: String, at location: SourceLocation) -> Parsed? {
        guard let lines else { return nil }
        let origin = ExpressionOrigin(of: text, at: location, in: lines)
        do {
            let expr = try Parser.parseExpression(origin.source)
            return Parsed(expr: expr, written: text.trimmed, origin: origin)
        } catch {
            for diagnostic in error.all {
                findings.error(
                    .conditionSyntax, diagnostic.message, at: origin.location(of: diagnostic.location.offset),
                    fix: diagnostic.fix ?? "write a Rego expression such as `params.amount > 100`")
            }
            return nil
        }
    }

    // MARK: Presence tests

    /// The parameter whose presence an expression tests: `params.memo`, or `"memo" in object.keys(params)`.
    private func presencePath(of expr: Expr) -> [String]? {
        guard !expr.isNegated, expr.withs.isEmpty else { return nil }
        switch expr.kind {
        case .term(let term):
            return barePath(term)
        case .call(let call):
            guard call.name == "internal.member_2", call.arguments.count == 2,
                case .string(let name) = call.arguments[0].kind, case .call(let keys) = call.arguments[1].kind,
                keys.name == "object.keys", let base = keys.arguments.first.flatMap(parameterPath)
            else { return nil }
            return base + [name]
        default: return nil
        }
    }

    /// The path of a parameter that no tool declares as boolean: standing alone, it asks whether it is there.
    private func barePath(_ term: Term) -> [String]? {
        guard let path = parameterPath(term), !path.isEmpty else { return nil }
        for tool in tools {
            var schema = tool.parameters
            for name in path { schema = schema?.property(name)?.schema }
            guard let schema, schema.types?.contains(.boolean) == false || (schema.singleType ?? .boolean) != .boolean
            else {
                return nil
            }
        }
        return path
    }

    private func parameterPath(_ term: Term) -> [String]? {
        if case .variable("params") = term.kind { return [] }
        guard case .ref(let ref) = term.kind, case .variable("params") = ref.terms.first?.kind else { return nil }
        var path: [String] = []
        for step in ref.terms.dropFirst() {
            guard case .string(let name) = step.kind else { return nil }
            path.append(name)
        }
        return path
    }

    // MARK: Expressions

    private func compile(_ one: Parsed, with terms: TermCompiler) throws(TermCompiler.Fault) -> Condition {
        let expr = one.expr
        if let with = expr.withs.first {
            throw terms.unsupported("`with`", at: with.location)
        }
        let both: (holds: String, fails: String, isTotal: Bool)
        switch expr.kind {
        case .some(let declaration): throw terms.unsupported("`some`", at: declaration.location)
        case .every(let every): throw terms.unsupported("`every`", at: every.location)
        case .term(let term): both = try compile(term, with: terms)
        case .call(let call): both = try compile(call, with: terms)
        }
        return Condition(
            written: one.written, holds: expr.isNegated ? both.fails : both.holds,
            fails: expr.isNegated ? both.holds : both.fails, isTotal: both.isTotal)
    }

    private func compile(
        _ term: Term, with terms: TermCompiler
    ) throws(TermCompiler.Fault) -> (holds: String, fails: String, isTotal: Bool) {
        if case .call(let call) = term.kind { return try compile(call, with: terms) }
        if let path = barePath(term), !tools.isEmpty {
            let tested = TermCompiler(
                tools: tools, present: [path], origin: terms.origin, findings: terms.findings)
            let result = try tested.compile(term)
            return (result.text, "not \(result.text)", result.isTotal)
        }
        let result = try terms.compile(term)
        guard result.type.fits(.boolean) else {
            throw terms.report(
                .conditionType, "a condition is true or false, and `\(terms.written(term))` is \(result.type.title)",
                at: term.location, fix: "compare it with something")
        }
        if result.type == .boolean, result.isTotal { return (result.text, "not \(result.text)", true) }
        return ("\(result.text) == true", "\(result.text) == false", result.isTotal)
    }

    private func compile(
        _ call: Call, with terms: TermCompiler
    ) throws(TermCompiler.Fault) -> (holds: String, fails: String, isTotal: Bool) {
        let result = try terms.compile(Term(.call(call), location: call.location))
        guard result.type.fits(.boolean) else {
            throw terms.report(
                .conditionType,
                "a condition is true or false, and `\(terms.written(Term(.null, location: call.location)))` is "
                    + result.type.title, at: call.location, fix: "compare it with something")
        }
        let opposites = ["lt": ">=", "lte": ">", "gt": "<=", "gte": "<", "equal": "!=", "neq": "=="]
        if result.isInfix, let opposite = opposites[call.name], call.arguments.count == 2 {
            let sides = try terms.compileAll(call.arguments)
            return (result.text, "\(sides[0].operand) \(opposite) \(sides[1].operand)", result.isTotal)
        }
        if result.type == .unknown {
            return ("\(result.text) == true", "\(result.text) == false", false)
        }
        return (result.text, result.isTotal ? "not \(result.text)" : "\(result.operand) == false", result.isTotal)
    }
}

extension String {
    fileprivate var trimmed: String {
        let parts = unicodeScalars.drop { $0.properties.isWhitespace }
        var result = String.UnicodeScalarView(parts)
        while let last = result.last, last.properties.isWhitespace { result.removeLast() }
        return String(result)
    }
}
