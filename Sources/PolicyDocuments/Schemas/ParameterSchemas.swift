/// The schema of a tool's parameters with everything that it refers to.
struct ParameterSchemas: Sendable {
    let root: ParameterSchema
    /// Every schema of the document, by its pointer and by its anchor (`#name`).
    private let byPointer: [String: ParameterSchema]
    /// Schemas that lead back to themselves.
    private let cyclic: Set<String>
    /// Schemas from which such a one can be reached.
    private let leadingToCycles: Set<String>

    init(root: ParameterSchema, anchors: [String: String]) {
        self.root = root
        var known: [String: ParameterSchema] = [:]
        var open = [root]
        while let schema = open.popLast() {
            known[schema.pointer] = schema
            open += schema.inPlace + schema.within + schema.definitions.map(\.schema)
        }
        for (anchor, pointer) in anchors { known["#" + anchor] = known[pointer] }
        byPointer = known
        let graph = known.mapValues { Self.next($0, known, inPlaceOnly: false) }
        cyclic = Self.onCycles(of: graph)
        let (marked, edges) = (cyclic, graph)
        leadingToCycles = Set(
            known.values.map(\.pointer).filter { start in
                marked.contains(start) || !Self.reachable(from: start, in: edges).isDisjoint(with: marked)
            })
    }

    /// The schema that a `$ref` names; nil when there is none.
    func target(of schema: ParameterSchema) -> ParameterSchema? { schema.reference.flatMap { byPointer[$0.value] } }

    func isCyclic(_ schema: ParameterSchema) -> Bool { cyclic.contains(schema.pointer) }

    func leadsToCycle(_ schema: ParameterSchema) -> Bool { leadingToCycles.contains(schema.pointer) }

    var hasCycles: Bool { leadingToCycles.contains(root.pointer) }

    var usesFormats: Bool { all.contains { $0.format != nil } }

    /// Every schema of the document once, in the order of their pointers.
    var all: [ParameterSchema] {
        byPointer.filter { $0.key == $0.value.pointer }.values.sorted { $0.pointer < $1.pointer }
    }

    /// Schemas that refer to themselves without a step into the value: they would never come to an end.
    var endless: [ParameterSchema] {
        let graph = byPointer.mapValues { Self.next($0, byPointer, inPlaceOnly: true) }
        let found = Self.onCycles(of: graph)
        return all.filter { found.contains($0.pointer) }
    }

    /// Whether writing the checks would take more than `most` steps, references written out.
    func isLarger(than most: Int) -> Bool {
        max(weight(inPlaceOnly: false, most), weight(inPlaceOnly: true, most)) > most
    }

    /// The largest number of schemas that one of them stands for.
    private func weight(inPlaceOnly: Bool, _ most: Int) -> Int {
        var weights: [String: Int] = [:]
        func weight(_ schema: ParameterSchema) -> Int {
            if let known = weights[schema.pointer] { return known }
            var sum = 1
            for part in schema.inPlace + (inPlaceOnly ? [] : schema.within) { sum += weight(part) }
            if let target = target(of: schema), inPlaceOnly || !isCyclic(target) { sum += weight(target) }
            sum = min(sum, most + 1)
            weights[schema.pointer] = sum
            return sum
        }
        return all.map(weight).max() ?? 0
    }

    // MARK: The graph of who refers to whom

    private static func next(
        _ schema: ParameterSchema, _ known: [String: ParameterSchema], inPlaceOnly: Bool
    ) -> [String] {
        let target = schema.reference.flatMap { known[$0.value]?.pointer }
        return (schema.inPlace + (inPlaceOnly ? [] : schema.within)).map(\.pointer) + (target.map { [$0] } ?? [])
    }

    private static func reachable(from start: String, in graph: [String: [String]]) -> Set<String> {
        var seen: Set<String> = []
        var open = graph[start] ?? []
        while let pointer = open.popLast() {
            if seen.insert(pointer).inserted { open += graph[pointer] ?? [] }
        }
        return seen
    }

    private static func onCycles(of graph: [String: [String]]) -> Set<String> {
        Set(graph.keys.filter { reachable(from: $0, in: graph).contains($0) })
    }
}
