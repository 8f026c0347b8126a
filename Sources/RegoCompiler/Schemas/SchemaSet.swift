internal import RegoSyntax
public import RegoValues

/// The JSON Schemas that the type checker knows documents by, as `opa check --schema` takes them.
///
/// One schema without a name is that of `input` everywhere. Named ones hold where a METADATA block's `schemas` says
/// so: `- input: schema.request` names the schema `["request"]`.
public struct SchemaSet: Sendable {
    private var types: [[String]: BuiltinType] = [:]

    public init() {}

    public var isEmpty: Bool { types.isEmpty }

    /// - Parameters:
    ///   - schema: a JSON Schema, as JSON.
    ///   - path: its name, such as `["kubernetes", "pod"]` for `schema.kubernetes.pod`; empty for the only one.
    /// - Throws: ``SchemaError`` for what cannot be a schema.
    public mutating func add(_ schema: Document, at path: [String] = []) throws(SchemaError) {
        types[path] = try withExtendedLifetime(schema) { () throws(SchemaError) in
            try SchemaTypes(Term(value: schema.root)).type
        }
    }

    /// The type of `input` in all modules.
    var input: BuiltinType? { types[[]] }

    func type(at path: [String]) -> BuiltinType? { types[path] }
}

/// Why a document is no schema that types can be taken from.
public struct SchemaError: Error, Sendable, Hashable, CustomStringConvertible {
    public let message: String

    public var description: String { message }
}

extension Term {
    /// A JSON value as a ground term.
    init(value: Value) {
        switch value.kind {
        case .array: self.init(.array(value.elements.map { Term(value: $0) }))
        case .object:
            self.init(
                .object(value.entries.map { ObjectEntry(key: Term(value: $0.key), value: Term(value: $0.value)) }))
        case .string: self.init(.string(value.string ?? ""))
        case .boolean: self.init(.boolean(value.boolValue ?? false))
        case .number: self.init(.number(JSONWriter.text(value)))
        default: self.init(.null)
        }
    }
}
