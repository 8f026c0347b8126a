import PolicyDocuments

/// Who can ever be permitted to call what: an enforced policy permits it, the agent's scopes hold it, and nothing denies
/// every such call.
struct Reach: Sendable {
    /// How a call of a pair passes, at its easiest.
    enum Way: String, Sendable {
        /// Without a condition.
        case free
        /// Under conditions.
        case conditional
        /// With an approval only.
        case approved

        var words: String {
            switch self {
            case .free: ""
            case .conditional: " under conditions"
            case .approved: " with an approval"
            }
        }
    }

    private var ways: [PolicyDiff.Pair: Way] = [:]

    init(_ catalog: PolicyCatalog) {
        var denied: Set<PolicyDiff.Pair> = []
        var held: Set<PolicyDiff.Pair> = []
        for policy in catalog.policies where !policy.isShadow {
            let way = Self.way(of: policy)
            let denies = policy.clauses.contains(where: \.deniesEveryCall)
            let holds = policy.clauses.contains(where: \.holdsEveryCall)
            guard way != nil || denies || holds else { continue }
            for pair in Self.pairs(of: policy, in: catalog) {
                if denies { denied.insert(pair) }
                if holds { held.insert(pair) }
                if let way { ways[pair] = ways[pair].map { Self.easier($0, way) } ?? way }
            }
        }
        for pair in denied { ways[pair] = nil }
        for pair in held where ways[pair] != nil { ways[pair] = .approved }
    }

    var pairs: Set<PolicyDiff.Pair> { Set(ways.keys) }

    func way(of pair: PolicyDiff.Pair) -> Way { ways[pair] ?? .conditional }

    func isFree(_ pair: PolicyDiff.Pair) -> Bool { ways[pair] == .free }

    func reaches(_ pair: PolicyDiff.Pair) -> Bool { ways[pair] != nil }

    /// The agents and tools that a policy speaks about, within the agents' scopes.
    static func pairs(of policy: PolicyDocument, in catalog: PolicyCatalog) -> [PolicyDiff.Pair] {
        let tools = catalog.tools(of: policy).map(\.name)
        return catalog.agents.filter { policy.speaksAbout(agent: $0.name) }.flatMap { agent in
            tools.filter(agent.isInScope).map { PolicyDiff.Pair(agent: agent.name, tool: $0) }
        }
    }

    private static func easier(_ a: Way, _ b: Way) -> Way {
        if a == .free || b == .free { return .free }
        return a == .conditional || b == .conditional ? .conditional : .approved
    }

    private static func way(of policy: PolicyDocument) -> Way? {
        var best: Way? = policy.regoFile == nil ? nil : .conditional
        for clause in policy.clauses {
            let way: Way?
            switch clause.kind {
            case .effect(.allow): way = .free
            case .rule(let rule) where rule.effect == .allow: way = rule.conditions.isEmpty ? .free : .conditional
            default: way = clause.asksForApproval ? .approved : nil
            }
            if let way { best = best.map { easier($0, way) } ?? way }
        }
        return best
    }
}

extension PolicyDocument.Clause {
    fileprivate var deniesEveryCall: Bool {
        switch kind {
        case .effect(.deny): true
        case .rule(let rule): rule.effect == .deny && rule.conditions.isEmpty
        default: false
        }
    }

    fileprivate var holdsEveryCall: Bool {
        switch kind {
        case .effect(.approvalNeeded): true
        case .rule(let rule): rule.effect == .approvalNeeded && rule.conditions.isEmpty
        case .approvalNeeded(let conditions): conditions.allSatisfy { $0.boolean == true }
        default: false
        }
    }
}
