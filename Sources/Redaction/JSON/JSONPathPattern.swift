/// A path over JSON: `$.memo`, `$['a b']`, `$.items[0]`, `$.items[*].text`, `$.*`, `$..note`, `$` for everything.
public struct JSONPathPattern: Sendable, Hashable {
    enum Step: Sendable, Hashable {
        case member(String)
        case index(Int)
        case any
        /// Any depth, also none, before the next step.
        case descend
    }

    let steps: [Step]

    /// `$`
    public static let root = JSONPathPattern(steps: [])

    private init(steps: [Step]) { self.steps = steps }

    public init?(_ text: String) {
        var rest = text[...]
        guard rest.popFirst() == "$" else { return nil }
        var steps: [Step] = []
        while let mark = rest.popFirst() {
            switch mark {
            case ".":
                if rest.first == "." {
                    rest.removeFirst()
                    steps.append(.descend)
                    if rest.first == "[" { continue }
                }
                let name = rest.prefix { !".[]'\"".contains($0) }
                guard !name.isEmpty else { return nil }
                rest.removeFirst(name.count)
                steps.append(name == "*" ? .any : .member(String(name)))
            case "[":
                guard let step = JSONPathPattern.bracket(&rest) else { return nil }
                steps.append(step)
            default: return nil
            }
        }
        if case .descend? = steps.last { return nil }
        self.steps = steps
    }

    private static func bracket(_ rest: inout Substring) -> Step? {
        guard let first = rest.first else { return nil }
        if first == "'" || first == "\"" {
            rest.removeFirst()
            var name = ""
            while let character = rest.popFirst() {
                if character == "\\" {
                    guard let escaped = rest.popFirst() else { return nil }
                    name.append(escaped)
                } else if character == first {
                    return rest.popFirst() == "]" ? .member(name) : nil
                } else {
                    name.append(character)
                }
            }
            return nil
        }
        let inner = rest.prefix { $0 != "]" }
        rest.removeFirst(inner.count)
        guard rest.popFirst() == "]" else { return nil }
        if inner == "*" { return .any }
        return Int(inner).flatMap { $0 >= 0 ? .index($0) : nil }
    }
}
