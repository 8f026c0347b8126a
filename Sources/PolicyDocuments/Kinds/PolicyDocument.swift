package import RegoSyntax

/// A policy as a list of clauses in the order they were written: each shorthand and each rule is one.
package struct PolicyDocument: Sendable {
    package enum Effect: String, Sendable {
        case allow, deny, approvalNeeded = "approval_needed", sanitize
    }

    package enum Window: String, Sendable, CaseIterable {
        case hour, day, month, total

        package var field: String {
            switch self {
            case .hour: "hourly_budget"
            case .day: "daily_budget"
            case .month: "monthly_budget"
            case .total: "total_budget"
            }
        }
    }

    package struct Clause: Sendable {
        package enum Kind: Sendable {
            /// What holds for all calls that the policy speaks about.
            case effect(Effect)
            case maximumAmount(String, isHard: Bool)
            case approvalNeeded([LocatedNode])
            case sanitize([Sanitizer])
            case endpoints([Endpoint])
            case domains([DomainGlob])
            case require([LocatedNode.Entry])
            case deniedCallers([Located<NameGlob>])
            case maximumDepth(Int)
            case budget(Window, Money)
            case rate(rps: String, burst: Int)
            case distinct([Distinct])
            case rule(Rule)
        }

        /// What decisions call it.
        package let name: String
        package let kind: Kind
        package let location: SourceLocation
    }

    package struct Rule: Sendable {
        package let effect: Effect
        package let conditions: [LocatedNode]
        package let reason: String?
        package let approval: Approval?
        package let sanitizers: [Sanitizer]
    }

    /// How many different values of something a session may have.
    package struct Distinct: Sendable {
        package let of: LocatedNode
        package let limit: Int
    }

    package struct Approval: Sendable {
        package var approvers: [String] = []
        package var quorum = 1
        package var expiresAfter = 1800
        package var notify: [String] = []
        /// In seconds; nil: it never does.
        package var escalateAfter: Int?
        package var escalateTo: [String] = []

        package init() {}
    }

    package struct Sanitizer: Sendable {
        package let detectors: [Located<String>]
        package let paths: [Located<String>]
        /// Nil: what the detector says.
        package let action: String?
        package let isOnResult: Bool
    }

    package let header: DocumentHeader
    package let isShadow: Bool
    package let agents: [Located<NameGlob>]
    /// Nil: all tools.
    package let tools: [Located<NameGlob>]?
    package let clauses: [Clause]
    package let approval: Approval?
    package let per: String
    package let cost: LocatedNode?
    /// What was reserved and not spent goes back when the agent says so.
    package let isRefundable: Bool
    package let regoFile: Located<String>?

    package var name: String { header.name }

    package init(_ header: DocumentHeader) {
        self.header = header
        let node = header.node
        isShadow = node[name: "mode"]?.string == "shadow"
        agents = NameGlob.list(node[name: "agents"])
        tools = node[name: "tools"].map(NameGlob.list)
        approval = node[name: "approval"].map(Self.approval)
        per = node[name: "per"]?.string ?? "agent"
        cost = node[name: "cost"]
        isRefundable = node[name: "refund"]?.string != "never"
        regoFile = node[name: "rego"].flatMap { file in file.string.map { Located($0, at: file.location) } }
        clauses = node.entries.flatMap { Self.clauses($0, in: node) }
    }

    private static func clauses(_ entry: LocatedNode.Entry, in policy: LocatedNode) -> [Clause] {
        if entry.key == "rules" { return entry.value.elements.compactMap(rule) }
        guard let kind = shorthand(entry.key, entry.value, in: policy) else { return [] }
        return [Clause(name: entry.key, kind: kind, location: entry.keyLocation)]
    }

    private static func shorthand(_ name: String, _ value: LocatedNode, in policy: LocatedNode) -> Clause.Kind? {
        switch name {
        case "effect": return value.string.flatMap(Effect.init).map(Clause.Kind.effect)
        case "max_amount", "hard_max_amount":
            guard case .number(let text) = value.kind else { return nil }
            return .maximumAmount(text, isHard: name == "hard_max_amount" || policy[name: "approval_needed"] == nil)
        case "approval_needed": return .approvalNeeded(conditions(value))
        case "sanitize": return .sanitize(value.elements.map(sanitizer))
        case "allowed_endpoints": return .endpoints(value.strings.compactMap { Endpoint($0.value) })
        case "allowed_domains": return .domains(value.strings.compactMap { DomainGlob($0.value) })
        case "require": return .require(value.entries)
        case "denied_callers": return .deniedCallers(NameGlob.list(value))
        case "max_chain_depth": return value.integer.map(Clause.Kind.maximumDepth)
        case "max_distinct":
            return .distinct(
                value.elements.compactMap { element in
                    guard let of = element[name: "of"], let limit = element[name: "limit"]?.integer else { return nil }
                    return Distinct(of: of, limit: limit)
                })
        case "rps":
            guard case .number(let text) = value.kind, let rate = ExactDecimal(text) else { return nil }
            let whole = rate.isInteger ? rate.scaled(by: 0) : Int64(text.prefix { $0 != "." }).map { $0 + 1 }
            return .rate(rps: text, burst: policy[name: "burst"]?.integer ?? Int(max(whole ?? 1, 1)))
        default:
            guard let window = Window.allCases.first(where: { $0.field == name }) else { return nil }
            return value.string.flatMap(Money.init).map { .budget(window, $0) }
        }
    }

    private static func rule(_ node: LocatedNode) -> Clause? {
        guard let name = node[name: "name"]?.string, let effect = node[name: "effect"]?.string.flatMap(Effect.init)
        else {
            return nil
        }
        let rule = Rule(
            effect: effect, conditions: node[name: "when"].map(conditions) ?? [], reason: node[name: "reason"]?.string,
            approval: node[name: "approval"].map(approval),
            sanitizers: (node[name: "sanitize"]?.elements ?? []).map(sanitizer))
        return Clause(name: name, kind: .rule(rule), location: node.location)
    }

    private static func conditions(_ node: LocatedNode) -> [LocatedNode] {
        if case .list(let elements) = node.kind { elements } else { [node] }
    }

    private static func approval(_ node: LocatedNode) -> Approval {
        var result = Approval()
        result.approvers = node[name: "approvers"]?.strings.map(\.value) ?? []
        result.quorum = node[name: "quorum"]?.integer ?? 1
        result.expiresAfter = node[name: "expires_after"]?.string.flatMap { WholeDuration($0)?.seconds } ?? 1800
        result.notify = node[name: "notify"]?.strings.map(\.value) ?? []
        result.escalateAfter = node[name: "escalate_after"]?.string.flatMap { WholeDuration($0)?.seconds }
        result.escalateTo = node[name: "escalate_to"]?.strings.map(\.value) ?? []
        return result
    }

    private static func sanitizer(_ node: LocatedNode) -> Sanitizer {
        Sanitizer(
            detectors: node[name: "detectors"]?.strings ?? [], paths: node[name: "paths"]?.strings ?? [],
            action: node[name: "action"]?.string, isOnResult: node[name: "on"]?.string == "result")
    }
}

extension PolicyDocument {
    /// Whether some clause can permit a call; a `rego` file may.
    package var canPermit: Bool {
        clauses.contains { clause in
            switch clause.kind {
            case .effect(.allow), .effect(.approvalNeeded), .approvalNeeded: true
            case .maximumAmount(_, let isHard): !isHard
            case .rule(let rule): rule.effect == .allow || rule.effect == .approvalNeeded
            default: false
            }
        } || regoFile != nil
    }

    package func speaksAbout(agent: String) -> Bool { agents.contains { $0.value.matches(agent) } }

    package func speaksAbout(tool: String) -> Bool { tools?.contains { $0.value.matches(tool) } ?? true }
}
