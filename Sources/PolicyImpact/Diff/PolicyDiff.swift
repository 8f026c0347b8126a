public import RegoSyntax
public import PolicyDocuments

/// What the change from one set of policies to another means: which agents gain or lose which tools, which thresholds moved,
/// which guards, approvals and sanitizers came or went.
///
/// It is sound rather than clever: what it cannot tell to be harmless is said to be one that may widen.
public struct PolicyDiff: Sendable {
    /// An agent that can be permitted to call a tool.
    public struct Pair: Sendable, Hashable, Comparable {
        public let agent: String
        public let tool: String

        public static func < (a: Pair, b: Pair) -> Bool { (a.agent, a.tool) < (b.agent, b.tool) }
    }

    /// Widening ones first.
    public let changes: [PolicyChange]
    public let gained: [Pair]
    public let lost: [Pair]

    /// - Parameters:
    ///   - oldBundle: the files of the bundle that the old tree was taken from, if any: what it enforces is what was compiled.
    ///   - newBundle: likewise for the new one.
    /// - Throws: what is wrong in one of the trees.
    public init(
        from old: PolicyTree, to new: PolicyTree, oldBundle: BundleContent? = nil, newBundle: BundleContent? = nil
    ) throws(Diagnostics) {
        // A folder that names no tenant is looked at as what the bundle beside it would become.
        let tenant = oldBundle?.tenant ?? newBundle?.tenant
        let before = try Self.side(old, oldBundle, of: tenant)
        let after = try Self.side(new, newBundle, of: tenant)
        gained = after.reach.pairs.subtracting(before.reach.pairs).sorted()
        lost = before.reach.pairs.subtracting(after.reach.pairs).sorted()
        var changes = Self.reach(gained, lost, before, after)
        changes += AgentComparison(before: before, after: after).changes
        changes += ToolComparison(before: before, after: after).changes
        changes += PolicyComparison(before: before, after: after).changes
        changes += SettingsComparison(before: before, after: after).changes
        for (which, side) in [("old", before), ("new", after)] where side.isForeign {
            changes.append(
                PolicyChange(
                    .mayWiden, .rego, in: "policies",
                    "the \(which) bundle's rules are not what its documents compile to: what they mean cannot be told"))
        }
        changes += UntoldDifferences(before: before, after: after, told: changes).changes
        self.changes = PolicyChange.Effect.allCases.flatMap { effect in changes.filter { $0.effect == effect } }
    }

    /// What needs to be acknowledged before it is published.
    public var widenings: [PolicyChange] { changes.filter(\.needsAcknowledgement) }

    private static func side(
        _ tree: PolicyTree, _ bundle: BundleContent?, of other: String?
    ) throws(Diagnostics) -> DiffSide {
        let findings = Findings(files: tree.files)
        let catalog = PolicyCatalog(tree, findings: findings)
        let tenant = catalog.tenants.first?.name ?? bundle?.tenant ?? other ?? "default"
        let compiled = try PolicyCompiler(tenant: tenant).compile(tree)
        return DiffSide(catalog, compiled, isForeign: bundle.map { !$0.holds(compiled) } ?? false)
    }

    private static func reach(
        _ gained: [Pair], _ lost: [Pair], _ before: DiffSide, _ after: DiffSide
    ) -> [PolicyChange] {
        func told(
            _ pairs: [Pair], _ effect: PolicyChange.Effect, _ verb: String, _ side: DiffSide
        ) -> [PolicyChange] {
            Dictionary(grouping: pairs, by: \.agent).sorted { $0.key < $1.key }.map { agent, pairs in
                let ways = Dictionary(grouping: pairs.map(\.tool)) { side.reach.way(of: Pair(agent: agent, tool: $0)) }
                let words = ways.sorted { $0.key.rawValue < $1.key.rawValue }.map { way, tools in
                    tools.map { "`\($0)`" }.joined(separator: ", ") + way.words
                }
                return PolicyChange(
                    effect, .reach, in: "agent \(agent)", "`\(agent)` \(verb) \(words.joined(separator: "; "))",
                    before: verb == "gains" ? nil : pairs.map(\.tool).joined(separator: ", "),
                    after: verb == "gains" ? pairs.map(\.tool).joined(separator: ", ") : nil,
                    at: side.agent(agent)?.header.nameLocation)
            }
        }
        let both = before.reach.pairs.intersection(after.reach.pairs)
        let loosened = both.filter { before.reach.way(of: $0) == .approved && after.reach.way(of: $0) == .free }
        let tightened = both.filter { before.reach.way(of: $0) == .free && after.reach.way(of: $0) == .approved }
        var changes = told(gained, .widens, "gains", after)
        for pair in loosened.sorted() {
            changes.append(
                PolicyChange(
                    .widens, .reach, in: "agent \(pair.agent)",
                    "`\(pair.agent)` may call `\(pair.tool)` without an approval, which it needed for every call"))
        }
        changes += told(lost, .narrows, "loses", before)
        for pair in tightened.sorted() {
            changes.append(
                PolicyChange(
                    .narrows, .reach, in: "agent \(pair.agent)",
                    "`\(pair.agent)` needs an approval for every call of `\(pair.tool)`"))
        }
        return changes
    }
}
