/// Writes `data.json`: the catalog, and the tables that find the policies for an agent and a tool without looking at the
/// others. Agents that the same policies name form a class, and so do tools.
struct TableWriter {
    let catalog: PolicyCatalog
    let tenant: String

    func write() -> String {
        JSONText.object([
            .init(
                name: "aegis",
                value: .object(
                    [.init(name: "catalog", value: catalogJSON), .init(name: "tables", value: tables)] + settings))
        ]).text() + "\n"
    }

    private var catalogJSON: JSONText {
        .object([
            .init(name: "tenant", value: .string(tenant)),
            .init(name: "schema_version", value: .integer(1)),
            .init(name: "agents", value: .byName(catalog.agents.map { ($0.name, $0.json) })),
            .init(name: "tools", value: .byName(catalog.tools.map { ($0.name, $0.json) })),
            .init(name: "detectors", value: .byName(catalog.detectors.map { ($0.name, $0.json) })),
            .init(
                name: "approvers",
                value: .byName(
                    catalog.approvers.map {
                        ($0.name, Self.settings($0, ["members", "for_risk", "pending_per_agent", "daily_per_agent"]))
                    })),
        ])
    }

    /// What the tenant sets for itself.
    private var settings: [JSONText.Member] { retention + tenantSettings }

    /// The retention class of each policy that names one.
    private var retention: [JSONText.Member] {
        let named = catalog.policies.compactMap { policy in
            policy.header.node[name: "retention"].map { (policy.name, JSONText.literal($0)) }
        }
        return named.isEmpty ? [] : [.init(name: "retention", value: .byName(named))]
    }

    private var tenantSettings: [JSONText.Member] {
        guard let document = catalog.tenants.first else { return [] }
        return [
            .init(
                name: "tenant",
                value: Self.settings(
                    document,
                    [
                        "mode", "time_zone", "pending_approvals_per_agent", "daily_approvals_per_agent", "stale_after",
                        "when_stale", "retention", "sessions",
                    ]))
        ]
    }

    private static func settings(_ header: DocumentHeader, _ names: [String]) -> JSONText {
        .object(names.compactMap { name in header.node[name: name].map { .init(name: name, value: .literal($0)) } })
    }

    // MARK: Tables

    private var tables: JSONText {
        let policies = Array(catalog.policies.enumerated())
        let agents = Classes(
            catalog.agentNames, prefix: "a",
            of: policies.filter { !$0.element.isForAllAgents }.map { ($0.offset, catalog.agentPlaces(of: $0.element)) })
        let tools = Classes(
            catalog.toolNames, prefix: "t",
            of: policies.filter { !$0.element.isForAllTools }.map { ($0.offset, catalog.toolPlaces(of: $0.element)) })
        let entries = policies.map { Self.entry($0.offset, $0.element) }
        func listed(_ isIncluded: (PolicyDocument) -> Bool, among offsets: [Int]) -> JSONText? {
            let kept = offsets.filter { isIncluded(catalog.policies[$0]) }
            return kept.isEmpty ? nil : .list(kept.map { entries[$0] })
        }
        let everywhere = listed({ $0.isForAllAgents && $0.isForAllTools }, among: policies.map(\.offset))
        let byAgent = agents.members.compactMapValues { listed(\.isForAllTools, among: $0) }
        let byTool = tools.members.compactMapValues { listed(\.isForAllAgents, among: $0) }
        // From the policies, since most classes have none in common.
        let (agentClasses, toolClasses) = (agents.byPolicy, tools.byPolicy)
        var pairs: [String: [String: [JSONText]]] = [:]
        for (offset, entry) in entries.enumerated() {
            for agent in agentClasses[offset] ?? [] {
                for tool in toolClasses[offset] ?? [] { pairs[agent, default: [:]][tool, default: []].append(entry) }
            }
        }
        let byPair = pairs.mapValues { JSONText.sorted($0.mapValues(JSONText.list)) }
        return .object(
            [
                .init(name: "everywhere", value: everywhere ?? .list([])),
                .init(name: "by_agent", value: .sorted(byAgent)),
                .init(name: "by_tool", value: .sorted(byTool)),
                .init(name: "by_pair", value: .sorted(byPair)),
                .init(name: "agent_class", value: .sorted(agents.classOf.mapValues(JSONText.string))),
                .init(name: "tool_class", value: .sorted(tools.classOf.mapValues(JSONText.string))),
                .init(name: "result_tools", value: Self.marks(toolsWithCheckedResults)),
                .init(name: "http_tools", value: Self.marks(catalog.tools.filter(\.hasHTTP).map(\.name))),
                .init(name: "named_hosts", value: Self.marks(namedHosts)),
            ] + authority)
    }

