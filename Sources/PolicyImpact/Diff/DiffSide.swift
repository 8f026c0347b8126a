import PolicyDocuments
import RegoSyntax

/// One of the two sets of policies that are compared.
struct DiffSide: Sendable {
    let catalog: PolicyCatalog
    let reach: Reach
    /// The rules by path, the generated ones without their comments, which name lines.
    let rules: [String: String]
    /// What the compiled data says of each document, by field.
    let facts: [String: [String: String]]
    /// The compiled data that follows from all documents together.
    let tables: String
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
        let modules = compiled.files.filter { $0.path.hasSuffix(".rego") }.map { file in
            let lines = String(decoding: file.bytes, as: UTF8.self).split(separator: "\n")
            return (file.path, lines.filter { !$0.hasPrefix("#") }.joined(separator: "\n"))
        }
        rules = Dictionary(modules, uniquingKeysWith: { first, _ in first })
        (facts, tables) = CompiledFacts.read(compiled.data, tenant: catalog.tenants.first?.name)
    }

    func agent(_ name: String) -> AgentDocument? { agents[name] }
    func tool(_ name: String) -> ToolDocument? { tools[name] }

    /// Whether some condition reads labels of agents or tools.
    var readsLabels: Bool {
        rules.contains {
            $0.value.contains("labels") && ($0.key.hasPrefix("aegis/policies/") || $0.key.hasPrefix("policies/"))
        }
    }
}
