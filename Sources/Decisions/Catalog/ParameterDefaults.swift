import RegoValues

/// Fills in the `default`s of a JSON Schema, so that a policy may rely on an optional parameter.
enum ParameterDefaults {
    /// The parameters with every absent property that has a default, also within objects that are there.
    static func fill(_ value: Value, schema: Value, heap: Heap) -> Value {
        guard value.kind == .object else { return value }
        var entries = Array(value.entries)
        var isChanged = false
        for property in schema.lookup("properties").entries {
            let place = entries.firstIndex { $0.key == property.key }
            if let place {
                let filled = fill(entries[place].value, schema: property.value, heap: heap)
                if !filled.isSame(as: entries[place].value) {
                    entries[place] = Entry(key: property.key, value: filled)
                    isChanged = true
                }
            } else {
                let fallback = property.value.lookup("default")
                guard !fallback.isUndefined else { continue }
                entries.append(Entry(key: property.key, value: fallback))
                isChanged = true
            }
        }
        return isChanged ? heap.object(entries) : value
    }

    static func anywhere(in schema: Value) -> Bool {
        schema.lookup("properties").entries.contains { property in
            !property.value.lookup("default").isUndefined || anywhere(in: property.value)
        }
    }
}

extension Value {
    /// Whether two values are one piece of memory: quicker than equality, and enough to see that nothing was rewritten.
    func isSame(as other: Value) -> Bool {
        withUnsafeBytes(of: self) { mine in withUnsafeBytes(of: other) { mine.elementsEqual($0) } }
    }
}
