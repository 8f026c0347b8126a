import RegoValues

/// `json.match_schema` and `json.verify_schema`.
enum SchemaBuiltins {
    static let family: Builtins.Family = [.init("json.match_schema", match), .init("json.verify_schema", verify)]

    /// An object or array as it is, or the JSON in a string.
    private static func document(_ value: Value, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        switch value.kind {
        case .object, .array: return value
        case .string:
            do throws(JSONError) {
                return try context.heap.parseJSON(value.utf8, limits: JSONBuiltins.limits)
            } catch {
                throw .failure("invalid JSON string")
            }
        default: throw .failure("wrong type, expected string or object")
        }
    }

    static func verify(_ a: Arguments, _ context: BuiltinContext) -> Value {
        do throws(BuiltinError) {
            let schema = try document(a[0], context)
            try SchemaCheck(root: schema, context: context).check(schema)
            return context.heap.array([.true, .null])
        } catch {
            return context.heap.array([.false, context.heap.string("jsonschema: \(error.message)")])
        }
    }

    static func match(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (value, schema) = (try document(a[0], context), try document(a[1], context))
        try SchemaCheck(root: schema, context: context).check(schema)
        var validation = SchemaValidation(root: schema, context: context)
        let errors = try validation.errors(value, schema)
        let heap = context.heap
        let described = errors.map { error in
            heap.object([
                (.string("error"), heap.string("\(error.field): \(error.description)")),
                (.string("type"), heap.string(error.type)), (.string("field"), heap.string(error.field)),
                (.string("desc"), heap.string(error.description)),
            ])
        }
        return heap.array([.boolean(errors.isEmpty), heap.array(described)])
    }
}

/// Whether a value is a usable schema.
struct SchemaCheck {
    let root: Value
    let context: BuiltinContext

    private static let types = ["array", "boolean", "integer", "number", "null", "object", "string"]

    func check(_ schema: Value) throws(BuiltinError) {
        if schema.kind == .boolean { return }
        guard schema.kind == .object else {
            throw .failure("Invalid type. Expected: schema, given: \(schema.kind.name)")
        }
        try checkType(schema.lookup("type"))
        for key in ["properties", "patternProperties", "definitions", "$defs"] {
            let members = schema.member(key)
            if members.isUndefined { continue }
            guard members.kind == .object else { throw wrong("valid schema", key) }
            for entry in members.entries { try check(entry.value) }
        }
        for key in [
            "additionalProperties", "additionalItems", "not", "contains", "propertyNames", "if", "then", "else",
        ] {
            let inner = schema.member(key)
            if !inner.isUndefined { try check(inner) }
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            let list = schema.member(key)
            if list.isUndefined { continue }
            guard list.kind == .array else { throw wrong("array of schemas", key) }
            for inner in list.elements { try check(inner) }
        }
        let items = schema.lookup("items")
        for inner in items.kind == .array ? Array(items.elements) : (items.isUndefined ? [] : [items]) {
            try check(inner)
        }
        let required = schema.lookup("required")
        guard required.isUndefined || (required.kind == .array && required.elements.allSatisfy { $0.kind == .string })
        else { throw .failure("required items must be string") }
        for key in ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"] {
            let number = schema.member(key)
            guard
                number.isUndefined || number.kind == .number || (number.kind == .boolean && key.hasPrefix("exclusive"))
            else { throw .failure("\(key) must be of a number") }
        }
        for key in ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"] {
            let number = schema.member(key)
            if number.isUndefined { continue }
            guard let count = number.int64 else { throw .failure("\(key) must be of an integer") }
            if count < 0 { throw .failure("\(key) must be greater than or equal to 0") }
        }
        let pattern = schema.lookup("pattern")
        if !pattern.isUndefined, pattern.kind != .string || (try? SchemaValidation.pattern(pattern, context)) == nil {
            throw .failure("pattern must be a valid regex")
        }
        if let reference = schema.lookup("$ref").string, !reference.hasPrefix("#") {
            throw .failure("remote reference loading disabled: \(reference)")
        }
    }

    private func wrong(_ expected: String, _ given: String) -> BuiltinError {
        .failure("Invalid type. Expected: \(expected), given: \(given)")
    }

    private func checkType(_ type: Value) throws(BuiltinError) {
        if type.isUndefined { return }
        for one in type.kind == .array ? Array(type.elements) : [type] {
            guard let name = one.string else { throw wrong("string/array of strings", "type") }
            guard SchemaCheck.types.contains(name) else {
                throw .failure(
                    "has a primitive type that is NOT VALID -- given: /\(name)/ Expected valid values are:[\(SchemaCheck.types.joined(separator: " "))]"
                )
            }
        }
    }
}

extension Value {
    /// The object member with this name.
    func member(_ name: String) -> Value {
        var name = name
        return name.withUTF8 { lookup(utf8: $0) }
    }
}
