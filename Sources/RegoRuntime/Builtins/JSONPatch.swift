import RegoValues

/// One operation of JSON Patch (RFC 6902) on a value; nil stands for any failure, which OPA does not tell apart.
struct JSONPatch {
    let heap: Heap

    func apply(_ operation: Value, to value: Value) -> Value? {
        guard operation.kind == .object, let path = path(operation.lookup("path")) else { return nil }
        let argument = operation.lookup("value")
        switch operation.lookup("op").string {
        case "add": return argument.isUndefined ? nil : add(argument, to: value, path[...])
        case "remove": return remove(from: value, path[...])
        case "replace":
            guard !argument.isUndefined else { return nil }
            if path.isEmpty { return argument }
            return remove(from: value, path[...]).flatMap { add(argument, to: $0, path[...]) }
        case "move":
            guard let from = self.path(operation.lookup("from")), let moved = find(in: value, from[...]) else {
                return nil
            }
            if from.isEmpty { return path.isEmpty ? value : nil }
            return remove(from: value, from[...]).flatMap { add(moved, to: $0, path[...]) }
        case "copy":
            guard let from = self.path(operation.lookup("from")) else { return nil }
            return find(in: value, from[...]).flatMap { add($0, to: value, path[...]) }
        case "test": return !argument.isUndefined && find(in: value, path[...]) == argument ? value : nil
        default: return nil
        }
    }

    private func path(_ value: Value) -> [Value]? {
        value.isUndefined ? nil : try? JSONPathBuiltins.path(value, heap)
    }

    /// The place in an array; `-` is its end.
    private func index(_ key: Value, _ count: Int) -> Int? {
        if key.kind == .number { return key.writtenInteger }
        guard let text = key.string else { return nil }
        if text == "-" { return count }
        guard text == "0" || !text.hasPrefix("0"), text.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
        return Int(text)
    }

    private func find(in value: Value, _ path: ArraySlice<Value>) -> Value? {
        guard let key = path.first else { return value }
        return child(of: value, key).flatMap { find(in: $0, path.dropFirst()) }
    }

    private func child(of value: Value, _ key: Value) -> Value? {
        let found: Value
        switch value.kind {
        case .array:
            guard let index = index(key, value.count), value.elements.indices.contains(index) else { return nil }
            found = value.elements[index]
        case .object, .set: found = value.lookup(key)
        default: return nil
        }
        return found.isUndefined ? nil : found
    }

    private func add(_ new: Value, to value: Value, _ path: ArraySlice<Value>) -> Value? {
        guard let key = path.first else { return new }
        if path.count > 1 {
            return child(of: value, key).flatMap { add(new, to: $0, path.dropFirst()) }
                .flatMap { setting(key, to: $0, in: value) }
        }
        switch value.kind {
        case .object: return heap.object(Array(value.entries) + [Entry(key: key, value: new)])
        case .set: return key == new ? heap.set(Array(value.elements) + [new]) : nil
        case .array:
            guard let index = index(key, value.count), index >= 0, index <= value.count else { return nil }
            var elements = Array(value.elements)
            elements.insert(new, at: index)
            return heap.array(elements)
        default: return nil
        }
    }

    private func remove(from value: Value, _ path: ArraySlice<Value>) -> Value? {
        guard let key = path.first, let old = child(of: value, key) else { return nil }
        if path.count > 1 {
            return remove(from: old, path.dropFirst()).flatMap { setting(key, to: $0, in: value) }
        }
        switch value.kind {
        case .object: return heap.object(value.entries.filter { $0.key != key })
        case .set: return heap.set(value.elements.filter { $0 != key })
        default:
            guard let index = index(key, value.count) else { return nil }
            var elements = Array(value.elements)
            elements.remove(at: index)
            return heap.array(elements)
        }
    }

    /// The same collection with the child at `key` changed.
    private func setting(_ key: Value, to new: Value, in value: Value) -> Value? {
        switch value.kind {
        case .object: return heap.object(Array(value.entries) + [Entry(key: key, value: new)])
        case .set: return heap.set(value.elements.map { $0 == key ? new : $0 })
        case .array:
            guard let index = index(key, value.count) else { return nil }
            var elements = Array(value.elements)
            elements[index] = new
            return heap.array(elements)
        default: return nil
        }
    }
}
