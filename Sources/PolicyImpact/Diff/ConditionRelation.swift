import PolicyDocuments
import RegoSyntax

/// How the calls that a list of conditions matches changed.
enum ConditionRelation: Sendable {
    case same
    /// All of the old conditions and more: fewer calls match.
    case stronger
    case weaker
    case unknown

    init(from old: [LocatedNode], to new: [LocatedNode]) {
        var before = old.map(Self.text)
        var after = new.map(Self.text)
        for text in before where after.contains(text) {
            if let place = before.firstIndex(of: text), let other = after.firstIndex(of: text) {
                before.remove(at: place)
                after.remove(at: other)
            }
        }
        before.removeAll { $0 == "true" }
        after.removeAll { $0 == "true" }
        var relations: Set<ConditionRelation> = []
        for text in before {
            guard let (place, relation) = Self.counterpart(of: text, among: after) else { continue }
            after.remove(at: place)
            relations.insert(relation)
            before.removeAll { $0 == text }
        }
        if !before.isEmpty { relations.insert(.weaker) }
        if !after.isEmpty { relations.insert(.stronger) }
        relations.remove(.same)
        self = relations.isEmpty ? .same : relations.count == 1 ? relations.first ?? .unknown : .unknown
    }

    static func text(_ node: LocatedNode) -> String {
        if let value = node.boolean { return value ? "true" : "false" }
        let text = node.string ?? RegoText.literal(node)
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// The condition that stands in the place of `text`: the same comparison with another bound.
    private static func counterpart(of text: String, among others: [String]) -> (Int, ConditionRelation)? {
        guard let old = Comparison(text) else { return nil }
        for (place, other) in others.enumerated() {
            guard let new = Comparison(other), let relation = old.relation(to: new) else { continue }
            return (place, relation)
        }
        return nil
    }

    /// `params.amount > 5000`, `params.page in ["a", "b"]`
    private struct Comparison {
        let subject: String
        let name: String
        var number: ExactDecimal?
        var members: Set<String> = []

        init?(_ text: String) {
            guard let expression = try? Parser.parseExpression(SourceFile(name: "", text: text)), !expression.isNegated,
                expression.withs.isEmpty, case .call(let call) = expression.kind, call.arguments.count == 2
            else { return nil }
            let (left, right) = (call.arguments[0], call.arguments[1])
            guard case .ref = left.kind else { return nil }
            subject = Printer.print(left)
            name = call.name
            switch (name, right.kind) {
            case ("lt", .number(let text)), ("lte", .number(let text)), ("gt", .number(let text)),
                ("gte", .number(let text)):
                number = ExactDecimal(text)
            case ("internal.member_2", .array(let items)), ("internal.member_2", .set(let items)):
                members = Set(items.map { Printer.print($0) })
            default: return nil
            }
        }

        func relation(to new: Comparison) -> ConditionRelation? {
            guard subject == new.subject else { return nil }
            if name == "internal.member_2", new.name == name {
                return members.isSubset(of: new.members)
                    ? .weaker : members.isSuperset(of: new.members) ? .stronger : .unknown
            }
            guard let a = number, let b = new.number, let isAbove = Self.isAbove[name],
                Self.isAbove[new.name] == isAbove
            else { return nil }
            if a == b { return name == new.name ? .same : name.count < new.name.count ? .weaker : .stronger }
            return (a < b) == isAbove ? .stronger : .weaker
        }

        private static let isAbove = ["gt": true, "gte": true, "lt": false, "lte": false]
    }
}
