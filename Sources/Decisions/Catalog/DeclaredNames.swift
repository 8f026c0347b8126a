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
        /// The nodes of its members, and of its elements.
        var below: [String: Int] = [:]
        var elements: Int?
    }

    /// The parameters first. A schema that leads back to itself has one node.
    private var nodes: [Node] = []

    init(schema: Value) {
        let parts = SchemaParts(root: schema)
        var schemas = [schema]
        func node(of schema: Value) -> Int? {
            if let known = schemas.firstIndex(where: { $0.isSame(as: schema) }) { return known }
            let tellsOfMore = parts.parts(of: schema).contains {
                $0.lookup("properties").kind == .object || $0.lookup("items").kind == .object
            }
            guard tellsOfMore else { return nil }
            schemas.append(schema)
            return schemas.count - 1
        }
        while nodes.count < schemas.count {
            let schema = schemas[nodes.count]
            var made = Node()
            made.properties = parts.parts(of: schema).map { $0.lookup("properties") }.filter { $0.kind == .object }
            for entry in made.properties.flatMap(\.entries) {
                guard let name = entry.key.string else { continue }
                made.folded[DeclaredNames.fold(name)] = name
                if made.below[name] == nil { made.below[name] = node(of: entry.value) }
            }
            let items = parts.items(of: schema)
            if !items.isUndefined { made.elements = node(of: items) }
            nodes.append(made)
        }
    }

    /// The declared name that a member of the parameters has in another spelling; nil where every member is the one that it seems to be.
    func twin(in parameters: Value) -> String? { twin(in: parameters, of: 0) }

    private func twin(in value: Value, of place: Int) -> String? {
        let node = nodes[place]
        switch value.kind {
        case .object:
            guard !node.properties.isEmpty else { return nil }
            for entry in value.entries {
                guard node.properties.contains(where: { !$0.lookup(entry.key).isUndefined }) else {
                    if let twin = entry.key.string.flatMap({ node.folded[DeclaredNames.fold($0)] }) { return twin }
                    continue
                }
                guard entry.value.kind == .object || entry.value.kind == .array, let name = entry.key.string,
                    let below = node.below[name]
                else { continue }
                if let twin = twin(in: entry.value, of: below) { return twin }
            }
            return nil
        case .array, .set:
            guard let below = node.elements else { return nil }
            for element in value.elements {
                if let twin = twin(in: element, of: below) { return twin }
            }
            return nil
        case .undefined, .null, .boolean, .number, .string: return nil
        }
    }

    /// The same for names that differ in case alone, `ſ` and the sign for kelvin included. Texts compare by canonical equivalence.
    private static func fold(_ name: String) -> String { name.uppercased().lowercased() }
}
