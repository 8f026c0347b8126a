internal import RegoSyntax

/// All documents of a tree by kind, in document order: files by name, then from top to bottom.
package struct PolicyCatalog: Sendable {
    package private(set) var agents: [AgentDocument] = []
    package private(set) var tools: [ToolDocument] = []
    package private(set) var policies: [PolicyDocument] = []
    package private(set) var approvers: [DocumentHeader] = []
    package private(set) var tenants: [DocumentHeader] = []
    package private(set) var detectors: [DetectorDocument] = []
    package private(set) var tests: [PolicyTestDocument] = []
    /// Whether every document of the tree could be read. If not, a name that is missing may stand in one that could not.
    package private(set) var isWhole = true
    package let tree: PolicyTree
    private(set) var agentNames = NameIndex([])
    private(set) var toolNames = NameIndex([])

    package init(_ tree: PolicyTree, findings: Findings) {
        self.tree = tree
        for file in tree.files where PolicyTree.isDocument(file.name) {
            let (documents, isWhole) = DocumentReader.read(file, into: findings)
            if !isWhole { self.isWhole = false }
            for document in documents { add(document, findings) }
        }
        agentNames = NameIndex(agents.map(\.name))
        toolNames = NameIndex(tools.map(\.name))
        if agents.isEmpty, tools.isEmpty, policies.isEmpty, isWhole, !findings.hasErrors {
            findings.error(
                .emptyTree, "there are no policy documents here",
                at: SourceLocation(file: tree.files.first?.name ?? ".", line: 1, column: 1),
                fix: "write some, or start from a set: aegis policy init payments")
        }
    }

    private mutating func add(_ node: LocatedNode, _ findings: Findings) {
        guard case .mapping = node.kind else {
            isWhole = false
            return findings.error(
                .wrongType, "a document is a mapping, and this is \(node.description)", at: node.location,
                fix: "start it with `aegis: v1`, `kind:` and `name:`")
        }
        if let version = node[name: "aegis"], version.string != "v1" {
            isWhole = false
            return findings.error(
                .unknownVersion, "this version of the policy language is not known", at: version.location,
                fix: "write `aegis: v1`")
        }
        guard let kind = node[name: "kind"], let kindName = kind.string else {
            isWhole = false
            return findings.error(
                .missingField, "a document needs the field `kind`", at: node.location,
                fix: "add `kind`: one of \(Shape.kinds.joined(separator: ", "))")
        }
        guard let shape = Shape.ofKind(kindName) else {
            isWhole = false
            return findings.error(
                .unknownKind, "there is no kind `\(kindName)`", at: kind.location,
                fix: NearMiss.of(kindName, among: Shape.kinds).map { "did you mean `\($0)`?" }
                    ?? "use one of \(Shape.kinds.joined(separator: ", "))")
        }
        ShapeChecker(findings: findings).check(node, against: shape)
        guard let header = DocumentHeader(node) else {
            isWhole = false
            return
        }
        switch kindName {
        case "Agent": agents.append(AgentDocument(header))
        case "Tool": tools.append(ToolDocument(header, findings: findings))
        case "Policy": policies.append(PolicyDocument(header))
        case "Tenant": tenants.append(header)
        case "Detector": detectors.append(DetectorDocument(header))
        case "PolicyTest": tests.append(PolicyTestDocument(header, findings: findings))
        default: approvers.append(header)
        }
    }

    package func tools(of policy: PolicyDocument) -> [ToolDocument] { toolPlaces(of: policy).map { tools[$0] } }

    /// Where its tools stand among all.
    func toolPlaces(of policy: PolicyDocument) -> [Int] {
        policy.tools.map { toolNames.places(of: $0.map(\.value)) } ?? Array(tools.indices)
    }

    /// Where its agents stand among all.
    func agentPlaces(of policy: PolicyDocument) -> [Int] { agentNames.places(of: policy.agents.map(\.value)) }

    /// Who decides calls of a risk when a rule names no approvers.
    package var approversForRisk: [String: [String]] {
        var result: [String: [String]] = [:]
        for document in approvers {
            let members = document.node[name: "members"]?.strings.map(\.value) ?? []
            for risk in document.node[name: "for_risk"]?.strings ?? [] {
                result[risk.value, default: []] += members.filter { !(result[risk.value] ?? []).contains($0) }
            }
        }
        return result
    }
}
