import PolicyDocuments
import RegoValues

/// The net below the comparisons: whatever differs in the compiled rules and data has to be told by a change of the very
/// thing that it belongs to. What is not is said to be one that may widen, whatever else changed beside it.
struct UntoldDifferences {
    let before: DiffSide
    let after: DiffSide
    let told: [PolicyChange]

    var changes: [PolicyChange] { modules + facts + tables }

    private var modules: [PolicyChange] {
        Set(before.rules.keys).union(after.rules.keys).sorted().compactMap { path -> PolicyChange? in
            guard before.rules[path] != after.rules[path] else { return nil }
            let place = Self.place(of: path)
            let isTold = told.contains { change in
                guard let place else { return change.subject != .text }
                // Words about a policy are in none of its rules; the reason that a rule gives is.
                let isOfWords = change.subject == .text && PolicyComparison.words.contains(change.rule ?? "")
                return change.place == place && !isOfWords
            }
            guard !isTold else { return nil }
            return PolicyChange(
                .mayWiden, .rego, in: place ?? "policies",
                "the rules of `\(path)` differ in a way that cannot be told apart")
        }
    }

    /// What a module was compiled from; nil where it is made from all documents.
    private static func place(of path: String) -> String? {
        for (folder, kind) in [("aegis/policies/", "policy"), ("aegis/tools/", "tool")] where path.hasPrefix(folder) {
            return "\(kind) \(path.dropFirst(folder.count).dropLast(".rego".count))"
        }
        return nil
    }

    private var facts: [PolicyChange] {
        Set(before.facts.keys).union(after.facts.keys).sorted().flatMap { place -> [PolicyChange] in
            let (was, now) = (before.facts[place] ?? [:], after.facts[place] ?? [:])
            let changes = told.filter { $0.place == place && $0.subject != .reach }
            // Of a document that is new or gone one change tells everything.
            if changes.contains(where: \.isWhole) { return [] }
            return Set(was.keys).union(now.keys).sorted().compactMap { field -> PolicyChange? in
                guard was[field] != now[field], !changes.contains(where: { $0.rule == field }) else { return nil }
                return PolicyChange(
                    .mayWiden, .rego, in: place, rule: field, "`\(field)` differs in a way that cannot be told apart",
                    before: was[field], after: now[field])
            }
        }
    }

    private var tables: [PolicyChange] {
        guard before.tables != after.tables, !told.contains(where: { $0.subject != .text }) else { return [] }
        return [
            PolicyChange(
                .mayWiden, .rego, in: "policies", "the compiled tables differ in a way that cannot be told apart")
        ]
    }
}

/// `data.json`, taken apart into what each document says and what follows from all of them.
enum CompiledFacts {
    static func read(_ json: [UInt8], tenant: String?) -> (facts: [String: [String: String]], tables: String) {
        guard let document = try? Document(json: json) else { return ([:], String(decoding: json, as: UTF8.self)) }
        return withExtendedLifetime(document) {
            let aegis = document.root.lookup("aegis")
            var facts: [String: [String: String]] = [:]
            let catalog = aegis.lookup("catalog")
            let kinds = [
                (catalog.lookup("agents"), "agent"), (catalog.lookup("tools"), "tool"),
                (catalog.lookup("approvers"), "approvers"), (catalog.lookup("detectors"), "detector"),
            ]
            for (documents, kind) in kinds {
                for entry in documents.entries {
                    facts["\(kind) \(entry.key.string ?? "")"] = fields(entry.value)
                }
            }
            if let tenant { facts["tenant \(tenant)"] = fields(aegis.lookup("tenant")) }
            return (facts, text(aegis.lookup("tables")))
        }
    }

    private static func fields(_ value: Value) -> [String: String] {
        guard value.kind == .object else { return [:] }
        return Dictionary(
            value.entries.map { ($0.key.string ?? "", text($0.value)) }, uniquingKeysWith: { first, _ in first })
    }

    private static func text(_ value: Value) -> String {
        var bytes: [UInt8] = []
        try? JSONWriter.canonical(value, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
