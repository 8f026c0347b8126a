import RegoSyntax
import RepeatableRandomness

/// Makes random modules of every shape that the grammar has, the same ones for the same seed.
struct ProgramGenerator {
    private var random: SeededGenerator
    private var wildcards = 0

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func module() -> Module {
        let source = SourceFile(name: "random.rego", text: "")
        let package = Package(path: Ref([variable("data"), string(pick(["a", "if", "pkg"]))] + path(upTo: 2)))
        let imports = list(0...2) { generator in
            let root = generator.pick(["data", "input"])
            let path = Ref([generator.variable(root)] + generator.path(upTo: 2) + [generator.string("last")])
            return Import(path: path, alias: generator.chance(2) ? "renamed" : nil)
        }
        return Module(package: package, imports: imports, rules: list(1...6) { $0.rule() }, source: source)
    }

    private mutating func rule() -> Rule {
        var head = RuleHead(reference: Ref([variable(name())] + path(upTo: 2)))
        let isGround: Bool
        if chance(3) {
            isGround = false
            head.reference.terms.append(term(2))
        } else {
            isGround = true
        }
        if chance(8) {
            let isFunction = isGround && chance(2)
            head.arguments = isFunction ? [variable("a"), variable("b")] : nil
            head.value = constant(2)
            head.isAssign = chance(2)
            return Rule(isDefault: true, head: head)
        }
        switch pick(["contains", isGround ? "function" : "value", "value", "plain"]) {
        case "contains": head.key = term(3)
        case "function":
            head.arguments = list(1...3) { $0.term(2) }
            if chance(2) { setValue(of: &head) }
        case "value": setValue(of: &head)
        default: break
        }
        let needsBody = head.key == nil && head.value == nil && head.arguments == nil
        var rule = Rule(head: head, body: needsBody || chance(2) ? body(3) : [])
        if isGround, head.key == nil, !rule.body.isEmpty, chance(3) {
            rule.elseBranches = list(1...2) { generator in
                let value: Term? = generator.chance(2) ? generator.term(2) : nil
                return ElseBranch(
                    value: value, isAssign: value != nil && generator.chance(2),
                    body: value == nil || generator.chance(2) ? generator.body(2) : [])
            }
        }
        return rule
    }

    private mutating func setValue(of head: inout RuleHead) {
        head.value = term(3)
        head.isAssign = chance(2)
    }

    private mutating func body(_ depth: Int) -> Body { list(1...3) { $0.expr(depth) } }

    private mutating func expr(_ depth: Int) -> Expr {
        var expr: Expr
        switch Int.random(in: 0..<12, using: &random) {
        case 0:
            return Expr(.some(SomeDeclaration(.variables(list(1...3) { $0.variable($0.name()) }))))
        case 1:
            let key: Term? = chance(2) ? term(depth - 1) : nil
            let membership = SomeDeclaration.Kind.membership(
                key: key, value: term(depth - 1), collection: term(depth - 1))
            expr = Expr(.some(SomeDeclaration(membership)))
        case 2 where depth > 0:
            let key = chance(2) ? variable("k") : nil
            let every = Every(key: key, value: variable("v"), collection: term(depth - 1), body: body(depth - 1))
            expr = Expr(.every(every))
        case 3, 4, 5:
            let sides = [term(depth - 1), term(depth - 1)]
            expr = Expr(.call(call(pick(["assign", "eq"]), sides)), isNegated: chance(6))
        default:
            let term = term(depth)
            if case .call(let call) = term.kind {
                expr = Expr(.call(call), isNegated: chance(4))
            } else {
                expr = Expr(.term(term), isNegated: chance(4))
            }
        }
        if chance(5) {
            expr.withs = list(1...2) { generator in
                let path = generator.path(upTo: 2)
                let input = generator.variable("input")
                let target = path.isEmpty ? input : Term(.ref(Ref([input] + path)))
                return With(target: target, value: generator.term(1))
            }
        }
        return expr
    }

    private mutating func term(_ depth: Int) -> Term {
        guard depth > 0 else { return chance(2) ? variable(name()) : scalar() }
        switch Int.random(in: 0..<14, using: &random) {
        case 0: return scalar()
        case 1: return wildcard()
        case 2: return variable(name())
        case 3: return Term(.array(list(0...3) { $0.term(depth - 1) }))
        case 4: return Term(.set(list(0...3) { $0.term(depth - 1) }))
        case 5: return Term(.object(list(0...3) { $0.entry(depth - 1) }))
        case 6: return Term(.arrayComprehension(term(depth - 1), body(depth - 1)))
        case 7: return Term(.setComprehension(term(depth - 1), body(depth - 1)))
        case 8: return Term(.objectComprehension(entry(depth - 1), body(depth - 1)))
        case 9: return template(depth - 1)
        case 10: return ref(depth - 1)
        default: return Term(.call(call(depth - 1)))
        }
    }

