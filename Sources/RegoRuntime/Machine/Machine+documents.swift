internal import RegoCompiler
internal import RegoSyntax
internal import RegoValues

extension Machine {
    /// An object from keys and values in turn; the same key with another value is a conflict.
    func object(_ list: UnsafeBufferPointer<Value>, _ pc: Int) throws(EvaluationError) -> Value {
        let count = list.count / 2
        guard count > 0, let start = list.baseAddress else { return .emptyObject }
        let result = UnsafeRawPointer(start).withMemoryRebound(to: Entry.self, capacity: count) {
            heap.object(UnsafeBufferPointer(start: $0, count: count))
        }
        if result.count < count {
            for index in 0..<count where result.lookup(list[index * 2]) != list[index * 2 + 1] {
                throw failure(.conflict, "object keys must be unique", pc)
            }
        }
        return result
    }

    /// The members of a package, and those of the data that no rule has.
    func extent(_ list: UnsafeBufferPointer<Value>, over base: Value) -> Value {
        var pairs: [(Value, Value)] = base.entries.map { ($0.key, $0.value) }
        for index in 0..<list.count / 2 { pairs.append((list[index * 2], list[index * 2 + 1])) }
        return heap.object(pairs)
    }

    /// Nested objects (and sets at their leaves) from leaves with their paths.
    func tree(_ list: UnsafeBufferPointer<Value>) throws(EvaluationError) -> Value {
        let root = TreeBuilder()
        var position = 0
        while position < list.count {
            let header = list[position].scanPosition
            let depth = header >> 1
            let pc = list[position + 1].scanPosition
            let path = UnsafeBufferPointer(rebasing: list[position + 3..<position + 3 + depth])
            guard root.insert(list[position + 2], isElement: header & 1 == 1, at: path) else {
                throw failure(.conflict, "object keys must be unique", pc)
            }
            position += 3 + depth
        }
        return root.value(in: heap)
    }

    /// `base` with `value` at the path; what is no object on the way is replaced by one.
    func replacing(_ base: Value, at path: Slice<UnsafeBufferPointer<Value>>, with value: Value) -> Value {
        guard let key = path.first else { return value }
        let inner = replacing(base.kind == .object ? base.lookup(key) : .undefined, at: path.dropFirst(), with: value)
        var pairs: [(Value, Value)] = base.entries.map { ($0.key, $0.value) }
        pairs.append((key, inner))
        return heap.object(pairs)
    }

    // MARK: - Cursors

    func isOverridden(_ node: Int) -> Bool {
        plan.nodes[node].overrides.contains { overrides[Int($0)] > 0 }
    }

    /// The node below `node` at `key`; -1 when there is none or a replacement hides it.
    func child(of node: Int, _ key: Value) -> Int {
        guard node >= 0, let found = plan.nodes[node].children.first(where: { $0.key == key }) else { return -1 }
        return isOverridden(Int(found.node)) ? -1 : Int(found.node)
    }

    func cursorKeys(_ node: Int, _ base: Value) -> Value {
        var keys: [Value] = []
        if node >= 0 { keys += plan.nodes[node].children.map(\.key) }
        switch base.kind {
        case .object: keys += base.entries.map(\.key)
        case .array: keys += (0..<base.count).map { .integer($0) }
        case .set: keys += Array(base.elements)
        default: break
        }
        return heap.array(heap.set(keys).elements)
    }
}

/// A partial rule's document while it grows.
private final class TreeBuilder {
    private var children: [Value: TreeBuilder] = [:]
    private var leaf: Value?
    private var elements: [Value]?

    /// False when something else stands at the path already.
    func insert(_ value: Value, isElement: Bool, at path: UnsafeBufferPointer<Value>) -> Bool {
        var node = self
        for step in path {
            guard node.leaf == nil, node.elements == nil else { return false }
            if let next = node.children[step] {
                node = next
            } else {
                let next = TreeBuilder()
                node.children[step] = next
                node = next
            }
        }
        guard node.children.isEmpty else { return false }
        if isElement {
            guard node.leaf == nil else { return false }
            // In place: a copy for each element would take the square of their number.
            if node.elements == nil { node.elements = [] }
            node.elements?.append(value)
            return true
        }
        guard node.elements == nil, node.leaf == nil || node.leaf == value else { return false }
        node.leaf = value
        return true
    }

    func value(in heap: Heap) -> Value {
        if let leaf { return leaf }
        if let elements { return heap.set(elements) }
        return heap.object(children.map { ($0.key, $0.value.value(in: heap)) })
    }
}
