public import RegoSyntax

/// What the policies say about calls of one tool by one agent, in words and in the order in which it is looked at.
public struct PolicyExplanation: Sendable {
    public struct Line: Sendable, Equatable {
        /// `guard`, `deny`, `approval`, `permit`, `sanitize`, `budget`, `rate`, `distinct`
        public let step: String
        public let policy: String
        public let rule: String
        /// As authored: conditions, limits.
        public let text: String
        public let isShadow: Bool
        public let location: SourceLocation
    }

    public let lines: [Line]
    /// Why no call of it can ever pass, if that is so.
    public let obstacle: String?

    /// - Throws: what is wrong in the tree.
    public init(of tree: PolicyTree, agent: String, tool: String) throws(Diagnostics) {
        _ = try PolicyCompiler(tenant: "").compile(tree, isFor: nil)
        let findings = Findings(files: tree.files)
        let catalog = PolicyCatalog(tree, findings: findings)
        guard let caller = catalog.agents.first(where: { $0.name == agent }) else {
            lines = []
            obstacle = Self.unknown("agent", agent, among: catalog.agents.map(\.name))
            return
        }
        guard catalog.tools.contains(where: { $0.name == tool }) else {
            lines = []
            obstacle = Self.unknown("tool", tool, among: catalog.tools.map(\.name))
            return
        }
        let policies = catalog.policies.filter { $0.speaksAbout(agent: agent) && $0.speaksAbout(tool: tool) }
        let all = policies.flatMap { policy in policy.clauses.flatMap { Self.lines($0, of: policy) } }
        let steps = ["guard", "deny", "approval", "permit", "sanitize", "budget", "rate", "distinct"]
        lines = steps.flatMap { step in all.filter { $0.step == step } }
        if !caller.isInScope(tool) {
            obstacle = "the tool `\(tool)` is outside of the scopes of `\(agent)`"
        } else if !policies.contains(where: { $0.canPermit && !$0.isShadow }) {
            obstacle = "no policy permits `\(agent)` to call `\(tool)`"
        } else {
            obstacle = nil
        }
    }

    private static func unknown(_ what: String, _ name: String, among names: [String]) -> String {
        let near = NearMiss.of(name, among: names).map { ": did you mean `\($0)`?" } ?? ""
        return "there is no \(what) `\(name)`\(near)"
    }

    package static func lines(_ clause: PolicyDocument.Clause, of policy: PolicyDocument) -> [Line] {
        func line(_ step: String, _ text: String) -> [Line] {
            [
                Line(
                    step: step, policy: policy.name, rule: clause.name, text: text, isShadow: policy.isShadow,
                    location: clause.location)
            ]
        }
        func list(_ nodes: [LocatedNode]) -> String { nodes.map(written).joined(separator: " and ") }
        switch clause.kind {
        case .effect(let effect): return line(step(of: effect), "every call")
        case .maximumAmount(let limit, let isHard):
            return line(isHard ? "guard" : "approval", "params.amount > \(limit)")
        case .approvalNeeded(let nodes): return line("approval", list(nodes))
        case .sanitize(let sanitizers):
            return line("sanitize", sanitizers.flatMap { $0.detectors.map(\.value) }.joined(separator: ", "))
        case .endpoints, .domains, .require, .deniedCallers, .maximumDepth:
            let node = policy.header.node[name: clause.name]
            return line("guard", "\(clause.name): \(node.map(written) ?? "")")
        case .budget(let window, let money):
            let kept = policy.isRefundable ? "" : ", nothing given back"
            return line(
                "budget", "\(micros(money.micros)) \(money.currency) a \(window.rawValue), per \(policy.per)\(kept)")
        case .rate(let rps, let burst):
            return line("rate", "\(rps) calls a second, \(burst) at once, per \(policy.per)")
        case .distinct(let counts):
            return counts.flatMap {
                line("distinct", "\(written($0.of)): at most \($0.limit) different ones in a session")
            }
        case .rule(let rule):
            return line(step(of: rule.effect), rule.conditions.isEmpty ? "every call" : list(rule.conditions))
        }
    }

    private static func step(of effect: PolicyDocument.Effect) -> String {
        switch effect {
        case .allow: "permit"
        case .deny: "deny"
        case .approvalNeeded: "approval"
        case .sanitize: "sanitize"
        }
    }

    private static func written(_ node: LocatedNode) -> String {
        node.string ?? RegoText.literal(node)
    }

    private static func micros(_ value: Int64) -> String {
        let rest = String(value % 1_000_000)
        let decimals = String(repeating: "0", count: 6 - rest.count) + rest
        var shown = decimals
        while shown.count > 2, shown.hasSuffix("0") { shown.removeLast() }
        return "\(value / 1_000_000).\(shown)"
    }
}
