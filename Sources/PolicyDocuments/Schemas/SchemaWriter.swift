import RegoSyntax

/// Writes the Rego that checks a tool's parameters: `aegis/tools/NAME.rego`. Messages name paths and bounds, never the
/// values that were sent.
struct SchemaWriter {
    private let tool: ToolDocument
    private var rules: [String] = []
    private var variables = 0

    private init(_ tool: ToolDocument) { self.tool = tool }

    static func package(of name: String) -> String { "aegis.tools[\(RegoText.string(name))]" }

    static func path(of name: String) -> String { "aegis/tools/\(name).rego" }

    /// Nil when the tool declares no parameters.
    static func write(_ tool: ToolDocument) -> String? {
        guard let schema = tool.parameters else { return nil }
        var writer = SchemaWriter(tool)
        writer.members(of: schema, at: "input.params", named: "", prelude: [])
        let place = tool.header.node.location
        return "# The parameters of the tool \(tool.name), written in \(place.file):\(place.line).\n"
            + "package \(package(of: tool.name))\n\nimport data.aegis\n\n"
            + (writer.rules.isEmpty ? "problems := set()\n" : writer.rules.joined(separator: "\n\n") + "\n")
    }

    private mutating func problem(_ message: String, prelude: [String], _ lines: [String]) {
        let finding = "[\(rules.count), \(RegoText.string(message))]"
        let all = prelude + lines
        let body = all.count == 1 ? all[0] : "{\n" + all.map { "\t\($0)\n" }.joined() + "}"
        rules.append("problems contains \(finding) if \(body)")
    }

    /// Checks of an object's members. `place` is the Rego that reads it, `named` its path for messages.
    private mutating func members(
        of schema: ParameterSchema, at place: String, named path: String, prelude: [String]
    ) {
        for property in schema.properties {
            let name = path.isEmpty ? property.name : "\(path).\(property.name)"
            let member = RegoText.member(property.name, of: place)
            let hasTypeTest = property.schema.singleType != nil
            if property.isRequired, !hasTypeTest {
                problem(
                    "`\(name)` is required", prelude: prelude,
                    ["not aegis.has(\(place), \(RegoText.string(property.name)))"])
            }
            if property.isRequired, let type = property.schema.singleType {
                requiredType(type, of: property.name, in: place, named: name, prelude: prelude)
            }
            check(
                property.schema, at: member, named: name, prelude: prelude, isTyped: property.isRequired && hasTypeTest)
        }
        if !schema.allowsMore {
            let declared = schema.properties.map { RegoText.string($0.name) }
            let whose = path.isEmpty ? "the tool" : "`\(path)`"
            problem(
                "a parameter that \(whose) does not declare", prelude: prelude,
                ["some name, _ in \(place)", "not name in \(RegoText.set(declared))"])
        }
    }

    /// Checks of one value that may be absent; its type has been looked at when `isTyped`.
    private mutating func check(
        _ schema: ParameterSchema, at place: String, named path: String, prelude: [String], isTyped: Bool
    ) {
        if let types = schema.types, !isTyped { typeTest(types, at: place, named: path, prelude: prelude) }
        if let allowed = schema.allowed {
            let values = allowed.map(RegoText.literal)
            problem(
                "`\(path)` must be \(values.count == 1 ? "" : "one of ")\(values.joined(separator: ", "))",
                prelude: prelude, ["value := \(place)", "not value in \(RegoText.set(values))"])
        }
        for bound in schema.bounds { check(bound, at: place, named: path, prelude: prelude) }
        if let pattern = schema.pattern {
            problem(
                "`\(path)` must match `\(pattern.value)`", prelude: prelude,
                ["is_string(\(place))", "not regex.match(\(RegoText.string(pattern.value)), \(place))"])
        }
        if schema.hasUniqueItems {
            problem(
                "`\(path)` must not hold an element twice", prelude: prelude,
                ["is_array(\(place))", "count({item | some item in \(place)}) != count(\(place))"])
        }
        if let items = schema.items.first {
            variables += 1
            let item = "item_\(variables)"
            check(
                items, at: item, named: path + "[]",
                prelude: prelude + ["is_array(\(place))", "some \(item) in \(place)"], isTyped: false)
        }
        if !schema.properties.isEmpty || !schema.allowsMore {
            members(of: schema, at: place, named: path, prelude: prelude + ["is_object(\(place))"])
        }
    }

    /// One check for presence and type: what is absent has no type.
    private mutating func requiredType(
        _ type: ParameterSchema.TypeName, of name: String, in place: String, named path: String, prelude: [String]
    ) {
        let member = "\(place), \(RegoText.string(name))"
        let test =
            type == .integer ? "aegis.member_is_integer(\(member))" : "aegis.member_is(\(member), \"\(type.rawValue)\")"
        problem("`\(path)` must be \(Self.title(type))", prelude: prelude, ["not \(test)"])
    }

    private mutating func typeTest(
        _ types: [ParameterSchema.TypeName], at place: String, named path: String, prelude: [String]
    ) {
        let title = types.map(Self.title).joined(separator: " or ")
        var lines = ["value := \(place)"]
        for type in types {
            lines.append(type == .integer ? "not aegis.is_integer(value)" : "not is_\(type.rawValue)(value)")
        }
        problem("`\(path)` must be \(title)", prelude: prelude, lines)
    }

    private mutating func check(_ bound: ParameterSchema.Bound, at place: String, named path: String, prelude: [String])
    {
        switch bound {
        case .minimum(let text): number(place, "< \(text)", "`\(path)` must be at least \(text)", prelude)
        case .exclusiveMinimum(let text): number(place, "<= \(text)", "`\(path)` must be more than \(text)", prelude)
        case .maximum(let text): number(place, "> \(text)", "`\(path)` must be at most \(text)", prelude)
        case .exclusiveMaximum(let text): number(place, ">= \(text)", "`\(path)` must be less than \(text)", prelude)
        case .minLength(let count):
            size("string", place, "< \(count)", "`\(path)` must have at least \(count) characters", prelude)
        case .maxLength(let count):
            size("string", place, "> \(count)", "`\(path)` must have at most \(count) characters", prelude)
        case .minItems(let count):
            size("array", place, "< \(count)", "`\(path)` must have at least \(count) elements", prelude)
        case .maxItems(let count):
            size("array", place, "> \(count)", "`\(path)` must have at most \(count) elements", prelude)
        case .multipleOf(let step, let text):
            let places = step.decimals
            let factor = step.scaled(by: places) ?? 1
            problem(
                "`\(path)` must be a multiple of \(text)", prelude: prelude,
                ["is_number(\(place))", "not aegis.is_multiple(\(place), \(factor), \(places))"])
        }
    }

    private mutating func number(_ place: String, _ test: String, _ message: String, _ prelude: [String]) {
        problem(message, prelude: prelude, ["is_number(\(place))", "\(place) \(test)"])
    }

    private mutating func size(_ type: String, _ place: String, _ test: String, _ message: String, _ prelude: [String])
    {
        problem(message, prelude: prelude, ["is_\(type)(\(place))", "count(\(place)) \(test)"])
    }

    private static func title(_ type: ParameterSchema.TypeName) -> String {
        switch type {
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
