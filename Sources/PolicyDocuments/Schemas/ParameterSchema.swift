import RegoSyntax

/// One schema as it was written: JSON Schema 2020-12, without what refers beyond the document. What a `$ref` means is
/// looked up in ``ParameterSchemas``.
struct ParameterSchema: Sendable {
    enum TypeName: String, CaseIterable, Sendable {
        case null, boolean, integer, number, string, array, object
    }

    struct Property: Sendable {
        let name: String
        let schema: ParameterSchema
    }

    /// A bound as written, and what it bounds.
    enum Bound: Sendable {
        case minimum(String), exclusiveMinimum(String), maximum(String), exclusiveMaximum(String)
        case minLength(Int), maxLength(Int), minItems(Int), maxItems(Int), minProperties(Int), maxProperties(Int)
        case multipleOf(ExactDecimal, text: String)
    }

    /// Members that depend on the presence of another.
    struct Dependency: Sendable {
        let name: String
        let required: [String]
    }

    /// Keywords that stand for one schema, and those that stand for a list of them. Both are in ``parts``.
    enum Keyword: String, CaseIterable, Sendable {
        case additionalProperties, propertyNames, unevaluatedProperties
        case items, contains, unevaluatedItems
        case not, `if`, then, `else`
        case allOf, anyOf, oneOf, prefixItems

        /// Whether its schemas speak about the very value, and not about a part of it.
        var isInPlace: Bool {
            switch self {
            case .not, .if, .then, .else, .allOf, .anyOf, .oneOf: true
            default: false
            }
        }
    }

    /// Where it stands, as a JSON pointer in a fragment: `#/properties/amount`.
    let pointer: String
    let location: SourceLocation
    /// False for the schema `false`, which nothing fits.
    var admitsAnything = true
    /// Nil when any type will do.
    var types: [TypeName]?
    /// From `enum` and `const`: a value is in all of them.
    var allowed: [[LocatedNode]] = []
    /// In the order they were written.
    var bounds: [Bound] = []
    var pattern: Located<String>?
    var format: TextFormatName?
    var hasUniqueItems = false
    var required: [String] = []
    var properties: [Property] = []
    /// Patterns of names, and what the members of these names must be.
    var patternProperties: [Property] = []
    var dependentRequired: [Dependency] = []
    var dependentSchemas: [Property] = []
    /// Nil for the default, 1.
    var minContains: Int?
    var maxContains: Int?
    var parts: [Keyword: [ParameterSchema]] = [:]
    /// The pointer of the schema that this one refers to.
    var reference: Located<String>?
    var definitions: [Property] = []
    var defaultValue: LocatedNode?

    init(pointer: String, location: SourceLocation) {
        self.pointer = pointer
        self.location = location
    }

    func part(_ keyword: Keyword) -> ParameterSchema? { parts[keyword]?.first }
    func list(_ keyword: Keyword) -> [ParameterSchema] { parts[keyword] ?? [] }

    /// Whether members beyond `properties` and `patternProperties` may be there.
    var allowsMore: Bool { part(.additionalProperties)?.admitsAnything ?? true }

    /// The schemas that speak about the same value, the `$ref` aside.
    var inPlace: [ParameterSchema] {
        Keyword.allCases.filter(\.isInPlace).flatMap(list) + dependentSchemas.map(\.schema)
    }

    /// The schemas that speak about parts of the value, or are there to be referred to.
    var within: [ParameterSchema] {
        Keyword.allCases.filter { !$0.isInPlace }.flatMap(list) + properties.map(\.schema)
            + patternProperties.map(\.schema)
    }

    /// Whether every value fits.
    var isTrivial: Bool {
        admitsAnything && types == nil && allowed.isEmpty && bounds.isEmpty && pattern == nil && format == nil
            && !hasUniqueItems && required.isEmpty && properties.isEmpty && patternProperties.isEmpty
            && dependentRequired.isEmpty && dependentSchemas.isEmpty && parts.isEmpty && reference == nil
    }

    /// The one type of `types`, or of all values that are allowed; nil when there may be several.
    var singleType: TypeName? {
        if let types { return types.count == 1 ? types[0] : nil }
        guard let values = allowed.first, let first = values.first.map(Self.typeName) else { return nil }
        return values.allSatisfy { Self.typeName($0) == first } ? first : nil
    }

    /// The type of a literal; whole numbers count as `number`.
    static func typeName(_ node: LocatedNode) -> TypeName {
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
