/// The keywords that speak about one value: its type, its bounds, its text.
extension SchemaWriter {
    /// All checks of a value, which may be absent.
    mutating func check(_ schema: ParameterSchema, at place: SchemaPlace) {
        guard schema.admitsAnything else {
            let place = bound(place)
            return fail("\(place.title) must not be there", place.prelude)
        }
        if let types = schema.types, !place.isTyped { checkType(types, at: place) }
        for values in schema.allowed { checkAllowed(values.map(RegoText.literal), at: place) }
        for bound in schema.bounds { check(bound, at: place) }
        if let pattern = schema.pattern {
            fail(
                "\(place.title) must match `\(pattern.value)`",
                place.prelude + [
                    "is_string(\(place.text))", "not regex.match(\(RegoText.string(pattern.value)), \(place.text))",
                ])
        }
        if let format = schema.format {
            fail(
                "\(place.title) must be \(format.title)",
                place.prelude + ["is_string(\(place.text))", "not formats.\(format.function)(\(place.text))"])
        }
        checkElements(of: schema, at: place)
        checkMembers(of: schema, at: place)
        checkInPlace(schema, at: place)
        checkUnevaluated(schema, at: place)
    }

    private mutating func checkAllowed(_ values: [String], at place: SchemaPlace) {
        let place = bound(place)
        fail(
            "\(place.title) must be \(values.count == 1 ? "" : "one of ")\(values.joined(separator: ", "))",
            place.prelude + ["not \(place.text) in \(RegoText.set(values))"])
    }

    private mutating func checkType(_ types: [ParameterSchema.TypeName], at place: SchemaPlace) {
        let place = bound(place)
        let title = types.map(\.title).joined(separator: " or ")
        let tests = types.map { type in
            type == .integer ? "not aegis.is_integer(\(place.text))" : "not is_\(type.rawValue)(\(place.text))"
        }
        fail("\(place.title) must be \(title)", place.prelude + tests)
    }

    private mutating func check(_ bound: ParameterSchema.Bound, at place: SchemaPlace) {
        switch bound {
        case .minimum(let text): compare(place, "< \(text)", "must be at least \(text)")
        case .exclusiveMinimum(let text): compare(place, "<= \(text)", "must be more than \(text)")
        case .maximum(let text): compare(place, "> \(text)", "must be at most \(text)")
        case .exclusiveMaximum(let text): compare(place, ">= \(text)", "must be less than \(text)")
        case .minLength(let count): measure("string", place, "< \(count)", "must have at least \(count) characters")
        case .maxLength(let count): measure("string", place, "> \(count)", "must have at most \(count) characters")
        case .minItems(let count): measure("array", place, "< \(count)", "must have at least \(count) elements")
        case .maxItems(let count): measure("array", place, "> \(count)", "must have at most \(count) elements")
        case .minProperties(let count): measure("object", place, "< \(count)", "must have at least \(count) members")
        case .maxProperties(let count): measure("object", place, "> \(count)", "must have at most \(count) members")
        case .multipleOf(let step, let text):
            let factor = step.scaled(by: step.decimals) ?? 1
            fail(
                "\(place.title) must be a multiple of \(text)",
                place.prelude + [
                    "is_number(\(place.text))", "not aegis.is_multiple(\(place.text), \(factor), \(step.decimals))",
                ])
        }
    }

    private mutating func compare(_ place: SchemaPlace, _ test: String, _ message: String) {
        fail("\(place.title) \(message)", place.prelude + ["is_number(\(place.text))", "\(place.text) \(test)"])
    }

    private mutating func measure(_ type: String, _ place: SchemaPlace, _ test: String, _ message: String) {
        fail(
            "\(place.title) \(message)", place.prelude + ["is_\(type)(\(place.text))", "count(\(place.text)) \(test)"])
    }
}

extension SchemaPlace {
    /// How a message begins that is about it.
    var title: String { path.isEmpty ? "the parameters" : "`\(path)`" }
}

extension ParameterSchema.TypeName {
    /// How messages call it.
    var title: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .integer: "a whole number"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
