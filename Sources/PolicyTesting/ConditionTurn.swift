import PolicyDocuments
import RegoSyntax

/// A value of one parameter that makes a condition true or false, where its form shows one: comparisons with literals,
/// membership in lists of literals, and booleans.
struct ConditionTurn {
    /// Below `params`.
    let path: [String]
    /// JSON.
    let value: String
    let words: String

    static func values(turning text: String, to wanted: Bool) -> [ConditionTurn] {
        guard let expression = try? Parser.parseExpression(SourceFile(name: "", text: text)) else { return [] }
        let wanted = expression.isNegated ? !wanted : wanted
        switch expression.kind {
        case .term(let term):
            guard let path = parameter(term) else { return [] }
            return [turn(path, wanted ? "true" : "false", "")]
        case .call(let call): return values(turning: call, to: wanted)
        case .some, .every: return []
        }
    }

    private static func values(turning call: Call, to wanted: Bool) -> [ConditionTurn] {
        guard call.arguments.count == 2 else { return [] }
        let (left, right) = (call.arguments[0], call.arguments[1])
        if call.name == "internal.member_2" {
            guard wanted, let path = parameter(left) else { return [] }
            switch right.kind {
            case .array(let items), .set(let items):
                return items.compactMap(literal).map { turn(path, $0, "") }
            default: return []
            }
        }
        let mirrored = ["lt": "gt", "lte": "gte", "gt": "lt", "gte": "lte"]
        var name = call.name
        var (place, bound) = (parameter(left), literal(right))
        if place == nil {
            (place, bound) = (parameter(right), literal(left))
            name = mirrored[name] ?? name
        }
        guard let path = place, let bound else { return [] }
        let opposites = ["lt": "gte", "lte": "gt", "gt": "lte", "gte": "lt", "equal": "neq", "neq": "equal"]
        guard let relation = wanted ? name : opposites[name] else { return [] }
        switch relation {
        case "equal": return [turn(path, bound, "")]
        case "neq":
            let others = ["true": "false", "false": "true"]
            return others[bound].map { [turn(path, $0, "")] } ?? []
        case "lte": return [turn(path, bound, "at most ")]
        case "gte": return [turn(path, bound, "at least ")]
        case "lt", "gt":
            guard let number = Micros(bound) else { return [] }
            let near = [1_000_000, 10_000].map { Micros.text(number.value + (relation == "gt" ? $0 : -$0)) }
            return near.map { turn(path, $0, "") }
        default: return []
        }
    }

    private static func turn(_ path: [String], _ value: String, _ bound: String) -> ConditionTurn {
        ConditionTurn(path: path, value: value, words: "params.\(path.joined(separator: ".")) were \(bound)\(value)")
    }

    private static func parameter(_ term: Term) -> [String]? {
        guard case .ref(let ref) = term.kind, case .variable("params")? = ref.terms.first?.kind else { return nil }
        var path: [String] = []
        for step in ref.terms.dropFirst() {
            guard case .string(let name) = step.kind else { return nil }
            path.append(name)
        }
        return path
    }

    private static func literal(_ term: Term) -> String? {
        switch term.kind {
        case .boolean(let value): value ? "true" : "false"
        case .number(let text): text
        case .string(let text): JSONPlace.quoted(text)
        default: nil
        }
    }
}

/// Numbers in millionths, for values a little beyond a bound.
struct Micros {
    let value: Int64

    init?(_ text: String) {
        let isNegative = text.hasPrefix("-")
        let parts = text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = Int64(parts[0]), whole < 1_000_000_000_000 else { return nil }
        let digits = parts.count == 2 ? parts[1] : ""
        guard digits.count <= 6, digits.allSatisfy(\.isNumber),
            let fraction = Int64(String(digits) + String(repeating: "0", count: 6 - digits.count))
        else { return nil }
        value = (whole * 1_000_000 + fraction) * (isNegative ? -1 : 1)
    }

    static func text(_ micros: Int64) -> String {
        let whole = "\(micros < 0 ? "-" : "")\(micros.magnitude / 1_000_000)"
        guard micros % 1_000_000 != 0 else { return whole }
        let rest = String(micros.magnitude % 1_000_000)
        var digits = String(repeating: "0", count: 6 - rest.count) + rest
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}
