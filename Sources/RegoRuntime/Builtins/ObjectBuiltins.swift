import RegoValues

enum ObjectBuiltins {
    static let family: Builtins.Family = [
        .init("object.get", get), .init("object.keys", keys), .init("object.remove", remove),
        .init("object.filter", filter), .init("object.union", union), .init("object.union_n", unionOfAll),
        .init("object.subset", subset),
    ]

    /// The member of this key, or at this path if the key is an array; else the default.
    static func get(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        var value = try a.object(0)
        guard a[1].kind == .array else {
            let member = value.lookup(a[1])
            return member.isUndefined ? a[2] : member
        }
        for step in a[1].elements {
            value = value.lookup(step)
            if value.isUndefined { return a[2] }
        }
        return value
    }

    static func keys(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        context.heap.set(sortedUnique: try a.object(0).entries.map(\.key))
    }

    /// The second operand as a set of keys.
    private static func keySet(_ a: Arguments, _ heap: Heap) throws(BuiltinError) -> Value {
        switch a[1].kind {
        case .set: return a[1]
        case .array: return heap.set(a[1].elements)
        case .object: return heap.set(sortedUnique: a[1].entries.map(\.key))
        default: throw .wrongType(1, a[1], ["object", "set", "array"])
        }
    }

    static func remove(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let object = try a.object(0)
        let keys = try keySet(a, context.heap)
        return context.heap.object(object.entries.filter { !keys.contains($0.key) })
    }

    static func filter(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let object = try a.object(0)
        let keys = try keySet(a, context.heap)
        return context.heap.object(object.entries.filter { keys.contains($0.key) })
    }

    static func union(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        merge(try a.object(0), try a.object(1), context.heap)
    }

    static func unionOfAll(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let objects = try a.array(0)
        for object in objects.elements where object.kind != .object {
            throw .wrongElement(0, objects, object, ["object"])
        }
        var result = Value.emptyObject
        for object in objects.elements {
            try context.checkLimits()
            result = merge(result, object, context.heap)
        }
        return result
    }

    /// Both objects' members; where both have a key, objects are merged and otherwise the right one wins.
    private static func merge(_ a: Value, _ b: Value, _ heap: Heap) -> Value {
        let (left, right) = (a.entries, b.entries)
        if left.isEmpty { return b }
        if right.isEmpty { return a }
        var result: [Entry] = []
        result.reserveCapacity(left.count + right.count)
        var (i, j) = (0, 0)
        while i < left.count || j < right.count {
            let order =
                i == left.count ? 1 : (j == right.count ? -1 : Value.compare(left[i].key, right[j].key))
            if order < 0 {
                result.append(left[i])
                i += 1
            } else if order > 0 {
                result.append(right[j])
                j += 1
            } else {
                let (old, new) = (left[i].value, right[j].value)
                let both = old.kind == .object && new.kind == .object
                result.append(Entry(key: left[i].key, value: both ? merge(old, new, heap) : new))
                i += 1
                j += 1
            }
        }
        return heap.object(result)
    }

    /// Whether the second is contained in the first: members by key and recursively, set members, or a run of an array.
    static func subset(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        switch (a[0].kind, a[1].kind) {
        case (.object, .object): return .boolean(try objectContains(a[0], a[1], context))
        case (.set, .set): return .boolean(a[1].elements.allSatisfy(a[0].contains))
        case (.array, .array): return .boolean(try arrayContains(a[0], a[1], context))
        case (.array, .set):
            let found = context.heap.set(a[0].elements)
            return .boolean(a[1].elements.allSatisfy(found.contains))
        default:
            throw BuiltinError(.type, "both arguments object.subset must be of the same type or array and set")
        }
    }

    private static func objectContains(
        _ whole: Value, _ part: Value, _ context: BuiltinContext
    ) throws(BuiltinError) -> Bool {
        for entry in part.entries {
            let found = whole.lookup(entry.key)
            if found.isUndefined { return false }
            if found == entry.value { continue }
            let contains =
                switch (found.kind, entry.value.kind) {
                case (.object, .object): try objectContains(found, entry.value, context)
                case (.set, .set): entry.value.elements.allSatisfy(found.contains)
                case (.array, .array): try arrayContains(found, entry.value, context)
                default: false
                }
            guard contains else { return false }
        }
        return true
    }

    private static func arrayContains(
        _ whole: Value, _ part: Value, _ context: BuiltinContext
    ) throws(BuiltinError) -> Bool {
        let (elements, run) = (whole.elements, part.elements)
        guard run.count <= elements.count else { return false }
        for start in 0...elements.count - run.count {
            if run.count > 64 { try context.checkLimits() }
            if run.indices.allSatisfy({ elements[start + $0] == run[$0] }) { return true }
        }
        return false
    }
}
