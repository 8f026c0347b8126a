import RegoValues

/// Graphs as objects from a node to its neighbours, and walking through documents.
enum GraphBuiltins {
    static let family: Builtins.Family = [
        .init("graph.reachable", reachable), .init("graph.reachable_paths", reachablePaths), .init("walk", walk),
    ]

    private static func start(_ a: Arguments) throws(BuiltinError) -> UnsafeBufferPointer<Value> {
        guard a[1].kind == .array || a[1].kind == .set else { throw .wrongType(1, a[1], ["{array, set}"]) }
        return a[1].elements
    }

    static func reachable(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let graph = try a.object(0)
        var open = Array(try start(a))
        var reached = Set<Value>()
        while let node = open.popLast() {
            let neighbours = graph.lookup(node)
            if neighbours.isUndefined || !reached.insert(node).inserted { continue }
            try context.checkLimits()
            try context.checkRoom(forValues: open.count + neighbours.count)
            for neighbour in neighbours.elements where !reached.contains(neighbour) { open.append(neighbour) }
        }
        return context.heap.set(Array(reached))
    }

    /// Every path from a start until it ends, leaves the graph, or would meet itself.
    static func reachablePaths(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let graph = try a.object(0)
        var paths: [Value] = []
        for node in try start(a) {
            let neighbours = graph.lookup(node)
            if neighbours.isUndefined { continue }
            try extend([node], along: neighbours, graph, &paths, context)
        }
        return context.heap.set(paths)
    }

    private static func extend(
        _ path: [Value], along neighbours: Value, _ graph: Value, _ paths: inout [Value], _ context: BuiltinContext
    ) throws(BuiltinError) {
        if neighbours.elements.isEmpty { paths.append(context.heap.array(path)) }
        try context.checkLimits()
        for neighbour in neighbours.elements {
            let next = graph.lookup(neighbour)
            if next.isUndefined || path.contains(neighbour) {
                try context.checkLimits()
                paths.append(context.heap.array(path))
            } else {
                try extend(path + [neighbour], along: next, graph, &paths, context)
            }
        }
    }

    /// The array of `[path, value]` for a value and all that is in it, in depth-first order.
    static func walk(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        var pairs: [Value] = []
        var path: [Value] = []
        try visit(a[0], &path, &pairs, context)
        return context.heap.array(pairs)
    }

    private static func visit(
        _ value: Value, _ path: inout [Value], _ pairs: inout [Value], _ context: BuiltinContext
    ) throws(BuiltinError) {
        pairs.append(context.heap.array([context.heap.array(path), value]))
        if pairs.count & 255 == 0 { try context.checkLimits() }
        switch value.kind {
        case .array:
            for (index, element) in value.elements.enumerated() {
                path.append(.integer(index))
                try visit(element, &path, &pairs, context)
                path.removeLast()
            }
        case .object:
            for entry in value.entries {
                path.append(entry.key)
                try visit(entry.value, &path, &pairs, context)
                path.removeLast()
            }
        case .set:
            for element in value.elements {
                path.append(element)
                try visit(element, &path, &pairs, context)
                path.removeLast()
            }
        default: break
        }
    }
}
