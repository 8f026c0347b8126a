import PolicyDocuments
import RegoSyntax

/// What changed in which parameters a tool accepts. Bounds, lists of values and required members are understood; of every
/// other keyword it cannot be told.
struct SchemaComparison {
    let place: String
    let location: SourceLocation

    private static let upper: Set = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"]
    private static let lower: Set = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"]
    private static let notes: Set = [
        "title", "description", "examples", "deprecated", "readOnly", "writeOnly", "$comment",
    ]

    func changes(from old: LocatedNode?, to new: LocatedNode?) -> [PolicyChange] {
        switch (old, new) {
        case (nil, nil): []
        case (nil, let new?): [change(.narrows, "parameters are checked", nil, RegoText.literal(new), new)]
        case (let old?, nil): [change(.widens, "parameters are not checked any more", RegoText.literal(old), nil, old)]
        case (let old?, let new?): compare(old, new, "params")
        }
    }

    private func compare(_ old: LocatedNode, _ new: LocatedNode, _ path: String) -> [PolicyChange] {
        let keys = Set((old.entries + new.entries).map(\.key)).sorted()
        return keys.flatMap { key -> [PolicyChange] in
            let (was, now) = (old[name: key], new[name: key])
            guard was.map(RegoText.literal) != now.map(RegoText.literal) else { return [] }
            return compare(key, was, now, path, new)
        }
    }

    private func compare(
        _ key: String, _ was: LocatedNode?, _ now: LocatedNode?, _ path: String, _ schema: LocatedNode
    ) -> [PolicyChange] {
        func told(_ effect: PolicyChange.Effect, _ words: String) -> [PolicyChange] {
            [change(effect, "`\(path)`: \(words)", was.map(RegoText.literal), now.map(RegoText.literal), now ?? schema)]
        }
        func bound(isUpper: Bool) -> [PolicyChange] {
            guard let a = was?.number, let b = now?.number else {
                return told(now == nil ? .widens : .narrows, "`\(key)` \(now == nil ? "is gone" : "came")")
            }
            return told((b > a) == isUpper ? .widens : .narrows, "`\(key)` was \(b > a ? "raised" : "lowered")")
        }
        func members(_ node: LocatedNode?) -> Set<String> { Set((node?.elements ?? []).map(RegoText.literal)) }
        switch key {
        case _ where Self.notes.contains(key): return told(.neutral, "`\(key)` changed")
        case _ where Self.upper.contains(key): return bound(isUpper: true)
        case _ where Self.lower.contains(key): return bound(isUpper: false)
        case "required":
            let isMore = members(now).isSuperset(of: members(was))
            return told(
                isMore ? .narrows : .widens, isMore ? "more members are required" : "fewer members are required")
        case "enum":
            guard was != nil, now != nil else {
                return told(now == nil ? .widens : .narrows, "`enum` \(now == nil ? "is gone" : "came")")
            }
            let isFewer = members(now).isSubset(of: members(was))
            return told(
                isFewer ? .narrows : .widens, isFewer ? "fewer values are accepted" : "more values are accepted")
        case "additionalProperties" where now?.boolean == false && was?.boolean != false:
            return told(.narrows, "members that are not declared are refused")
        case "properties":
            return properties(was, now, path, schema)
        default: return told(.mayWiden, "`\(key)` changed")
        }
    }

    /// A member that is declared is checked; one that is not is accepted unless the schema says otherwise.
    private func properties(
        _ was: LocatedNode?, _ now: LocatedNode?, _ path: String, _ schema: LocatedNode
    ) -> [PolicyChange] {
        let names = Set(((was?.entries ?? []) + (now?.entries ?? [])).map(\.key)).sorted()
        return names.flatMap { name -> [PolicyChange] in
            let below = "\(path).\(name)"
            switch (was?[name: name], now?[name: name]) {
            case (let a?, let b?): return compare(a, b, below)
            case (nil, let b?):
                return [change(.mayWiden, "`\(below)` is declared now", nil, RegoText.literal(b), b)]
            case (let a?, nil):
                let isRefused = schema[name: "additionalProperties"]?.boolean == false
                return [
                    change(
                        isRefused ? .narrows : .widens,
                        isRefused ? "`\(below)` is refused" : "`\(below)` is not checked any more", RegoText.literal(a),
                        nil, schema)
                ]
            case (nil, nil): return []
            }
        }
    }

    private func change(
        _ effect: PolicyChange.Effect, _ words: String, _ before: String?, _ after: String?, _ node: LocatedNode
    ) -> PolicyChange {
        PolicyChange(
            effect, .parameters, in: place, rule: "parameters", words, before: before, after: after, at: node.location)
    }
}
