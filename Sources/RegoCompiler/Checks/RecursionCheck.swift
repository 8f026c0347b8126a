internal import RegoSyntax

/// Finds rules that depend on themselves.
struct RecursionCheck {
    private let rules: [CoreRule]
    /// Rules come first, then tree nodes, which stand for all of their rules: a rule that refers to a document of many
    /// rules has one edge and not many.
    private var edges: [[Int]] = []

    init(tree: RuleNode) {
        var all: [CoreRule] = []
        var nodes: [RuleNode] = []
        tree.visit { node in
            guard !node.rules.isEmpty else { return }
            all += node.rules
            nodes.append(node)
        }
        rules = all
        var numbers: [ObjectIdentifier: Int] = [:]
        for (number, node) in nodes.enumerated() { numbers[ObjectIdentifier(node)] = all.count + number }
        edges = all.map { rule in
            var collector = DependencyCollector(tree: tree)
            for argument in rule.suffix { collector.visit(argument) }
            for branch in rule.branches {
                collector.visit(branch.body)
                collector.visit(branch.value)
            }
            return collector.nodes.compactMap { numbers[$0] }.sorted()
        }
        var next = 0
        for node in nodes {
            edges.append(Array(next..<next + node.rules.count))
            next += node.rules.count
        }
    }

    func run() -> [Diagnostic] {
        let components = stronglyConnected()
        return rules.indices.compactMap { start in
            guard components[start].isCyclic, let path = cycle(from: start, within: components) else { return nil }
            let names = path.filter { $0 < rules.count }.map { name(rules[$0]) }.joined(separator: " -> ")
            return Diagnostic(
                code: "rego_recursion_error", message: "rule \(name(rules[start])) is recursive: \(names)",
                location: rules[start].location, fix: "rules cannot depend on themselves; break one of these steps")
        }
    }

    private func name(_ rule: CoreRule) -> String {
        dataPath(rule.path) + rule.suffix.map { _ in "[_]" }.joined()
    }

    /// The shortest way from a rule back to itself.
    private func cycle(from start: Int, within components: [(component: Int, isCyclic: Bool)]) -> [Int]? {
        var previous: [Int: Int] = [:]
        var queue = [start]
        var position = 0
        while position < queue.count {
            let current = queue[position]
            position += 1
            for next in edges[current] where components[next].component == components[start].component {
                if next == start {
                    var path = [start]
                    var step = current
                    while step != start {
                        path.append(step)
                        step = previous[step] ?? start
                    }
                    path.append(start)
                    return path.reversed()
                }
                if previous[next] == nil {
                    previous[next] = current
                    queue.append(next)
                }
            }
        }
        return nil
    }

    /// Tarjan's algorithm with a stack of its own, so that long chains of rules do no harm.
    private func stronglyConnected() -> [(component: Int, isCyclic: Bool)] {
        var result = [(component: Int, isCyclic: Bool)](repeating: (-1, false), count: edges.count)
        var order = [Int](repeating: -1, count: edges.count)
        var low = order
        var stack: [Int] = []
        var counter = 0
        var components = 0
        for root in edges.indices where order[root] < 0 {
            var work: [(node: Int, edge: Int)] = [(root, 0)]
            while let (node, edge) = work.last {
                if edge == 0 {
                    order[node] = counter
                    low[node] = counter
                    counter += 1
                    stack.append(node)
                }
                if edge < edges[node].count {
                    work[work.count - 1].edge += 1
                    let next = edges[node][edge]
                    if order[next] < 0 {
                        work.append((next, 0))
                    } else if result[next].component < 0 {
                        low[node] = min(low[node], order[next])
                    }
                    continue
                }
                work.removeLast()
                if let parent = work.last?.node { low[parent] = min(low[parent], low[node]) }
                guard low[node] == order[node] else { continue }
                var members: [Int] = []
                while let member = stack.popLast() {
                    members.append(member)
                    if member == node { break }
                }
                let isCyclic = members.count > 1 || edges[node].contains(node)
                for member in members { result[member] = (components, isCyclic) }
                components += 1
            }
        }
        return result
    }
}

/// The nodes of the rules that terms and bodies refer to.
private struct DependencyCollector {
    let tree: RuleNode
    private(set) var nodes: Set<ObjectIdentifier> = []

    init(tree: RuleNode) {
        self.tree = tree
    }

    mutating func visit(_ body: [CoreExpr]) {
        for expr in body {
            for term in expr.terms { visit(term) }
            switch expr.kind {
            case .call(.rule(let path), _, _): add(tree.find(path))
            case .every(_, _, _, let body): visit(body)
            default: break
            }
        }
    }

    mutating func visit(_ term: CoreTerm) {
        switch term {
        case .constant, .variable: break
        case .reference(let reference):
            if case .data = reference.head { follow(tree, reference.path[...]) }
            for step in reference.path { visit(step) }
        case .array(let items), .set(let items):
            for item in items { visit(item) }
        case .object(let entries):
            for entry in entries {
                visit(entry.key)
                visit(entry.value)
            }
        case .comprehension(let comprehension):
            if let key = comprehension.key { visit(key) }
            visit(comprehension.value)
            visit(comprehension.body)
        case .function(.rule(let path)): add(tree.find(path))
        case .function: break
        }
    }

    private mutating func follow(_ node: RuleNode, _ path: ArraySlice<CoreTerm>) {
        addOwn(node)
        guard let step = path.first else {
            node.visit { if $0 !== node { addOwn($0) } }
            return
        }
        if case .constant(let term) = step {
            if let key = GroundKey(term), let child = node.child(key) { follow(child, path.dropFirst()) }
        } else {
            for key in node.childKeys {
                if let child = node.child(key) { follow(child, path.dropFirst()) }
            }
        }
    }

    private mutating func add(_ node: RuleNode?) {
        if let node { addOwn(node) }
    }

    private mutating func addOwn(_ node: RuleNode) {
        if !node.rules.isEmpty { nodes.insert(ObjectIdentifier(node)) }
    }
}
