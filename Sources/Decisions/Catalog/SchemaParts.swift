import RegoValues

/// The parts of a tool's JSON Schema that always hold of a value: the schema itself, and what `allOf` and `$ref` add.
/// The policy compiler has checked that references stay within the schema; here they are only followed, and not far.
struct SchemaParts: Sendable {
    /// The schemas that one schema may stand for.
    private static let most = 64

    let root: Value

    /// The schema first, then what it brings in.
    func parts(of schema: Value) -> [Value] { gathered(from: [schema], most: Self.most) { _ in [] } }

    /// The schemas, and all in them that may speak of the same value: alternatives and conditions too.
    func possibleParts(of schemas: [Value], most: Int) -> [Value] {
        gathered(from: schemas, most: most) { part in
            let alternatives = ["anyOf", "oneOf"].flatMap { (name: StaticString) in
                part.lookup(name).kind == .array ? Array(part.lookup(name).elements) : []
            }
            return alternatives + [part.lookup("if"), part.lookup("then"), part.lookup("else")]
                + part.lookup("dependentSchemas").entries.map(\.value)
        }
    }

    private func gathered(from schemas: [Value], most: Int, alsoIn more: (Value) -> [Value]) -> [Value] {
        var parts: [Value] = []
        var open = schemas
        var next = 0
        while next < open.count, parts.count < most {
            let part = open[next]
            next += 1
            guard part.kind == .object, !parts.contains(where: part.isSame) else { continue }
            parts.append(part)
            let reference = part.lookup("$ref")
            if let text = reference.string { open.append(target(text)) }
            let all = part.lookup("allOf")
            if all.kind == .array { open += Array(all.elements) }
            open += more(part)
        }
        return parts
    }

    /// The schema of the member `key`; undefined where none is declared.
    func property(_ key: Value) -> Value {
        for part in parts(of: root) {
            let schema = part.lookup("properties").lookup(key)
            if !schema.isUndefined { return schema }
        }
        return .undefined
    }

    /// The types that a schema names, those of its alternatives among them; none where it names none.
    func types(of schema: Value) -> [String] { types(of: schema, steps: 8) }

    private func types(of schema: Value, steps: Int) -> [String] {
        guard steps > 0 else { return [] }
        for part in parts(of: schema) {
            let type = part.lookup("type")
            if let single = type.string { return [single] }
            if type.kind == .array { return type.elements.compactMap(\.string) }
            for name: StaticString in ["anyOf", "oneOf"] {
                let branches = part.lookup(name)
                guard branches.kind == .array else { continue }
                let found = branches.elements.map { types(of: $0, steps: steps - 1) }
                if !found.contains(where: \.isEmpty) { return found.flatMap { $0 } }
            }
        }
        return []
    }

    /// What each element of an array is; undefined where nothing is said.
    func items(of schema: Value) -> Value {
        for part in parts(of: schema) {
            let items = part.lookup("items")
            if items.kind == .object { return items }
        }
        return .undefined
    }

    /// The schema behind `#/$defs/name` or the anchor `#name`; undefined where there is none.
    private func target(_ reference: String) -> Value {
        guard reference.utf8.first == UInt8(ascii: "#"),
            let bytes = RequestLine.decode(Array(reference.utf8.dropFirst()), plus: true)
        else { return .undefined }
        guard !bytes.isEmpty else { return root }
        guard bytes.first == UInt8(ascii: "/") else { return anchored(String(decoding: bytes, as: UTF8.self)) }
        var value = root
        for step in bytes.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            let name = String(decoding: step, as: UTF8.self).replacing("~1", with: "/").replacing("~0", with: "~")
            switch value.kind {
            case .object: value = value.entries.first { $0.key.string == name }?.value ?? .undefined
            case .array:
                guard let index = Int(name), value.elements.indices.contains(index) else { return .undefined }
                value = value.elements[index]
            default: return .undefined
            }
        }
        return value
    }

    private func anchored(_ name: String) -> Value {
        var open = [root]
        while let value = open.popLast() {
            switch value.kind {
            case .object:
                if value.lookup("$anchor").string == name { return value }
                open += value.entries.map(\.value)
            case .array: open += Array(value.elements)
            default: continue
            }
        }
        return .undefined
    }
}
