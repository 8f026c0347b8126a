import PolicyDocuments
import RegoSyntax

/// One of the two sets of policies that are compared.
struct DiffSide: Sendable {
    let catalog: PolicyCatalog
    let reach: Reach
    /// The generated rules without their comments, which name lines.
    let rules: [String]
    /// Whether it came in a bundle whose rules are not what its documents compile to.
    let isForeign: Bool
    private let agents: [String: AgentDocument]
    private let tools: [String: ToolDocument]

    init(_ catalog: PolicyCatalog, _ compiled: CompiledPolicies, isForeign: Bool) {
        self.catalog = catalog
        self.isForeign = isForeign
        reach = Reach(catalog)
        agents = Dictionary(catalog.agents.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        tools = Dictionary(catalog.tools.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        rules = compiled.files.filter { !$0.path.hasPrefix("policies/") || $0.path.hasSuffix(".rego") }.map { file in
            file.path + "\n"
                + String(decoding: file.bytes, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
                .joined(separator: "\n")
        }
    }

    func agent(_ name: String) -> AgentDocument? { agents[name] }
    func tool(_ name: String) -> ToolDocument? { tools[name] }

    /// Whether some condition reads labels of agents or tools.
    var readsLabels: Bool {
        rules.contains { $0.contains("labels") && ($0.hasPrefix("aegis/policies/") || $0.hasPrefix("policies/")) }
    }
}
