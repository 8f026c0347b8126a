import RegoValues

/// The `default`s of a tool's JSON Schema, so that a policy may rely on an optional parameter. Those count that hold
/// whatever a call looks like: below `properties`, `allOf` and `$ref`.
struct ParameterDefaults: Sendable {
    private struct Member: Sendable {
        let key: Value
        /// Undefined where there is none.
        let fallback: Value
        /// The object below it, among `nodes`.
        let inner: Int
    }

    /// The members of each object, the parameters first. A schema that leads back to itself has one node.
    private var nodes: [[Member]] = []
    let isEmpty: Bool

    init(schema: Value) {
        let parts = SchemaParts(root: schema)
        var schemas = [schema]
        var isEmpty = true
        while nodes.count < schemas.count {
            var members: [Member] = []
            for part in parts.parts(of: schemas[nodes.count]) {
                for property in part.lookup("properties").entries {
                    let fallback = parts.parts(of: property.value).lazy.map { $0.lookup("default") }
                        .first { !$0.isUndefined }
                    if fallback != nil { isEmpty = false }
                    var inner = schemas.firstIndex { $0.isSame(as: property.value) }
                    if inner == nil {
                        inner = schemas.count
                        schemas.append(property.value)
                    }
                    members.append(Member(key: property.key, fallback: fallback ?? .undefined, inner: inner ?? 0))
                }
            }
            nodes.append(members)
        }
        self.isEmpty = isEmpty
    }

    /// The parameters with every absent property that has a default, also within objects that are there.
    func fill(_ value: Value, heap: Heap) -> Value { fill(value, node: 0, heap: heap) }

    private func fill(_ value: Value, node: Int, heap: Heap) -> Value {
        guard value.kind == .object, !nodes[node].isEmpty else { return value }
        var entries = Array(value.entries)
        var isChanged = false
        for member in nodes[node] {
            if let place = entries.firstIndex(where: { $0.key == member.key }) {
                let filled = fill(entries[place].value, node: member.inner, heap: heap)
                if !filled.isSame(as: entries[place].value) {
                    entries[place] = Entry(key: member.key, value: filled)
                    isChanged = true
                }
            } else if !member.fallback.isUndefined {
                entries.append(Entry(key: member.key, value: member.fallback))
                isChanged = true
            }
        }
        return isChanged ? heap.object(entries) : value
    }
}

extension Value {
    /// Whether two values are one piece of memory: quicker than equality, and enough to see that nothing was rewritten.
    func isSame(as other: Value) -> Bool {
        withUnsafeBytes(of: self) { mine in withUnsafeBytes(of: other) { mine.elementsEqual($0) } }
    }
}
