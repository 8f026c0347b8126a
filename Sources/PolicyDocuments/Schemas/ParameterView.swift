/// What is known of a parameter before any call is made, from all schemas that speak about it: what `allOf` and `$ref`
/// add holds always, what `anyOf`, `oneOf` and `if` add holds in one branch.
struct ParameterView: Sendable {
    private indirect enum Knowledge: Sendable {
        /// What a schema says directly.
        case says(ParameterSchema)
        case all([Knowledge])
        case any([Knowledge])
    }

    struct Property {
        let schema: ParameterView
        let isRequired: Bool
        let hasDefault: Bool
    }

    private let schemas: ParameterSchemas
    private let knowledge: Knowledge

    init(_ schemas: ParameterSchemas) {
        self.schemas = schemas
        knowledge = Self.unfold(schemas.root, schemas, visited: [])
    }

    private init(_ schemas: ParameterSchemas, _ knowledge: Knowledge) {
        self.schemas = schemas
        self.knowledge = knowledge
    }

    private static func unfold(
        _ schema: ParameterSchema, _ schemas: ParameterSchemas, visited: Set<String>
    ) -> Knowledge {
        guard !visited.contains(schema.pointer) else { return .all([]) }
        let visited = visited.union([schema.pointer])
        func unfolded(_ schema: ParameterSchema) -> Knowledge { unfold(schema, schemas, visited: visited) }
        var parts: [Knowledge] = [.says(schema)]
        parts += schema.list(.allOf).map(unfolded)
        if let target = schemas.target(of: schema) { parts.append(unfolded(target)) }
        for keyword in [ParameterSchema.Keyword.anyOf, .oneOf] where schema.parts[keyword] != nil {
            parts.append(.any(schema.list(keyword).map(unfolded)))
        }
        if let condition = schema.part(.if) {
            let met = [condition] + schema.list(.then)
            parts.append(.any([.all(met.map(unfolded)), .all(schema.list(.else).map(unfolded))]))
        }
        // A dependent schema holds only with its member.
        for dependent in schema.dependentSchemas { parts.append(.any([unfolded(dependent.schema), .all([])])) }
        return .all(parts)
    }

    private func unfolded(_ schema: ParameterSchema) -> Knowledge { Self.unfold(schema, schemas, visited: []) }

    // MARK: Types and values

    /// Nil when any type will do. A whole number is a number.
    var types: Set<ParameterSchema.TypeName>? { types(knowledge) }

    var singleType: ParameterSchema.TypeName? { types.flatMap { $0.count == 1 ? $0.first : nil } }

    private func types(_ knowledge: Knowledge) -> Set<ParameterSchema.TypeName>? {
        switch knowledge {
        case .says(let schema):
            let values = schema.allowed.map { Set($0.map(ParameterSchema.typeName)) }
            let written = schema.types.map { Set($0.map { $0 == .integer ? .number : $0 }) }
            return (values + (written.map { [$0] } ?? [])).reduce(nil) { $0?.intersection($1) ?? $1 }
        case .all(let parts): return parts.compactMap(types).reduce(nil) { $0?.intersection($1) ?? $1 }
        case .any(let branches):
            return branches.map(types).reduce([]) { all, one in
                guard let all, let one else { return nil }
                return all.union(one)
            }
        }
    }

    /// The literals that are listed for it, as Rego; nil when none are.
    var allowed: [String]? { allowed(knowledge) }

    private func allowed(_ knowledge: Knowledge) -> [String]? {
        func meet(_ lists: [[String]]) -> [String]? {
            lists.reduce(nil) { kept, list in kept.map { $0.filter(list.contains) } ?? list }
        }
        switch knowledge {
        case .says(let schema): return meet(schema.allowed.map { $0.map(RegoText.literal) })
        case .all(let parts): return meet(parts.compactMap(allowed))
        case .any(let branches):
            return branches.map(allowed).reduce([]) { all, one in
                guard let all, let one else { return nil }
                return all + one.filter { !all.contains($0) }
            }
        }
    }

