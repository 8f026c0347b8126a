import RegoSyntax

/// The names that a condition speaks about: `params.amount > 5 * params.limit` about `params.amount` and `params.limit`.
package enum ConditionReferences {
    private static let roots: Set = ["params", "agent", "tool", "chain", "session", "request", "context", "now"]

    /// In the order of their mention, each once; empty for what is no expression.
    package static func paths(in text: String) -> [[String]] {
        guard let expression = try? Parser.parseExpression(SourceFile(name: "", text: text)) else { return [] }
        var found: [[String]] = []
        collect(expression, into: &found)
        return found
    }

    private static func collect(_ expression: Expr, into found: inout [[String]]) {
        switch expression.kind {
        case .term(let term): collect(term, into: &found)
        case .call(let call): call.arguments.forEach { collect($0, into: &found) }
        case .some, .every: return
        }
    }

    private static func collect(_ term: Term, into found: inout [[String]]) {
        switch term.kind {
        case .variable(let name): add([name], to: &found)
        case .ref(let ref):
            guard case .variable(let name)? = ref.terms.first?.kind, roots.contains(name) else {
                return ref.terms.forEach { collect($0, into: &found) }
            }
            var path = [name]
            for step in ref.terms.dropFirst() {
                guard case .string(let member) = step.kind else {
                    collect(step, into: &found)
                    break
                }
                path.append(member)
            }
            add(path, to: &found)
        case .array(let terms), .set(let terms): terms.forEach { collect($0, into: &found) }
        case .object(let entries): entries.forEach { collect($0.value, into: &found) }
        case .call(let call): call.arguments.forEach { collect($0, into: &found) }
        default: return
        }
    }

    private static func add(_ path: [String], to found: inout [[String]]) {
        guard let root = path.first, roots.contains(root), !found.contains(path) else { return }
        found.append(path)
    }
}
