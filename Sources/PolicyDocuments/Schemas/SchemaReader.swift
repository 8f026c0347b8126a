import RegoSyntax

/// Reads the JSON Schema of a tool's parameters. A keyword that would not be checked is an error, so that nobody relies
/// on it.
struct SchemaReader {
    let findings: Findings

    static let keywords = [
        "type", "required", "properties", "additionalProperties", "enum", "const", "minimum", "exclusiveMinimum",
        "maximum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "items", "minItems",
        "maxItems",
        "uniqueItems", "default", "title", "description", "format", "examples", "$schema",
    ]
    private static let annotations: Set = ["title", "description", "format", "examples", "$schema"]
    private static let owners: [String: ParameterSchema.TypeName] = [
        "required": .object, "properties": .object, "additionalProperties": .object, "minimum": .number,
        "exclusiveMinimum": .number, "maximum": .number, "exclusiveMaximum": .number, "multipleOf": .number,
        "minLength": .string, "maxLength": .string, "pattern": .string, "items": .array, "minItems": .array,
        "maxItems": .array, "uniqueItems": .array,
    ]

    /// The schema of all parameters: an object.
    func readParameters(_ node: LocatedNode) -> ParameterSchema? {
        guard let schema = read(node) else { return nil }
        if let types = schema.types, types != [.object] {
            wrong(node[name: "type"] ?? node, "parameters are an object", fix: "write `type: object`")
        }
        var result = schema
        result.types = [.object]
        return result
    }

    private func read(_ node: LocatedNode) -> ParameterSchema? {
        guard case .mapping(let entries) = node.kind else {
            wrong(node, "a schema is a mapping, and this is \(node.description)", fix: "write it like `{type: string}`")
            return nil
        }
        var schema = ParameterSchema(location: node.location)
        for entry in entries { read(entry, into: &schema) }
        readProperties(node, into: &schema)
        for entry in entries { checkOwner(of: entry, in: schema) }
        if let value = schema.defaultValue, !accepts(value, schema) {
            wrong(
                value, "the default does not fit the schema it stands in", fix: "write a value that the schema accepts")
        }
        return schema
    }

    private func read(_ entry: LocatedNode.Entry, into schema: inout ParameterSchema) {
        let value = entry.value
        switch entry.key {
        case "type": schema.types = readTypes(value)
        case "enum":
            if case .list(let elements) = value.kind, !elements.isEmpty {
                schema.allowed = elements
            } else {
                wrong(value, "`enum` is a list of values", fix: "write it like `[EUR, USD]`")
            }
        case "const": schema.allowed = [value]
        case "minimum": number(entry).map { schema.bounds.append(.minimum($0)) }
        case "exclusiveMinimum": number(entry).map { schema.bounds.append(.exclusiveMinimum($0)) }
        case "maximum": number(entry).map { schema.bounds.append(.maximum($0)) }
        case "exclusiveMaximum": number(entry).map { schema.bounds.append(.exclusiveMaximum($0)) }
        case "multipleOf":
            guard let text = number(entry), let step = ExactDecimal(text) else { return }
            if step.isPositive, step.decimals <= 9, step.scaled(by: step.decimals) != nil {
                schema.bounds.append(.multipleOf(step, text: text))
            } else {
                wrong(value, "`multipleOf` is \(text)", fix: "write a positive number with at most 9 decimals")
            }
        case "minLength": count(entry).map { schema.bounds.append(.minLength($0)) }
        case "maxLength": count(entry).map { schema.bounds.append(.maxLength($0)) }
        case "minItems": count(entry).map { schema.bounds.append(.minItems($0)) }
        case "maxItems": count(entry).map { schema.bounds.append(.maxItems($0)) }
        case "pattern":
            if let text = value.string {
                schema.pattern = Located(text, at: value.location)
                checkPattern(text, at: value)
            } else {
                wrong(value, "`pattern` is text", fix: "write an RE2 pattern in quotes")
            }
        case "items": read(value).map { schema.items = [$0] }
        case "uniqueItems", "additionalProperties":
            guard let flag = value.boolean else {
                wrong(value, "`\(entry.key)` is `true` or `false` here", fix: "write `true` or `false`")
                return
            }
            if entry.key == "uniqueItems" { schema.hasUniqueItems = flag } else { schema.allowsMore = flag }
        case "default": schema.defaultValue = value
        case "properties", "required": return
        default:
            guard !Self.annotations.contains(entry.key) else { return }
            let near = NearMiss.of(entry.key, among: Self.keywords)
            findings.error(
                .schemaKeyword, "the schema keyword `\(entry.key)` is not supported", at: entry.keyLocation,
                fix: near.map { "did you mean `\($0)`?" } ?? "use only: \(Self.keywords.joined(separator: ", "))")
        }
    }

