import Approvals

/// The part of JSON Schema 2020-12 in which the API describes itself.
public indirect enum Schema: Sendable, Hashable {
    public struct Field: Sendable, Hashable {
        let name: String
        let schema: Schema
        let isRequired: Bool
        let summary: String?

        public init(_ name: String, _ schema: Schema, required: Bool = true, _ summary: String? = nil) {
            self.name = name
            self.schema = schema
            isRequired = required
            self.summary = summary
        }
    }

    /// Text of so many characters.
    case text(ClosedRange<Int>? = nil)
    /// Text that an ECMA 262 expression matches.
    case pattern(String)
    /// RFC 3339 in UTC.
    case time
    case choice([String])
    case integer(ClosedRange<Int>)
    case number
    case boolean
    /// Any JSON value.
    case anything
    case list(Schema, atMost: Int? = nil)
    /// An `open` object may have fields beside these.
    case object([Field], open: Bool = false)
    /// Any names to values of one schema.
    case map(Schema)
    /// One of `components/schemas`.
    case named(String)
    /// The schema, or null.
    case nullable(Schema)

    func write(to json: inout JSONText) {
        json.object { write(membersTo: &$0) }
    }

    private func write(membersTo json: inout JSONText) {
        switch self {
        case .text(let length):
            json.field("type", "string")
            if let length {
                json.field("minLength", Int64(length.lowerBound))
                json.field("maxLength", Int64(length.upperBound))
            }
        case .pattern(let expression):
            json.field("type", "string")
            json.field("pattern", expression)
        case .time:
            json.field("type", "string")
            json.field("format", "date-time")
        case .choice(let values):
            json.field("type", "string")
            json.field("enum", values)
        case .integer(let range):
            json.field("type", "integer")
            json.field("minimum", Int64(range.lowerBound))
            json.field("maximum", Int64(range.upperBound))
        case .number: json.field("type", "number")
        case .boolean: json.field("type", "boolean")
        case .anything: break
        case .list(let element, let most):
            json.field("type", "array")
            json.key("items")
            element.write(to: &json)
            if let most { json.field("maxItems", Int64(most)) }
        case .object(let fields, let isOpen): write(fields, isOpen, to: &json)
        case .map(let element):
            json.field("type", "object")
            json.key("additionalProperties")
            element.write(to: &json)
        case .named(let name): json.field("$ref", "#/components/schemas/\(name)")
        case .nullable(let schema):
            json.key("anyOf")
            json.array { json in
                schema.write(to: &json)
                json.object { $0.field("type", "null") }
            }
        }
    }

    private func write(_ fields: [Field], _ isOpen: Bool, to json: inout JSONText) {
        json.field("type", "object")
        let required = fields.filter(\.isRequired).map(\.name)
        if !required.isEmpty { json.field("required", required) }
        if !fields.isEmpty {
            json.key("properties")
            json.object { json in
                for field in fields {
                    json.key(field.name)
                    json.object { json in
                        if let summary = field.summary { json.field("description", summary) }
                        field.schema.write(membersTo: &json)
                    }
                }
            }
        }
        if !isOpen {
            json.key("additionalProperties")
            json.boolean(false)
        }
    }
}
