import RegoValues

/// `json.filter`, `json.remove`: keeping or dropping what lies at paths.
enum JSONPathBuiltins {
    static let family: Builtins.Family = [
        .init("json.filter", filter), .init("json.remove", remove), .init("json.patch", patch),
    ]

    /// The paths as a tree; a leaf stands for all that lies below.
    final class PathTree {
        var children: [Value: PathTree] = [:]
        var isLeaf = false

        func insert(_ path: [Value]) {
            guard !path.isEmpty else { return }
            var node = self
            for step in path {
                if node.isLeaf { return }
                let child = node.children[step] ?? PathTree()
                node.children[step] = child
                node = child
            }
            node.isLeaf = true
            node.children = [:]
        }
    }

    /// Values nest no deeper than JSON text may, and what follows a path calls itself for each of its steps.
    static let deepest = 1000

    /// `/a/b` with `~0` and `~1`, or an array of keys.
    static func path(_ value: Value, _ heap: Heap) throws(BuiltinError) -> [Value] {
        let path = try steps(value, heap)
        guard path.count <= deepest else { throw .failure("a path has more than \(deepest) steps") }
        return path
    }

    private static func steps(_ value: Value, _ heap: Heap) throws(BuiltinError) -> [Value] {
        switch value.kind {
        case .string:
            if value.count == 0 { return [] }
            let text = (value.string ?? "").drop { $0 == "/" }
            return text.split(separator: "/", omittingEmptySubsequences: false).map { part in
                heap.string(unescaped(part))
            }
        case .array: return Array(value.elements)
        default:
            throw .operand(
                1,
                "must be one of {set, array} containing string paths or array of path segments but got \(value.kind.name)"
            )
        }
    }

    /// At least as many as ``path(_:_:)`` has.
    private static func mostSteps(_ value: Value) -> Int {
        value.kind == .string ? 1 + value.utf8.count { $0 == UInt8(ascii: "/") } : value.count
    }

    private static func unescaped(_ part: Substring) -> String {
        guard part.contains("~") else { return String(part) }
        var result = ""
        var rest = part
        while let tilde = rest.firstIndex(of: "~") {
            result += rest[..<tilde]
            let after = rest[tilde...].dropFirst()
            switch after.first {
            case "1": result += "/"
            case "0": result += "~"
            default:
                result += "~"
                rest = after
                continue
            }
            rest = after.dropFirst()
        }
        return result + rest
    }

    private static func tree(_ a: Arguments, _ heap: Heap) throws(BuiltinError) -> PathTree {
        guard a[1].kind == .array || a[1].kind == .set else { throw .wrongType(1, a[1], ["set", "array"]) }
        let tree = PathTree()
        for element in a[1].elements { tree.insert(try path(element, heap)) }
        return tree
    }

    static func filter(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        kept(try a.object(0), try tree(a, context.heap), context.heap)
    }

    private static func kept(_ value: Value, _ tree: PathTree, _ heap: Heap) -> Value {
        if tree.isLeaf { return value }
        switch value.kind {
        case .object:
            return heap.object(
                value.entries.compactMap { entry in
                    tree.children[entry.key].map { Entry(key: entry.key, value: kept(entry.value, $0, heap)) }
                })
        case .array:
            return heap.array(
                value.elements.enumerated().compactMap { index, element in
                    tree.children[heap.string("\(index)")].map { kept(element, $0, heap) }
                })
        case .set:
            return heap.set(
                value.elements.compactMap { element in tree.children[element].map { kept(element, $0, heap) } })
        default: return value
        }
    }

    static func remove(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        without(try a.object(0), try tree(a, context.heap), context.heap) ?? .undefined
    }

    /// nil when the value itself is to go.
    private static func without(_ value: Value, _ tree: PathTree?, _ heap: Heap) -> Value? {
        guard let tree else { return value }
        if tree.isLeaf { return nil }
        switch value.kind {
        case .object:
            return heap.object(
                value.entries.compactMap { entry in
                    without(entry.value, tree.children[entry.key], heap).map { Entry(key: entry.key, value: $0) }
                })
        case .array:
            return heap.array(
                value.elements.enumerated().compactMap { index, element in
                    without(element, tree.children[heap.string("\(index)")], heap)
                })
        case .set: return heap.set(value.elements.compactMap { without($0, tree.children[$0], heap) })
        default: return value
        }
    }

    /// RFC 6902, on sets too; undefined when an operation fails.
    static func patch(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        var value = a[0]
        var depth = value.depth
        for operation in try a.array(1).elements {
            try context.checkLimits()
            guard let next = JSONPatch(heap: context.heap).apply(operation, to: value) else { return .undefined }
            // At most: what is put in is no deeper than what it is taken from, and is measured where that may be too deep.
            depth =
                max(depth, operation.lookup("value").depth) + mostSteps(operation.lookup("path"))
            if depth > deepest { depth = next.depth }
            guard depth <= deepest else { throw .failure("values nest more than \(deepest) deep") }
            value = next
        }
        return value
    }
}

extension Value {
    /// How deep it nests: 0 for a scalar. Calls itself for each level, of which values from outside have few.
    fileprivate var depth: Int {
        switch kind {
        case .array, .set: 1 + (elements.lazy.map(\.depth).max() ?? 0)
        case .object: 1 + (entries.lazy.map(\.value.depth).max() ?? 0)
        default: 0
        }
    }
}