    /// What each element is; nil when nothing is said.
    var element: ParameterView? { element(knowledge).map { ParameterView(schemas, $0) } }

    private func element(_ knowledge: Knowledge) -> Knowledge? {
        switch knowledge {
        case .says(let schema):
            guard let items = schema.part(.items) else { return nil }
            return .any((schema.list(.prefixItems) + [items]).map(unfolded))
        case .all(let parts):
            let known = parts.compactMap(element)
            return known.isEmpty ? nil : .all(known)
        case .any(let branches):
            let known = branches.compactMap(element)
            return known.count == branches.count && !known.isEmpty ? .any(known) : nil
        }
    }

    // MARK: Members

    /// The names that are declared anywhere, in the order of the schemas.
    var names: [String] {
        func names(_ knowledge: Knowledge) -> [String] {
            switch knowledge {
            case .says(let schema): schema.properties.map(\.name)
            case .all(let parts), .any(let parts): parts.flatMap(names)
            }
        }
        var seen: Set<String> = []
        return names(knowledge).filter { seen.insert($0).inserted }
    }

    /// Whether members that are not declared may be there.
    var allowsMore: Bool {
        func allowsMore(_ knowledge: Knowledge) -> Bool {
            switch knowledge {
            case .says(let schema): schema.allowsMore
            case .all(let parts): parts.allSatisfy(allowsMore)
            case .any(let branches): branches.contains(where: allowsMore)
            }
        }
        return allowsMore(knowledge)
    }

    /// A member that is declared: by name, by a pattern of names, or as what all further members are.
    func property(_ name: String) -> Property? {
        let found = member(name, knowledge)
        guard found.isDeclared else { return nil }
        return Property(
            schema: ParameterView(schemas, found.knowledge ?? .all([])), isRequired: found.isRequired,
            hasDefault: found.hasDefault)
    }

    private struct Member {
        var knowledge: Knowledge?
        var isDeclared = false
        /// Whether it cannot be there.
        var isRefused = false
        var isRequired = false
        var hasDefault = false
    }

    private func member(_ name: String, _ knowledge: Knowledge) -> Member {
        switch knowledge {
        case .says(let schema): return member(name, said: schema)
        case .all(let parts):
            let found = parts.map { member(name, $0) }
            let known = found.compactMap(\.knowledge)
            return Member(
                knowledge: known.isEmpty ? nil : .all(known), isDeclared: found.contains(where: \.isDeclared),
                isRefused: found.contains(where: \.isRefused), isRequired: found.contains(where: \.isRequired),
                hasDefault: found.contains(where: \.hasDefault))
        case .any(let branches):
            let found = branches.map { member(name, $0) }
            let possible = found.filter { !$0.isRefused }
            let known = possible.compactMap(\.knowledge)
            return Member(
                knowledge: known.count == possible.count && !known.isEmpty ? .any(known) : nil,
                isDeclared: found.contains(where: \.isDeclared), isRefused: possible.isEmpty && !found.isEmpty,
                isRequired: !found.isEmpty && found.allSatisfy(\.isRequired))
        }
    }

    private func member(_ name: String, said schema: ParameterSchema) -> Member {
        var member = Member(isRequired: schema.required.contains(name))
        if let property = schema.properties.first(where: { $0.name == name }) {
            member.knowledge = unfolded(property.schema)
            member.isDeclared = true
            member.hasDefault = hasDefault(unfolded(property.schema))
        } else if !schema.patternProperties.isEmpty {
            member.isDeclared = true
        } else if let more = schema.part(.additionalProperties) {
            member.isRefused = !more.admitsAnything
            member.isDeclared = more.admitsAnything && !more.isTrivial
            member.knowledge = member.isDeclared ? unfolded(more) : nil
        }
        return member
    }

    /// Only defaults that hold whatever the call looks like are filled in.
    private func hasDefault(_ knowledge: Knowledge) -> Bool {
        switch knowledge {
        case .says(let schema): schema.defaultValue != nil
        case .all(let parts): parts.contains(where: hasDefault)
        case .any: false
        }
    }
}
