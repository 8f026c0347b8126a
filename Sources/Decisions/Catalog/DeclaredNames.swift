import RegoValues

/// The parameters that a tool declares, by name, at every level that its schema tells of.
///
/// Many servers bind `Amount` to `amount`, and of both take the last: Go's `encoding/json` and ASP.NET do. Policies know names by their
/// bytes. So a name that is declared but for its case, or its Unicode form, is refused.
struct DeclaredNames: Sendable {
    private struct Node: Sendable {
        /// The objects `properties` that speak of it.
        var properties: [Value] = []
        /// Declared names by their folded form.
        var folded: [String: String] = [:]
        /// The nodes of its members, of members that are not declared, and of its elements.
        var below: [String: Int] = [:]
        var others: Int?
        var elements: Int?

        var tellsNothing: Bool { properties.isEmpty && others == nil && elements == nil }
    }

    /// What tells of levels below.
    private static let keywords: [StaticString] = [
        "properties", "patternProperties", "additionalProperties", "unevaluatedProperties", "items", "prefixItems",
        "contains", "unevaluatedItems",
    ]
    /// A schema of a tool with more levels than this is known as far as these go.
    private static let most = 4096

    /// The parameters first. Schemas that lead back to themselves have one node.
    private var nodes: [Node] = []

    init(schema: Value) {
        let parts = SchemaParts(root: schema)
        var levels = [[schema]]
        func node(of schemas: [Value]) -> Int? {
            let schemas = schemas.filter { $0.kind == .object }
            guard !schemas.isEmpty else { return nil }
            let known = levels.firstIndex { level in
                level.count == schemas.count && zip(level, schemas).allSatisfy { $0.isSame(as: $1) }
            }
            if let known { return known }
            let speaks = parts.possibleParts(of: schemas, most: DeclaredNames.most).contains { part in
                DeclaredNames.keywords.contains { [.object, .array].contains(part.lookup($0).kind) }
            }
            guard speaks, levels.count < DeclaredNames.most else { return nil }
            levels.append(schemas)
            return levels.count - 1
        }
        while nodes.count < levels.count {
            let parts = parts.possibleParts(of: levels[nodes.count], most: DeclaredNames.most)
            var made = Node()
            made.properties = parts.map { $0.lookup("properties") }.filter { $0.kind == .object }
            var members: [String: [Value]] = [:]
            for entry in made.properties.flatMap(\.entries) {
                guard let name = entry.key.string else { continue }
                made.folded[DeclaredNames.fold(name)] = name
                members[name, default: []].append(entry.value)
            }
            for (name, schemas) in members { made.below[name] = node(of: schemas) }
            made.others = node(
                of: parts.flatMap { part in
                    [part.lookup("additionalProperties"), part.lookup("unevaluatedProperties")]
                        + part.lookup("patternProperties").entries.map(\.value)
                })
            made.elements = node(
                of: parts.flatMap { part in
                    let first = part.lookup("prefixItems")
                    return [part.lookup("items"), part.lookup("contains"), part.lookup("unevaluatedItems")]
                        + (first.kind == .array ? Array(first.elements) : [])
                })
            nodes.append(made)
        }
    }

    /// The declared name that a member of the parameters has in another spelling; nil where every member is the one that it seems to be.
    func twin(in parameters: Value) -> String? {
        // All threads that decide read the same nodes: in place, for a copy would be counted by each.
        nodes.withUnsafeBufferPointer { DeclaredNames.twin(in: parameters, of: 0, $0) }
    }

    private static func twin(in value: Value, of place: Int, _ nodes: UnsafeBufferPointer<Node>) -> String? {
        switch value.kind {
        case .object:
            guard !nodes[place].tellsNothing else { return nil }
            for entry in value.entries {
                let isDeclared = nodes[place].properties.contains { !$0.lookup(entry.key).isUndefined }
                if !isDeclared, !nodes[place].folded.isEmpty,
                    let twin = entry.key.string.flatMap({ nodes[place].folded[fold($0)] })
                {
                    return twin
                }
                guard entry.value.kind == .object || entry.value.kind == .array else { continue }
                let below = isDeclared ? entry.key.string.flatMap { nodes[place].below[$0] } : nodes[place].others
                if let below, let twin = twin(in: entry.value, of: below, nodes) { return twin }
            }
            return nil
        case .array, .set:
            guard let below = nodes[place].elements else { return nil }
            for element in value.elements {
                if let twin = twin(in: element, of: below, nodes) { return twin }
            }
            return nil
        case .undefined, .null, .boolean, .number, .string: return nil
        }
    }

    /// The same for names that differ in case alone, `ſ` and the sign for kelvin included. Texts compare by canonical equivalence.
    private static func fold(_ name: String) -> String { name.uppercased().lowercased() }
}
