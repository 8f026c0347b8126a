import PolicyDocuments
import RegoSyntax

/// What changed in the policies, one by one.
struct PolicyComparison {
    let before: DiffSide
    let after: DiffSide

    var changes: [PolicyChange] {
        let old = Dictionary(before.catalog.policies.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let new = Dictionary(after.catalog.policies.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var changes: [PolicyChange] = []
        for policy in after.catalog.policies {
            changes += old[policy.name].map { compare($0, policy) } ?? whole(policy, isAdded: true)
        }
        for policy in before.catalog.policies where new[policy.name] == nil {
            changes += whole(policy, isAdded: false)
        }
        return changes + order(old, new)
    }

    // MARK: Whole policies

    private func whole(_ policy: PolicyDocument, isAdded: Bool) -> [PolicyChange] {
        let place = "policy \(policy.name)"
        let verb = isAdded ? "came" : "is gone"
        guard !policy.isShadow else {
            return [
                PolicyChange(
                    .neutral, .mode, in: place, "the policy \(verb); it is in shadow and decides nothing",
                    at: policy.header.nameLocation)
            ]
        }
        let changes = policy.clauses.flatMap { comparison(policy, policy).appeared($0, isAdded: isAdded) }
        return changes + custom(isAdded ? nil : policy, isAdded ? policy : nil)
    }

    private func comparison(_ old: PolicyDocument, _ new: PolicyDocument) -> ClauseComparison {
        ClauseComparison(old: old, new: new, before: before, after: after)
    }

    private func compare(_ old: PolicyDocument, _ new: PolicyDocument) -> [PolicyChange] {
        if old.isShadow && new.isShadow {
            guard
                RegoText.literal(old.header.node) != RegoText.literal(new.header.node)
                    || before.custom(of: old) != after.custom(of: new)
            else { return [] }
            return [
                PolicyChange(
                    .neutral, .mode, in: "policy \(new.name)",
                    "the policy changed; it is in shadow and decides nothing",
                    at: new.header.nameLocation)
            ]
        }
        if old.isShadow != new.isShadow {
            let words =
                new.isShadow ? "the policy went into shadow: it decides nothing any more" : "the policy is enforced"
            return [
                PolicyChange(
                    .neutral, .mode, in: "policy \(new.name)", words, before: old.isShadow ? "shadow" : "enforce",
                    after: new.isShadow ? "shadow" : "enforce", at: new.header.nameLocation)
            ] + whole(new.isShadow ? old : new, isAdded: old.isShadow)
        }
        let clauses = comparison(old, new)
        var changes = coverage(old, new)
        for clause in new.clauses {
            if let was = old.clauses.first(where: { $0.name == clause.name }) {
                changes += clauses.compare(was, clause)
            } else {
                changes += clauses.appeared(clause, isAdded: true)
            }
        }
        for clause in old.clauses where !new.clauses.contains(where: { $0.name == clause.name }) {
            changes += clauses.appeared(clause, isAdded: false)
        }
        if let file = new.regoFile, old.regoFile != nil {
            // Its `approval_needed` rules ask with the terms of the policy.
            changes += ApprovalComparison(place: "policy \(new.name)", rule: "rego", location: file.location).changes(
                from: old.approval ?? PolicyDocument.Approval(), to: new.approval ?? PolicyDocument.Approval())
        }
        changes += custom(old, new) + fields(old, new)
        return changes + untold(old, new, changes)
    }

    /// Fields and rules that differ, of which nothing was told although the compiled rules differ.
    private func untold(_ old: PolicyDocument, _ new: PolicyDocument, _ told: [PolicyChange]) -> [PolicyChange] {
        let path = "aegis/policies/\(new.name).rego"
        guard before.rules[path] != after.rules[path] else { return [] }
        func clauses(_ policy: PolicyDocument) -> [String: String] {
            let node = policy.header.node
            let rules = (node[name: "rules"]?.elements ?? []).map {
                ($0[name: "name"]?.string ?? "", RegoText.literal($0))
            }
            let fields = node.entries.filter { !Self.compared.contains($0.key) && !Self.words.contains($0.key) }
            return Dictionary(
                rules + fields.map { ($0.key, RegoText.literal($0.value)) }, uniquingKeysWith: { $0 + $1 })
        }
        let (was, now) = (clauses(old), clauses(new))
        return Set(was.keys).union(now.keys).sorted().compactMap { name -> PolicyChange? in
            guard was[name] != now[name], !told.contains(where: { $0.rule == name }) else { return nil }
            return PolicyChange(
                .mayWiden, .rego, in: "policy \(new.name)", rule: name,
                "`\(name)` changed: what that means cannot be told",
                before: was[name], after: now[name], at: new.header.nameLocation)
        }
    }

    // MARK: What a policy speaks about

    /// The agents and tools that a policy speaks about, by all names that either side knows.
    private func coverage(_ old: PolicyDocument, _ new: PolicyDocument) -> [PolicyChange] {
        let agents = Set((before.catalog.agents + after.catalog.agents).map(\.name))
        let tools = Set((before.catalog.tools + after.catalog.tools).map(\.name))
        return [
            ("agent", agents.filter(old.speaksAbout(agent:)), agents.filter(new.speaksAbout(agent:))),
            ("tool", tools.filter(old.speaksAbout(tool:)), tools.filter(new.speaksAbout(tool:))),
        ].flatMap { what, was, now -> [PolicyChange] in
            let gained = now.subtracting(was).sorted()
            let lost = was.subtracting(now).sorted()
            var changes: [PolicyChange] = []
            if !gained.isEmpty {
                changes.append(
                    PolicyChange(
                        new.canPermit ? .widens : .narrows, .coverage, in: "policy \(new.name)",
                        "it also speaks about the \(what)s \(Self.listed(gained))",
                        after: gained.joined(separator: ", "),
                        at: new.header.nameLocation))
            }
            if !lost.isEmpty {
                changes.append(
                    PolicyChange(
                        old.restricts ? .widens : .narrows, .coverage, in: "policy \(new.name)",
                        "it does not speak about the \(what)s \(Self.listed(lost)) any more",
                        before: lost.joined(separator: ", "), at: new.header.nameLocation))
            }
            return changes
        }
    }

    static func listed(_ names: [String]) -> String { names.map { "`\($0)`" }.joined(separator: ", ") }

    // MARK: The rest of a policy

    private func custom(_ old: PolicyDocument?, _ new: PolicyDocument?) -> [PolicyChange] {
        let was = old.flatMap { before.custom(of: $0) }
        let now = new.flatMap { after.custom(of: $0) }
        guard was != now, let policy = new ?? old else { return [] }
        return [
            PolicyChange(
                .mayWiden, .rego, in: "policy \(policy.name)", rule: "rego",
                "its hand-written Rego \(was == nil ? "came" : now == nil ? "is gone" : "changed"): what that means cannot be told",
                at: policy.regoFile?.location ?? policy.header.nameLocation)
        ]
    }

    private static let compared: Set = ["agents", "tools", "rules", "rego", "mode", "approval", "burst", "name"]
    /// Fields that no rule is compiled from.
    static let words: Set = ["aegis", "kind", "description", "owner", "labels", "controls"]

    /// Fields that are no clause.
    private func fields(_ old: PolicyDocument, _ new: PolicyDocument) -> [PolicyChange] {
        let clauses = Set((old.clauses + new.clauses).map(\.name))
        let names = Set((old.header.node.entries + new.header.node.entries).map(\.key))
        return names.subtracting(Self.compared).subtracting(clauses).sorted().compactMap { name -> PolicyChange? in
            let was = old.header.node[name: name].map(RegoText.literal)
            let now = new.header.node[name: name].map(RegoText.literal)
            guard was != now else { return nil }
            let isText = Self.words.contains(name)
            return PolicyChange(
                isText ? .neutral : .mayWiden, isText ? .text : .budget, in: "policy \(new.name)", rule: name,
                "`\(name)` changed", before: was, after: now,
                at: new.header.node.entry(name)?.keyLocation ?? new.header.nameLocation)
        }
    }

    /// The first policy that asks says who approves.
    private func order(_ old: [String: PolicyDocument], _ new: [String: PolicyDocument]) -> [PolicyChange] {
        func asking(_ side: DiffSide, _ others: [String: PolicyDocument]) -> [String] {
            side.catalog.policies.filter { policy in
                !policy.isShadow && policy.mayAsk && others[policy.name].map { !$0.isShadow && $0.mayAsk } ?? false
            }.map(\.name)
        }
        let (was, now) = (asking(before, new), asking(after, old))
        guard was != now else { return [] }
        return [
            PolicyChange(
                .mayWiden, .order, in: "policies",
                "policies that ask for approvals come in another order, and the first one says who approves",
                before: was.joined(separator: ", "), after: now.joined(separator: ", "))
        ]
    }
}

extension PolicyDocument {
    /// Whether it may ask for an approval.
    fileprivate var mayAsk: Bool { clauses.contains(where: \.asksForApproval) || regoFile != nil }

    /// Whether it says of some call that it may not pass as it is.
    fileprivate var restricts: Bool {
        regoFile != nil
            || clauses.contains { clause in
                switch clause.kind {
                case .effect(.allow): false
                case .rule(let rule): rule.effect != .allow
                default: true
                }
            }
    }
}

extension DiffSide {
    /// The text of the Rego file that a policy names.
    fileprivate func custom(of policy: PolicyDocument) -> String? {
        guard let name = policy.regoFile?.value else { return nil }
        let folder = policy.header.node.location.file.split(separator: "/").dropLast()
        let path = (folder + name.split(separator: "/").filter { $0 != "." }).joined(separator: "/")
        return catalog.tree.files.first { $0.name == path }.map { String(decoding: $0.text, as: UTF8.self) }
    }
}
