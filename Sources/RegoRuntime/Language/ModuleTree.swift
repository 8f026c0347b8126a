internal import RegoSyntax
internal import RegoValues

/// A module as `rego.parse_module` returns it: OPA's JSON form of its syntax tree.
struct ModuleTree {
    let heap: Heap

    /// - Throws: the first thing that is wrong with the source, as OPA words it.
    static func parse(_ name: String, _ source: String, _ heap: Heap) -> Result<Value, BuiltinError> {
        do throws(Diagnostics) {
            return .success(ModuleTree(heap: heap).value(try Parser.parseModule(SourceFile(name: name, text: source))))
        } catch {
            let lines = error.all.map { "\($0.location.file):\($0.location.line): \($0.code): \(worded($0.message))" }
            let count = lines.count == 1 ? "1 error occurred: " : "\(lines.count) errors occurred:\n"
            return .failure(BuiltinError(.failure, count + lines.joined(separator: "\n")))
        }
    }

    /// OPA's words for what policies may compare with.
    private static func worded(_ message: String) -> String {
        guard message.hasPrefix("unexpected end of text") else { return message }
        return message.contains("expected a name") ? "unexpected eof token: expected ident" : "unexpected eof token"
    }

    private func value(_ module: Module) -> Value {
        var members = [("package", object([("path", terms(module.package.path.terms))]))]
        if !module.imports.isEmpty { members.append(("imports", heap.array(module.imports.map(value)))) }
        if !module.rules.isEmpty { members.append(("rules", heap.array(module.rules.map(value)))) }
        return object(members)
    }

    private func value(_ item: Import) -> Value {
        var members = [("path", typed("ref", terms(item.path.terms)))]
        if let alias = item.alias { members.append(("alias", heap.string(alias))) }
        return object(members)
    }

    private func value(_ rule: Rule) -> Value {
        var head: [(String, Value)] = [("ref", terms(rule.head.reference.terms))]
        if case .variable(let name)? = rule.head.reference.terms.first?.kind {
            head.append(("name", heap.string(name)))
        }
        if let arguments = rule.head.arguments { head.append(("args", terms(arguments))) }
        if let key = rule.head.key { head.append(("key", value(key))) }
        if let result = rule.head.value {
            head.append(("value", value(result)))
        } else if rule.head.key == nil {
            head.append(("value", value(Term(.boolean(true)))))
        }
        if rule.head.isAssign { head.append(("assign", .true)) }
        var members = [("head", object(head)), ("body", body(rule.body))]
        if rule.isDefault { members.append(("default", .true)) }
        var otherwise: Value?
        for branch in rule.elseBranches.reversed() {
            var head = head.filter { !["value", "assign"].contains($0.0) }
            head.append(("value", value(branch.value ?? Term(.boolean(true)))))
            if branch.isAssign { head.append(("assign", .true)) }
            var inner = [("head", object(head)), ("body", body(branch.body))]
            if let otherwise { inner.append(("else", otherwise)) }
            otherwise = object(inner)
        }
        if let otherwise { members.append(("else", otherwise)) }
        return object(members)
    }

    /// A rule without a body holds always.
    private func body(_ body: Body) -> Value {
        let expressions = body.isEmpty ? [Expr(.term(Term(.boolean(true))))] : body
        return heap.array(expressions.enumerated().map { value($1, at: $0) })
    }

    private func value(_ expr: Expr, at index: Int) -> Value {
        var members: [(String, Value)] = [("index", .integer(index)), ("terms", parts(expr.kind))]
        if expr.isNegated { members.append(("negated", .true)) }
        if !expr.withs.isEmpty {
            let withs = expr.withs.map { object([("target", value($0.target)), ("value", value($0.value))]) }
            members.append(("with", heap.array(withs)))
        }
        return object(members)
    }

    private func parts(_ kind: Expr.Kind) -> Value {
        switch kind {
        case .term(let term):
            return value(term)
        case .call(let call):
            return heap.array([typed("ref", terms(call.function.terms))] + call.arguments.map(value))
        case .some(let declaration):
            switch declaration.kind {
            case .variables(let names):
                return object([("symbols", terms(names))])
            case .membership(let key, let element, let collection):
                let arguments = (key.map { [$0] } ?? []) + [element, collection]
                let name = key == nil ? "member_2" : "member_3"
                let function = Ref([Term(.variable("internal")), Term(.string(name))])
                return object([("symbols", terms([Term(.call(Call(function: function, arguments: arguments)))]))])
            }
        case .every(let every):
            return object([
                ("key", every.key.map(value) ?? .null), ("value", value(every.value)),
                ("domain", value(every.collection)), ("body", body(every.body)),
            ])
        }
    }

    private func value(_ term: Term) -> Value {
        switch term.kind {
        case .null: return object([("type", heap.string("null"))])
        case .boolean(let flag): return typed("boolean", .boolean(flag))
        case .number(let digits): return typed("number", heap.number(literal: digits) ?? .undefined)
        case .string(let text): return typed("string", heap.string(text))
        case .variable(let name): return typed("var", heap.string(name))
        case .ref(let ref): return typed("ref", terms(ref.terms))
        case .array(let items): return typed("array", terms(items))
        case .set(let items): return typed("set", terms(items))
        case .object(let entries):
            return typed("object", heap.array(entries.map { heap.array([value($0.key), value($0.value)]) }))
        case .call(let call):
            let function = typed("ref", terms(call.function.terms))
            return typed("call", heap.array([function] + call.arguments.map(value)))
        case .arrayComprehension(let head, let inner):
            return typed("arraycomprehension", object([("term", value(head)), ("body", body(inner))]))
        case .setComprehension(let head, let inner):
            return typed("setcomprehension", object([("term", value(head)), ("body", body(inner))]))
        case .objectComprehension(let entry, let inner):
            return typed(
                "objectcomprehension",
                object([("key", value(entry.key)), ("value", value(entry.value)), ("body", body(inner))]))
        case .templateString(let template):
            let parts = template.parts.enumerated().map { index, part -> Value in
                switch part {
                case .text(let text): value(Term(.string(text)))
                case .expression(let expr): value(expr, at: index)
                }
            }
            return typed(
                "templatestring",
                object([("parts", heap.array(parts)), ("multi_line", .boolean(template.isRaw))]))
        }
    }

    private func terms(_ list: [Term]) -> Value { heap.array(list.map(value)) }

    private func typed(_ type: StaticString, _ inner: Value) -> Value {
        object([("type", heap.string(type)), ("value", inner)])
    }

    private func object(_ members: [(String, Value)]) -> Value {
        heap.object(members.map { (heap.string($0.0), $0.1) })
    }
}