    private mutating func ref(_ depth: Int) -> Term {
        let head: Term
        switch Int.random(in: 0..<6, using: &random) {
        case 0: head = Term(.call(call(depth)))
        case 1: head = Term(.array([term(depth)]))
        case 2: head = Term(.object([entry(depth)]))
        case 3: head = Term(.setComprehension(term(depth), body(depth)))
        default: head = variable(pick(["data", "input", "x"]))
        }
        let steps = list(1...3) { generator in
            generator.chance(2) ? generator.string(generator.pick(Self.texts + ["if", "in"])) : generator.term(depth)
        }
        return Term(.ref(Ref([head] + steps)))
    }

    private mutating func call(_ depth: Int) -> Call {
        let operators = [
            "plus", "minus", "mul", "div", "rem", "and", "or", "equal", "neq", "lt", "lte", "gt", "gte", "member_2",
        ]
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return call("member_3", list(3...3) { $0.term(depth) })
        case 1: return call(pick(operators + ["assign", "eq"]), list(1...3) { $0.term(depth) })
        case 2: return Call(function: Ref([variable("f")] + path(upTo: 2)), arguments: list(0...3) { $0.term(depth) })
        default: return call(pick(operators), list(2...2) { $0.term(depth) })
        }
    }

    private func call(_ name: String, _ arguments: [Term]) -> Call {
        let isMember = name.hasPrefix("member")
        let function = isMember ? [variable("internal"), string(name)] : [variable(name)]
        return Call(function: Ref(function), arguments: arguments)
    }

    private mutating func entry(_ depth: Int) -> ObjectEntry {
        ObjectEntry(key: term(depth), value: term(depth))
    }

    private mutating func template(_ depth: Int) -> Term {
        let isRaw = chance(2)
        var parts: [TemplateString.Part] = []
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let text = pick(Self.texts).filter { !isRaw || !"`\\\u{0}\u{FEFF}".contains($0) }
            if !text.isEmpty, chance(2) {
                if case .text? = parts.last { continue }
                parts.append(.text(text))
            } else {
                let term = term(depth)
                if case .call(let call) = term.kind {
                    if call.function.terms.count == 1, case .variable("assign") = call.function.terms[0].kind {
                        continue
                    }
                    if call.function.terms.count == 1, case .variable("eq") = call.function.terms[0].kind { continue }
                    parts.append(.expression(Expr(.call(call))))
                } else {
                    parts.append(.expression(Expr(.term(term))))
                }
            }
        }
        return Term(.templateString(TemplateString(parts: parts, isRaw: isRaw)))
    }

    private mutating func constant(_ depth: Int) -> Term {
        guard depth > 0 else { return scalar() }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return Term(.array(list(0...3) { $0.constant(depth - 1) }))
        case 1: return Term(.set(list(0...3) { $0.constant(depth - 1) }))
        default: return scalar()
        }
    }

    private mutating func scalar() -> Term {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: Term(.null)
        case 1: Term(.boolean(chance(2)))
        case 2: Term(.number(pick(["0", "1", "-1", "0.5", "-0.25", "1e3", "12E-2", "123456789012345678901234567890"])))
        default: string(pick(Self.texts))
        }
    }

    private static let texts = [
        "", "a", "name", "two words", "\"quoted\"", "back\\slash", "tab\tline\n", "{brace}", "`tick`", "é", "e\u{301}",
        "\u{0}\u{1F}\u{7F}", "\u{FEFF}", "😀", "_", "1st", "$", "a.b",
    ]

    private mutating func path(upTo limit: Int) -> [Term] {
        list(0...limit) { generator in
            generator.string(generator.pick(["a", "b2", "c_d", "if", "package", "two words", "with\"quote", "_"]))
        }
    }

    private mutating func name() -> String { pick(["x", "y", "foo", "is_ok", "A1", "_under"]) }

    private mutating func wildcard() -> Term {
        defer { wildcards += 1 }
        return variable("$\(wildcards)")
    }

    private func variable(_ name: String) -> Term { Term(.variable(name)) }
    private func string(_ text: String) -> Term { Term(.string(text)) }

    private mutating func chance(_ n: Int) -> Bool { Int.random(in: 0..<n, using: &random) == 0 }

    private mutating func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &random)] }

    private mutating func list<T>(_ sizes: ClosedRange<Int>, _ make: (inout ProgramGenerator) -> T) -> [T] {
        var items: [T] = []
        for _ in 0..<Int.random(in: sizes, using: &random) { items.append(make(&self)) }
        return items
    }
}
