import RegoSyntax

/// What a tool's parameters must look like: the part of JSON Schema 2020-12 that compiles to Rego.
struct ParameterSchema: Sendable {
    enum TypeName: String, CaseIterable, Sendable {
        case null, boolean, integer, number, string, array, object
    }

    struct Property: Sendable {
        let name: String
        let schema: ParameterSchema
        let isRequired: Bool
        var hasDefault: Bool { schema.defaultValue != nil }
    }

    /// A bound as written, and what it bounds.
    enum Bound: Sendable {
        case minimum(String), exclusiveMinimum(String), maximum(String), exclusiveMaximum(String)
        case minLength(Int), maxLength(Int), minItems(Int), maxItems(Int)
        case multipleOf(ExactDecimal, text: String)
    }

    /// Nil when any type will do.
    var types: [TypeName]?
    /// From `enum` and `const`.
    var allowed: [LocatedNode]?
    /// In the order they were written.
    var bounds: [Bound] = []
    var pattern: Located<String>?
    /// None or one.
    var items: [ParameterSchema] = []
    var hasUniqueItems = false
    var properties: [Property] = []
    /// Whether members beyond `properties` are accepted.
    var allowsMore = true
    var defaultValue: LocatedNode?
    var location: SourceLocation

    func property(_ name: String) -> Property? {
        properties.first { $0.name == name }
    }

    /// The one type that values have; nil when there may be several.
    var singleType: TypeName? {
        if let types { return types.count == 1 ? types[0] : nil }
        guard let allowed, let first = allowed.first.flatMap(Self.typeName) else { return nil }
        return allowed.allSatisfy { Self.typeName($0) == first } ? first : nil
    }

    /// The type of a literal; whole numbers count as `number`.
    static func typeName(_ node: LocatedNode) -> TypeName? {
        switch node.kind {
        case .null: .null
        case .boolean: .boolean
        case .number: .number
        case .string: .string
        case .list: .array
        case .mapping: .object
        }
    }
}