    /// The tools of whose results some enforced policy takes something out, or may.
    private var toolsWithCheckedResults: [String] {
        let policies = catalog.policies.filter { policy in
            !policy.isShadow
                && (policy.sanitizers.contains(where: \.isOnResult) || catalog.mayRedactResults(byRegoOf: policy))
        }
        var isChecked = [Bool](repeating: false, count: catalog.tools.count)
        for policy in policies where isChecked.contains(false) {
            for tool in catalog.toolPlaces(of: policy) { isChecked[tool] = true }
        }
        return zip(catalog.toolNames.names, isChecked).filter(\.1).map(\.0)
    }

    /// Hosts that a tool's `match` or an `allowed_domains` names in full.
    private var namedHosts: [String] {
        let matched = catalog.tools.flatMap { $0.header.node[name: "match"]?.elements ?? [] }
            .compactMap { $0[name: "http"]?[name: "host"]?.string?.lowercased() }
        let allowed = catalog.policies.flatMap { $0.header.node[name: "allowed_domains"]?.strings ?? [] }
        return Set(matched + allowed.map { $0.value.lowercased() }).filter { !$0.contains("*") }.sorted()
    }

    /// Who may call what, and through whom.
    private var authority: [JSONText.Member] {
        var scopes: [String: JSONText] = [:]
        var scopeClass: [String: JSONText] = [:]
        var classes: [[String]: String] = [:]
        for agent in catalog.agents {
            let reach = Self.reach(agent.scopes, catalog.toolNames)
            let name = classes[reach] ?? "s\(classes.count)"
            classes[reach] = name
            scopes[name] = Self.marks(reach)
            scopeClass[agent.name] = .string(name)
        }
        return [
            .init(name: "scopes", value: .sorted(scopes)),
            .init(name: "scope_class", value: .sorted(scopeClass)),
            .init(name: "accepts", value: agents(\.acceptsFrom)),
            .init(name: "acts_as", value: agents(\.mayActAs)),
            .init(name: "approvers_for_risk", value: .sorted(catalog.approversForRisk.mapValues(JSONText.strings))),
        ]
    }

    /// For each agent that names some, the agents that its globs reach; `*` for all.
    private func agents(_ globs: (AgentDocument) -> [Located<NameGlob>]) -> JSONText {
        let rows = catalog.agents.compactMap { agent -> (String, JSONText)? in
            let globs = globs(agent)
            return globs.isEmpty ? nil : (agent.name, Self.marks(Self.reach(globs, catalog.agentNames)))
        }
        return .byName(rows)
    }

    /// The names that the globs reach; `*` for all.
    private static func reach(_ globs: [Located<NameGlob>], _ names: NameIndex) -> [String] {
        let globs = globs.map(\.value)
        guard !globs.contains(where: \.matchesAll) else { return ["*"] }
        return names.places(of: globs).map { names.names[$0] }
    }

    private static func entry(_ order: Int, _ policy: PolicyDocument) -> JSONText {
        .object([
            .init(name: "order", value: .integer(order)), .init(name: "policy", value: .string(policy.name)),
            .init(name: "shadow", value: .boolean(policy.isShadow)),
        ])
    }

    private static func marks(_ names: [String]) -> JSONText {
        .byName(names.map { ($0, .boolean(true)) })
    }

    /// Names that the same policies speak about, under one short name.
    private struct Classes {
        var classOf: [String: String] = [:]
        /// The policies of each class, in order.
        var members: [String: [Int]] = [:]

        /// The classes that each policy speaks about.
        var byPolicy: [Int: [String]] {
            members.reduce(into: [:]) { classes, member in
                for offset in member.value { classes[offset, default: []].append(member.key) }
            }
        }

        /// - Parameter policies: policies in order, and where the names stand that each speaks about.
        init(_ index: NameIndex, prefix: String, of policies: [(offset: Int, places: [Int])]) {
            var offsets = [[Int]](repeating: [], count: index.names.count)
            for policy in policies {
                for place in policy.places { offsets[place].append(policy.offset) }
            }
            var known: [[Int]: String] = [:]
            for (name, offsets) in zip(index.names, offsets) {
                let label = known[offsets] ?? "\(prefix)\(known.count)"
                known[offsets] = label
                classOf[name] = label
                members[label] = offsets
            }
        }
    }
}

extension JSONText {
    static func byName(_ members: [(String, JSONText)]) -> JSONText {
        .sorted(Dictionary(members, uniquingKeysWith: { first, _ in first }))
    }
}

extension PolicyDocument {
    var isForAllAgents: Bool { agents.contains { $0.value.matchesAll } }
    var isForAllTools: Bool { tools?.contains { $0.value.matchesAll } ?? true }
}
