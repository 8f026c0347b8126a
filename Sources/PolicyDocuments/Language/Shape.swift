/// The fields of a kind of document, or of an object in one. Reading, messages and the published JSON Schema all come
/// from these tables.
struct Shape: Sendable {
    struct Field: Sendable {
        let name: String
        let type: FieldType
        let isRequired: Bool
        /// One line for the reference and the schema.
        let summary: String

        init(_ name: String, _ type: FieldType, required: Bool = false, _ summary: String) {
            self.name = name
            self.type = type
            isRequired = required
            self.summary = summary
        }
    }

    /// How messages call it: `a policy`, `an approval`.
    let title: String
    let fields: [Field]

    func field(_ name: String) -> Field? {
        fields.first { $0.name == name }
    }
}

/// What a field takes.
indirect enum FieldType: Sendable {
    /// Any text that is not empty.
    case text
    case format(TextFormat)
    case boolean
    /// At least this, or more than it when `exclusive`.
    case number(minimum: String, exclusive: Bool)
    case integer(ClosedRange<Int>)
    case choice([String])
    case list(FieldType, atLeast: Int)
    case object(Shape)
    /// A mapping with exactly one of these fields.
    case oneOf(Shape)
    /// Names to text, number or boolean.
    case labels
    /// Names to one value or a list of values that are accepted.
    case requirements
    /// Names to any values.
    case values
    /// The JSON Schema of a tool's parameters.
    case parameterSchema
    /// A Rego expression.
    case condition
    /// One condition or a list of conditions that must all hold.
    case conditions
    /// A Rego expression or a number.
    case cost
}
