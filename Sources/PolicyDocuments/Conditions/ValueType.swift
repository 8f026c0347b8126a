/// What is known of a value before any call is made.
indirect enum ValueType: Sendable, Equatable {
    /// Anything: what the schema leaves open, and what callers say of themselves.
    case unknown
    case null, boolean, number, string
    case array(ValueType)
    case object
    case set(ValueType)

    init(_ schema: ParameterView) {
        self =
            switch schema.singleType {
            case .null: .null
            case .boolean: .boolean
            case .integer, .number: .number
            case .string: .string
            case .array: .array(schema.element.map(ValueType.init) ?? .unknown)
            case .object: .object
            case nil: .unknown
            }
    }

    /// How messages call it.
    var title: String {
        switch self {
        case .unknown: "a value"
        case .null: "null"
        case .boolean: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        case .set: "a set"
        }
    }

    var isCollection: Bool {
        switch self {
        case .array, .object, .set: true
        default: false
        }
    }

    /// What an element of it is.
    var element: ValueType {
        switch self {
        case .array(let element), .set(let element): element
        default: .unknown
        }
    }

    /// Whether a value of this type can be one of `other`, as far as is known.
    func fits(_ other: ValueType) -> Bool {
        switch (self, other) {
        case (.unknown, _), (_, .unknown): true
        case (.array, .array), (.set, .set): true
        default: self == other
        }
    }

    /// What is known when it is one or the other.
    func joined(with other: ValueType) -> ValueType {
        self == other ? self : .unknown
    }
}
