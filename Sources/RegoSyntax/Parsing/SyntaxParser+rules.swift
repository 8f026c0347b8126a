// Rules: heads, bodies, `else` branches, chained bodies.

extension SyntaxParser {
    /// One rule; several when bodies are chained.
    func parseRules() throws(SyntaxError) -> [Rule] {
        let start = index
        memo.removeAll(keepingCapacity: true)
        takeKeywordAsName()
        let isDefault = advance(over: .default)
        if isDefault { takeKeywordAsName() }
        guard kind == .identifier else {
            throw unexpected(
                expecting: isDefault ? "a rule's name after `default`" : "a rule or an import",
                fix: isDefault && kind != .endOfFile ? "write `default name := value`" : nil)
        }
        let head = try parseHead()
        if isDefault { return [try finishDefault(head, from: start)] }
        guard !isKeywordAsName, advance(over: .if) else { return [try finishWithoutBody(head, from: start)] }

        let isBlock = kind == .leftBrace
        var rule = Rule(head: head, body: try parseIfBody())
        if kind == .else, !isKeywordAsName {
            try checkElse(follows: head)
            while kind == .else, !isKeywordAsName {
                rule.elseBranches.append(try parseElse())
            }
        }
        rule.location = location(from: start)
        var rules = [rule]
        while kind == .leftBrace {
            guard rule.elseBranches.isEmpty, isBlock else {
                throw unexpected(
                    expecting: rule.elseBranches.isEmpty ? "a new line" : "`else` or a new line",
                    fix: rule.elseBranches.isEmpty
                        ? "a body of several conditions stands in one block: `if { … }`"
                        : "a rule has either chained bodies or `else` branches")
            }
            let blockStart = index
            let body = try parseBlock()
            let place = location(from: blockStart)
            rules.append(Rule(head: chainedHead(head, at: place), body: body, location: place))
        }
        try checkEnd(of: head)
        return rules
    }

    /// A chained body's head: the first one's, with names of their own for wildcards in arguments.
    private func chainedHead(_ head: RuleHead, at location: SourceLocation) -> RuleHead {
        var copy = head
        copy.location = location
        guard let arguments = head.arguments else { return copy }
        var renamed: [Term] = []
        for argument in arguments {
            if case .variable(let name) = argument.kind, name.hasPrefix("$") {
                renamed.append(Term(.variable(freshWildcard()), location: argument.location))
            } else {
                renamed.append(argument)
            }
        }
        copy.arguments = renamed
        return copy
    }

    private func parseHead() throws(SyntaxError) -> RuleHead {
        let start = index
        guard text(of: token) != "_" else { throw error("`_` cannot be a rule's name") }
        let term = try parseReference(from: parseVariable(), start: start, allowsSpace: true)
        var head: RuleHead
        switch term.kind {
        case .ref(let ref):
            guard case .variable = ref.terms[0].kind else {
                throw error("a rule's name cannot follow a call", at: term.location)
            }
            head = RuleHead(reference: ref)
        case .call(let call):
            head = RuleHead(reference: call.function, arguments: call.arguments)
        default:
            head = RuleHead(reference: Ref([term]))
        }
        let example = text(of: tokens[start])
        switch kind {
        case .contains:
            if head.arguments != nil {
                throw unexpected(expecting: "`:=` or `if`", fix: "a function has one value: `\(example)(…) := value`")
            }
            advance()
            head.key = try parseInfix(allowsKey: true)
        case .assign, .unify:
            head.isAssign = kind == .assign
            advance()
            head.value = try parseInfix(allowsKey: true)
        default:
            break
        }
        head.location = location(from: start)
        return head
    }

    private func finishDefault(_ head: RuleHead, from start: Int) throws(SyntaxError) -> Rule {
        let name = text(of: tokens[start + 1])
        guard let value = head.value else {
            throw error(
                "a default rule needs a value", at: head.location, fix: "write `default \(name) := value`")
        }
        if let place = value.firstNonConstant {
            throw error(
                "a default value has to be constant", at: place,
                fix: "variables, refs and calls may stand only inside comprehensions here")
        }
        var seen: Set<String> = []
        for argument in head.arguments ?? [] {
            guard case .variable(let name) = argument.kind else {
                throw error(
                    "an argument of a default function has to be a plain variable", at: argument.location,
                    fix: "write `_` for arguments that do not matter")
            }
            if !seen.insert(name).inserted {
                throw error("the argument `\(name)` is repeated in a default function", at: argument.location)
            }
        }
        if kind == .if || kind == .leftBrace || kind == .else, !isKeywordAsName {
            throw unexpected(expecting: "a new line", fix: "a default rule has no body; it holds when no other does")
        }
        return Rule(isDefault: true, head: head, location: location(from: start))
    }

