import PolicyDocuments
import RegoSyntax

/// What changed in who may call.
struct AgentComparison {
    let before: DiffSide
    let after: DiffSide

    var changes: [PolicyChange] {
        var changes: [PolicyChange] = []
        for agent in after.catalog.agents {
            if let old = before.agent(agent.name) {
                changes += compare(old, agent)
            } else {
                let acts = agent.mayActAs.map(\.value.text)
                changes.append(
                    PolicyChange(
                        acts.isEmpty ? .neutral : .widens, .agent, in: "agent \(agent.name)",
                        "the agent is new; what it can call is told apart"
                            + (acts.isEmpty ? "" : ", and it may call for \(PolicyComparison.listed(acts))"),
                        at: agent.header.nameLocation, isWhole: true))
            }
        }
        for agent in before.catalog.agents where after.agent(agent.name) == nil {
            changes.append(
                PolicyChange(
                    .narrows, .agent, in: "agent \(agent.name)", "the agent is gone: its calls are not known any more",
                    at: agent.header.nameLocation, isWhole: true))
        }
        return changes
    }

    private func compare(_ old: AgentDocument, _ new: AgentDocument) -> [PolicyChange] {
        let tools = Set((before.catalog.tools + after.catalog.tools).map(\.name))
        let agents = Set((before.catalog.agents + after.catalog.agents).map(\.name))
        func reached(_ globs: [Located<NameGlob>], among names: Set<String>) -> Set<String> {
            names.filter { name in globs.contains { $0.value.matches(name) } }
        }
        func sets(
            _ a: Set<String>, _ b: Set<String>, _ more: String, _ less: String, _ field: String
        ) -> [PolicyChange] {
            [(b.subtracting(a), PolicyChange.Effect.widens, more), (a.subtracting(b), .narrows, less)].compactMap {
                names, effect, words -> PolicyChange? in
                guard !names.isEmpty else { return nil }
                return PolicyChange(
                    effect, .agent, in: "agent \(new.name)", rule: field,
                    "`\(new.name)` \(words) \(PolicyComparison.listed(names.sorted()))",
                    before: a.sorted().joined(separator: ", "), after: b.sorted().joined(separator: ", "),
                    at: new.header.node.entry(field)?.keyLocation ?? new.header.nameLocation)
            }
        }
        var changes = sets(
            Set(old.identities.map(\.value)), Set(new.identities.map(\.value)), "can also prove itself by",
            "cannot prove itself any more by", "identities")
        changes += sets(
            reached(old.scopes, among: tools), reached(new.scopes, among: tools), "has in its scopes",
            "has no more in its scopes", "scopes")
        changes += sets(
            reached(old.acceptsFrom, among: agents), reached(new.acceptsFrom, among: agents),
            "also accepts calls from", "accepts no calls any more from", "accepts_from")
        changes += sets(
            reached(old.mayActAs, among: agents), reached(new.mayActAs, among: agents), "may also call for",
            "may not call any more for", "may_act_as")
        return changes
            + FieldComparison(before: before, after: after, place: "agent \(new.name)", subject: .agent).rest(
                old.header, new.header, known: ["identities", "scopes", "accepts_from", "may_act_as"],
                meanings: ["owner": "who answers for an agent may not approve its calls, and this is somebody else now"]
            )
    }
}

/// Fields that have no comparison of their own: texts change nothing, and of everything else that cannot be told.
struct FieldComparison {
    let before: DiffSide
    let after: DiffSide
    let place: String
    let subject: PolicyChange.Subject

    static let texts: Set = ["aegis", "kind", "name", "description", "controls"]

    func rest(
        _ old: DocumentHeader, _ new: DocumentHeader, known: Set<String>, meanings: [String: String] = [:]
    ) -> [PolicyChange] {
        let names = Set((old.node.entries + new.node.entries).map(\.key)).subtracting(known)
        return names.sorted().compactMap { name -> PolicyChange? in
            let was = old.node[name: name].map(RegoText.literal)
            let now = new.node[name: name].map(RegoText.literal)
            guard was != now else { return nil }
            let isHarmless =
                Self.texts.contains(name) || (name == "labels" && !before.readsLabels && !after.readsLabels)
                || (name == "owner" && meanings[name] == nil)
            let words = meanings[name].map { "`\(name)` changed: \($0)" } ?? "`\(name)` changed"
            return PolicyChange(
                isHarmless ? .neutral : .mayWiden, isHarmless ? .text : subject, in: place, rule: name, words,
                before: was, after: now, at: new.node.entry(name)?.keyLocation ?? new.nameLocation)
        }
    }
}
