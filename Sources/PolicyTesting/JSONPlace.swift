import RegoValues

/// Puts a value into a JSON object.
enum JSONPlace {
    /// The object with `value` at `path`, objects on the way made where they are missing; nil where something else stands
    /// in the way.
    static func set(_ path: [String], to value: String, in json: String) -> String? {
        let heap = Heap()
        return withExtendedLifetime(heap) {
            guard let root = try? heap.parseJSON(Array(json.utf8), limits: .document),
                let new = try? heap.parseJSON(Array(value.utf8), limits: .document),
                let changed = set(path[...], to: new, in: root, heap)
            else { return nil }
            return JSONWriter.text(changed)
        }
    }

    private static func set(_ path: ArraySlice<String>, to value: Value, in object: Value, _ heap: Heap) -> Value? {
        guard let name = path.first else { return value }
        guard object.kind == .object else { return nil }
        let below = object.member(name)
        guard let inner = set(path.dropFirst(), to: value, in: below.isUndefined ? .emptyObject : below, heap) else {
            return nil
        }
        var members = object.entries.filter { $0.key.string != name }.map { ($0.key, $0.value) }
        members.append((heap.string(name), inner))
        return heap.object(members)
    }

    static func quoted(_ text: String) -> String {
        let heap = Heap()
        return withExtendedLifetime(heap) { JSONWriter.text(heap.string(text)) }
    }
}