    private func readTypes(_ node: LocatedNode) -> [ParameterSchema.TypeName]? {
        let names = node.string.map { [Located($0, at: node.location)] } ?? node.strings
        guard !names.isEmpty else {
            wrong(node, "`type` is a name or a list of names", fix: "write it like `string` or `[string, \"null\"]`")
            return nil
        }
        var types: [ParameterSchema.TypeName] = []
        for name in names {
            guard let type = ParameterSchema.TypeName(rawValue: name.value) else {
                let known = ParameterSchema.TypeName.allCases.map(\.rawValue)
                findings.error(
                    .schemaValue, "`\(name.value)` is no type", at: name.location,
                    fix: NearMiss.of(name.value, among: known).map { "did you mean `\($0)`?" }
                        ?? "use one of \(known.joined(separator: ", "))")
                return nil
            }
            types.append(type)
        }
        return types
    }

    private func readProperties(_ node: LocatedNode, into schema: inout ParameterSchema) {
        let required = node[name: "required"]
        if let required, required.strings.count != required.elements.count || required.elements.isEmpty {
            wrong(required, "`required` is a list of names", fix: "write it like `[amount, currency]`, or remove it")
        }
        let names = Set(required?.strings.map(\.value) ?? [])
        if let properties = node[name: "properties"] {
            guard case .mapping(let entries) = properties.kind else {
                return wrong(
                    properties, "`properties` is a mapping of names to schemas", fix: "write `amount: {type: number}`")
            }
            for entry in entries {
                guard let property = read(entry.value) else { continue }
                schema.properties.append(
                    .init(name: entry.key, schema: property, isRequired: names.contains(entry.key)))
            }
        }
        let declared = Set(node[name: "properties"]?.entries.map(\.key) ?? [])
        for name in required?.strings ?? [] where !declared.contains(name.value) {
            findings.error(
                .schemaValue, "`\(name.value)` is required and not declared", at: name.location,
                fix: NearMiss.of(name.value, among: declared.sorted()).map { "did you mean `\($0)`?" }
                    ?? "declare it under `properties`")
        }
    }

    /// A keyword that can never apply, such as `minLength` of a number, is a mistake.
    private func checkOwner(of entry: LocatedNode.Entry, in schema: ParameterSchema) {
        guard let owner = Self.owners[entry.key], let types = schema.types else { return }
        let applies = types.contains(owner) || (owner == .number && types.contains(.integer))
        if !applies {
            findings.error(
                .schemaValue,
                "`\(entry.key)` says nothing about \(types.map { "`\($0.rawValue)`" }.joined(separator: " or "))",
                at: entry.keyLocation, fix: "remove it, or correct the `type`")
        }
    }

    /// Patterns are RE2: look-around and back-references are what other dialects have beside it.
    private func checkPattern(_ text: String, at node: LocatedNode) {
        if !PatternCheck.isValid(text) {
            wrong(
                node, "`\(text)` is no RE2 pattern", fix: "correct it; RE2 has no look-around and no back-references")
        }
    }

    private func number(_ entry: LocatedNode.Entry) -> String? {
        if case .number(let text) = entry.value.kind { return text }
        wrong(entry.value, "`\(entry.key)` is a number", fix: "write it without quotes")
        return nil
    }

    private func count(_ entry: LocatedNode.Entry) -> Int? {
        if let value = entry.value.integer, value >= 0 { return value }
        wrong(entry.value, "`\(entry.key)` is a whole number from 0", fix: "write a whole number")
        return nil
    }

    /// Whether a literal has a type that the schema takes, and is among its values.
    private func accepts(_ value: LocatedNode, _ schema: ParameterSchema) -> Bool {
        if let types = schema.types {
            let fits = types.contains { type in
                if type == .integer { return value.number?.isInteger == true }
                return ParameterSchema.typeName(value) == type
            }
            if !fits { return false }
        }
        guard let allowed = schema.allowed else { return true }
        return allowed.contains { RegoText.literal($0) == RegoText.literal(value) }
    }

    private func wrong(_ node: LocatedNode, _ message: String, fix: String) {
        findings.error(.schemaValue, message, at: node.location, fix: fix)
    }
}
