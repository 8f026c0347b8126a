@testable import RegoSyntax

/// Trees as s-expressions, so that tests can say which tree a text has. Wildcards are `_`, imports are sorted.
///
///     x := data.a["b"] + 1        (assign x (plus (ref data "a" "b") 1))
enum TreeDump {
    static func of(_ module: Module) -> String {
        let lines =
            ["package " + of(module.package.path)]
            + module.imports.map { "import \(of($0.path))\($0.alias.map { " as " + $0 } ?? "")" }.sorted()
            + module.rules.map(of)
        return lines.joined(separator: "\n")
    }

    static func of(_ rule: Rule) -> String {
        var text = rule.isDefault ? "(default " : "(rule "
        text += of(rule.head.reference)
        if let arguments = rule.head.arguments { text += " (args\(spaced(arguments)))" }
        if let key = rule.head.key { text += " (contains \(of(key)))" }
        text += value(rule.head.value, isAssign: rule.head.isAssign)
        if !rule.body.isEmpty { text += " " + of(rule.body) }
        for branch in rule.elseBranches {
            text += " (else\(value(branch.value, isAssign: branch.isAssign))"
            text += branch.body.isEmpty ? ")" : " \(of(branch.body)))"
        }
        return text + ")"
    }

    private static func value(_ term: Term?, isAssign: Bool) -> String {
        term.map { " (\(isAssign ? ":=" : "=") \(of($0)))" } ?? ""
    }

    static func of(_ body: Body) -> String { "{" + body.map(of).joined(separator: "; ") + "}" }

    static func of(_ expr: Expr) -> String {
        var text =
            switch expr.kind {
            case .term(let term): of(term)
            case .call(let call): of(call)
            case .some(let declaration):
                switch declaration.kind {
                case .variables(let names): "(some\(spaced(names)))"
                case .membership(let key, let value, let collection):
                    "(some-in\(spaced([key, value, collection].compactMap { $0 })))"
                }
            case .every(let every):
                "(every\(spaced([every.key, every.value, every.collection].compactMap { $0 })) \(of(every.body)))"
            }
        if expr.isNegated { text = "(not \(text))" }
        for with in expr.withs { text = "(with \(text) \(of(with.target)) \(of(with.value)))" }
        return text
    }

    static func of(_ call: Call) -> String {
        let name = call.function.terms.map { $0.stringValue ?? of($0) }.joined(separator: ".")
        return "(\(name)\(spaced(call.arguments)))"
    }

    static func of(_ ref: Ref) -> String {
        ref.terms.count == 1 ? of(ref.terms[0]) : "(ref\(spaced(ref.terms)))"
    }

    static func of(_ term: Term) -> String {
        switch term.kind {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .number(let digits): digits
        case .string(let text): TreeWriter.quoted(text)
        case .variable(let name): name.hasPrefix("$") ? "_" : name
        case .ref(let ref): of(ref)
        case .array(let terms): "[\(terms.map(of).joined(separator: ", "))]"
        case .set(let terms): "#{\(terms.map(of).joined(separator: ", "))}"
        case .object(let entries): "{\(entries.map(of).joined(separator: ", "))}"
        case .call(let call): of(call)
        case .arrayComprehension(let head, let body): "(each-array \(of(head)) \(of(body)))"
        case .setComprehension(let head, let body): "(each-set \(of(head)) \(of(body)))"
        case .objectComprehension(let entry, let body): "(each-object \(of(entry)) \(of(body)))"
        case .templateString(let template):
            (template.isRaw ? "(raw-template" : "(template")
                + template.parts.map { part in
                    switch part {
                    case .text(let text): " " + TreeWriter.quoted(text)
                    case .expression(let expr): " {\(of(expr))}"
                    }
                }.joined() + ")"
        }
    }

    private static func of(_ entry: ObjectEntry) -> String { "\(of(entry.key)): \(of(entry.value))" }

    private static func spaced(_ terms: [Term]) -> String { terms.map { " " + of($0) }.joined() }
}
