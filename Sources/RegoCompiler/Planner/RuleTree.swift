/// The tree of all documents that rules define; the root is `data`.
final class RuleNode {
    let path: [GroundKey]
    private(set) var children: [GroundKey: RuleNode] = [:]
    private(set) var childKeys: [GroundKey] = []
    /// Rules whose ground start ends here.
    var rules: [CoreRule] = []

    init(path: [GroundKey]) {
        self.path = path
    }

    func child(_ key: GroundKey) -> RuleNode? { children[key] }

    func insert(_ path: some Collection<GroundKey>) -> RuleNode {
        var node = self
        for key in path {
            if let next = node.children[key] {
                node = next
            } else {
                let next = RuleNode(path: node.path + [key])
                node.children[key] = next
                node.childKeys.append(key)
                node = next
            }
        }
        return node
    }

    func find(_ path: some Collection<GroundKey>) -> RuleNode? {
        var node = self
        for key in path {
            guard let next = node.children[key] else { return nil }
            node = next
        }
        return node
    }

    /// Visits the node and everything below it, parents first, in the order of insertion.
    func visit(_ body: (RuleNode) -> Void) {
        body(self)
        for key in childKeys { children[key]?.visit(body) }
    }

    var isFunction: Bool { rules.first?.kind == .function }

    /// Whether any rule here has variables in its path, so that rules below belong to the same document.
    var isDynamic: Bool { rules.contains { !$0.suffix.isEmpty } }
}