    /// `p := 1`, `p contains 1`, `f(x)`.
    private func finishWithoutBody(_ head: RuleHead, from start: Int) throws(SyntaxError) -> Rule {
        let written = source.text(at: head.location)
        if kind == .leftBrace {
            let fix =
                head.value == nil && head.key == nil && head.reference.terms.count == 2 && head.arguments == nil
                ? "write `\(partialSetSpelling(head)) if {` for a set, or `\(written) if {` for an object"
                : "write `\(written) if {`"
            throw unexpected(expecting: "`if` before the rule's body", fix: fix)
        }
        try checkEnd(of: head)
        if head.value == nil, head.key == nil, head.arguments == nil {
            if head.reference.terms.count == 1,
                let meant = NearMiss.of(written, among: ["package", "import", "default"])
            {
                throw error("`\(written)` is not a keyword", at: head.location, fix: "did you mean `\(meant)`?")
            }
            let isSetElement = head.reference.terms.count == 2
            throw error(
                "the rule `\(written)` has neither a value nor a body", at: head.location,
                fix: isSetElement
                    ? "write `\(partialSetSpelling(head))` for a set, or `\(written) := value`"
                    : "write `\(written) := value` or `\(written) if condition`")
        }
        return Rule(head: head, location: location(from: start))
    }

    /// `p[x]` of Rego v0 as `p contains x`.
    private func partialSetSpelling(_ head: RuleHead) -> String {
        let name = source.text(at: head.reference.terms[0].location)
        let element = source.text(at: head.reference.terms[1].location)
        let isDotted = head.reference.terms[1].stringValue != nil && !element.hasPrefix("\"")
        return "\(name) contains \(isDotted ? "\"\(element)\"" : element)"
    }

    /// A rule ends with its line, or where the next one visibly starts.
    private func checkEnd(of head: RuleHead) throws(SyntaxError) {
        guard !token.followsNewline, kind != .endOfFile else { return }
        if kind == .else, head.value != nil {
            throw unexpected(expecting: "a new line", fix: "`else` needs a body before it: `… if { … } else …`")
        }
        switch kind {
        case .default, .import: return
        case .identifier where Self.followsRuleName.contains(kind(ahead: 1)): return
        case .identifier:
            let word = text(of: token)
            let name = text(of: tokens[max(index - 1, 0)])
            if let meant = NearMiss.of(word, among: ["if", "contains", "else"]) {
                throw unexpected(expecting: "`\(meant)`", fix: "did you mean `\(meant)`?")
            }
            if head.value == nil, let meant = NearMiss.of(name, among: ["package", "import", "default"]) {
                throw error(
                    "`\(name)` is not a keyword", at: tokens[max(index - 1, 0)], fix: "did you mean `\(meant)`?")
            }
        default: break
        }
        throw unexpected(expecting: "`if` or a new line")
    }

    private func checkElse(follows head: RuleHead) throws(SyntaxError) {
        if head.key != nil {
            throw error("`else` cannot follow a `contains` rule", fix: "write a second rule")
        }
        if head.reference.terms.dropFirst().contains(where: { $0.firstNonConstant != nil }) {
            throw error("`else` cannot follow a rule with variables in its name", fix: "write a second rule")
        }
    }

    private func parseElse() throws(SyntaxError) -> ElseBranch {
        let start = index
        advance()
        var branch = ElseBranch()
        switch kind {
        case .if:
            break
        case .leftBrace:
            throw unexpected(expecting: "`if` or `:=` after `else`", fix: "write `else if {`")
        case .assign, .unify:
            branch.isAssign = kind == .assign
            advance()
            branch.value = try parseInfix(allowsKey: true)
        default:
            throw unexpected(expecting: "`if` or `:=` after `else`")
        }
        if !isKeywordAsName, advance(over: .if) {
            branch.body = kind == .leftBrace ? try parseBlock() : [try parseLiteral()]
        } else if kind == .leftBrace {
            throw unexpected(expecting: "`if` before the body", fix: "write `else := … if {`")
        }
        branch.location = location(from: start)
        return branch
    }

    /// What follows `if`: a block, or a single expression. A brace may open either of them; the expression goes
    /// first, except that a set literal, which would always hold, is taken for a block.
    private func parseIfBody() throws(SyntaxError) -> Body {
        guard kind == .leftBrace else { return [try parseLiteral()] }
        let start = checkpoint
        var literalEnd = index
        var literalError: SyntaxError?
        speculation += 1
        do throws(SyntaxError) {
            let expr = try parseLiteral()
            speculation -= 1
            var isSet = false
            if case .term(let term) = expr.kind, case .set = term.kind { isSet = true }
            if !isSet { return [expr] }
        } catch {
            speculation -= 1
            literalEnd = index
            literalError = error
        }
        restore(start)
        do throws(SyntaxError) {
            return try parseBlock()
        } catch {
            if let literalError, literalEnd > index {
                index = literalEnd
                throw literalError
            }
            throw error
        }
    }

    /// `{ body }`
    func parseBlock() throws(SyntaxError) -> Body {
        guard kind == .leftBrace else { throw unexpected(expecting: "`{`") }
        open()
        try enter()
        let body = try parseBody(until: .rightBrace)
        depth -= 1
        try close(.rightBrace, expecting: "`}`")
        return body
    }
}
