public import RegoValues

/// Who may call and what may be called, from a bundle's `data.aegis.catalog`.
///
/// Its values point into `document`, which it keeps alive.
public final class ToolCatalog: Sendable {
    let document: Document
    public let tools: [String: ToolDefinition]
    public let agents: [String: AgentDefinition]
    /// Who may delegate to whom, and who may call for whom.
    let authority: AuthorityTables
    /// The tools of whose results some policy takes something out.
    let toolsWithCheckedResults: Set<String>
    private let agentsByKey: [String: String]
    /// By bytes: texts of Swift are equal in another Unicode form, too, and subjects are not.
    private let agentsBySPIFFE: [[UInt8]: String]
    private let agentsByToken: [[UInt8]: String]
    private let routesByHost: [String: [ToolRoute]]
    private let otherRoutes: [ToolRoute]

    /// - Parameter data: a bundle's whole `data.json`.
    /// - Throws: for anything malformed: half a catalog would let calls through unnamed.
    public init(data: Document) throws(CatalogError) {
        document = data
        let catalog = data.root.lookup("aegis").lookup("catalog")
        guard catalog.kind == .object else { throw CatalogError("the bundle has no `data.aegis.catalog`") }
        var tools: [String: ToolDefinition] = [:]
        var routes: [ToolRoute] = []
        for entry in catalog.lookup("tools").entries {
            guard let name = entry.key.string else { throw CatalogError("a tool's name is not a string") }
            tools[name] = try ToolDefinition(name: name, entry.value)
            for match in entry.value.lookup("match").elements {
                let http = match.lookup("http")
                guard http.kind == .object else { continue }
                routes.append(try ToolRoute(tool: name, http: http, order: routes.count))
            }
        }
        var agents: [String: AgentDefinition] = [:]
        var byKey: [String: String] = [:]
        var bySPIFFE: [[UInt8]: String] = [:]
        var byToken: [[UInt8]: String] = [:]
        for entry in catalog.lookup("agents").entries {
            guard let name = entry.key.string else { throw CatalogError("an agent's name is not a string") }
            let agent = try AgentDefinition(name: name, entry.value)
            agents[name] = agent
            for key in agent.apiKeys where byKey.updateValue(name, forKey: key) != nil {
                throw CatalogError("two agents have the API key `\(key)`")
            }
            for id in agent.spiffeIDs where bySPIFFE.updateValue(name, forKey: Array(id.utf8)) != nil {
                throw CatalogError("two agents have the SPIFFE id `\(id)`")
            }
            for id in agent.tokenIDs where byToken.updateValue(name, forKey: Array(id.utf8)) != nil {
                throw CatalogError("two agents have the token identity `\(id)`")
            }
        }
        toolsWithCheckedResults = Set(
            data.root.lookup("aegis").lookup("tables").lookup("result_tools").entries.compactMap(\.key.string))
        authority = try AuthorityTables(data.root.lookup("aegis").lookup("tables"))
        self.tools = tools
        self.agents = agents
        agentsByKey = byKey
        agentsBySPIFFE = bySPIFFE
        agentsByToken = byToken
        let sorted = routes.sorted(by: ToolRoute.precedes)
        func exactHost(_ route: ToolRoute) -> String? { if case .exact(let host) = route.host { host } else { nil } }
        otherRoutes = sorted.filter { exactHost($0) == nil }
        var byHost: [String: [ToolRoute]] = [:]
        for host in Set(sorted.compactMap(exactHost)) { byHost[host] = sorted.filter { $0.host.matches(host) } }
        routesByHost = byHost
    }

    /// The agent that the caller's credential belongs to; nil where the catalog knows none, or another than the
    /// credential names.
    public func agent(of caller: Caller) -> AgentDefinition? {
        guard caller.kind == .agent else { return nil }
        let listed: String?
        switch caller.method {
        case .apiKey: listed = agentsByKey[caller.keyID]
        case .mutualTLS: listed = agentsBySPIFFE[Array(caller.keyID.utf8)]
        case .token: listed = agentsByToken[Array(caller.keyID.utf8)]
        }
        if let listed, let named = caller.name, listed != named { return nil }
        return (listed ?? caller.name).flatMap { agents[$0] }
    }

    enum Route {
        case match(tool: ToolDefinition, captures: [(name: String, value: Substring)])
        /// A server that takes paths regardless of case would see a more literal tool than this catalog does.
        case ambiguous
    }

    /// The tool whose `match` names this request, most literal first, with the path's captures.
    func route(_ line: RequestLine) -> Route? {
        let segments = line.path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        let hasCase = line.path.utf8.contains { (0x41...0x5a).contains($0) || $0 >= 0x80 }
        var passed: [ToolRoute] = []
        for route in routesByHost[line.host] ?? otherRoutes where route.accepts(line) {
            guard let captures = route.path.match(segments), let tool = tools[route.tool] else {
                if hasCase || route.hasCase { passed.append(route) }
                continue
            }
            guard !passed.isEmpty else { return .match(tool: tool, captures: captures) }
            let folded = line.path.lowercased().dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            let isAmbiguous = passed.contains { $0.tool != route.tool && $0.foldedPath.match(folded) != nil }
            return isAmbiguous ? .ambiguous : .match(tool: tool, captures: captures)
        }
        return nil
    }
}
