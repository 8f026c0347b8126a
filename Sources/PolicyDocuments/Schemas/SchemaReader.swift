import RegoSyntax

/// Reads the JSON Schema of a tool's parameters. A keyword that would not be checked is an error, so that nobody relies
/// on it.
struct SchemaReader {
    let findings: Findings
    /// Anchors of the document to the pointers of their schemas.
    private var anchors: [String: String] = [:]

    init(findings: Findings) { self.findings = findings }

    /// The schema of all parameters: an object.
    mutating func readParameters(_ node: LocatedNode) -> ParameterSchemas? {
        guard case .mapping = node.kind, var root = read(node, at: "#") else {
            if case .mapping = node.kind { return nil }
            wrong(node, "the parameters' schema is a mapping, and this is \(node.description)", fix: Self.example)
            return nil
        }
        if let types = root.types, types != [.object] {
            wrong(node[name: "type"] ?? node, "parameters are an object", fix: "write `type: object`")
        }
        root.types = [.object]
        let schemas = ParameterSchemas(root: root, anchors: anchors)
        return checkReferences(in: schemas) ? schemas : nil
    }

    private static let example = "write it like `{type: string}`"

    mutating func read(_ node: LocatedNode, at pointer: String) -> ParameterSchema? {
        if let flag = node.boolean {
            var schema = ParameterSchema(pointer: pointer, location: node.location)
            schema.admitsAnything = flag
            return schema
        }
        guard case .mapping(let entries) = node.kind else {
            wrong(node, "a schema is a mapping, `true` or `false`, and this is \(node.description)", fix: Self.example)
            return nil
        }
        var schema = ParameterSchema(pointer: pointer, location: node.location)
        for entry in entries { read(entry, into: &schema) }
        checkRequired(node, schema)
        checkPartners(entries)
        for entry in entries { checkOwner(of: entry, in: schema) }
        if let value = schema.defaultValue, !accepts(value, schema) {
            wrong(
                value, "the default does not fit the schema it stands in", fix: "write a value that the schema accepts")
        }
        return schema
    }

    private mutating func read(_ entry: LocatedNode.Entry, into schema: inout ParameterSchema) {
        if let keyword = ParameterSchema.Keyword(rawValue: entry.key) {
            schema.parts[keyword] = readParts(entry, keyword, within: schema.pointer)
            return
        }
        let value = entry.value
        switch entry.key {
        case "type": schema.types = readTypes(value)
        case "enum": if let values = list(entry) { schema.allowed.append(values) }
        case "const": schema.allowed.append([value])
        case "minimum": number(entry).map { schema.bounds.append(.minimum($0)) }
        case "exclusiveMinimum": number(entry).map { schema.bounds.append(.exclusiveMinimum($0)) }
        case "maximum": number(entry).map { schema.bounds.append(.maximum($0)) }
        case "exclusiveMaximum": number(entry).map { schema.bounds.append(.exclusiveMaximum($0)) }
        case "multipleOf": readMultiple(entry, into: &schema)
        case "minLength": count(entry).map { schema.bounds.append(.minLength($0)) }
        case "maxLength": count(entry).map { schema.bounds.append(.maxLength($0)) }
        case "minItems": count(entry).map { schema.bounds.append(.minItems($0)) }
        case "maxItems": count(entry).map { schema.bounds.append(.maxItems($0)) }
        case "minProperties": count(entry).map { schema.bounds.append(.minProperties($0)) }
        case "maxProperties": count(entry).map { schema.bounds.append(.maxProperties($0)) }
        case "minContains": schema.minContains = count(entry)
        case "maxContains": schema.maxContains = count(entry)
        case "pattern":
            if let pattern = text(entry) {
                schema.pattern = Located(pattern, at: value.location)
                checkPattern(pattern, at: value)
            }
        case "format": schema.format = readFormat(entry)
        case "uniqueItems":
            if let flag = value.boolean {
                schema.hasUniqueItems = flag
            } else {
                wrong(value, "`uniqueItems` is `true` or `false`", fix: "write `true` or `false`")
            }
        case "default": schema.defaultValue = value
        case "required": schema.required = names(value, of: entry.key)
        case "properties": schema.properties = readMembers(entry, within: schema.pointer)
        case "patternProperties":
            schema.patternProperties = readMembers(entry, within: schema.pointer)
            for member in value.entries { checkPattern(member.key, at: member.keyLocation) }
        case "dependentSchemas": schema.dependentSchemas = readMembers(entry, within: schema.pointer)
        case "$defs": schema.definitions = readMembers(entry, within: schema.pointer)
        case "dependentRequired":
            if case .mapping(let entries) = value.kind {
                schema.dependentRequired = entries.map { .init(name: $0.key, required: names($0.value, of: entry.key)) }
            } else {
                wrong(
                    value, "`dependentRequired` is a mapping of names to lists of names",
                    fix: "write it like `{card: [holder]}`")
            }
        case "$ref": schema.reference = readReference(entry)
        case "$anchor": if let name = text(entry) { anchors[name] = schema.pointer }
        case "$schema": checkDialect(entry)
        case "$id" where schema.pointer == "#": return
        default: refuse(entry)
        }
    }

    // MARK: Schemas within schemas

    private mutating func readParts(
        _ entry: LocatedNode.Entry, _ keyword: ParameterSchema.Keyword, within pointer: String
    ) -> [ParameterSchema]? {
        let place = "\(pointer)/\(keyword.rawValue)"
        switch keyword {
        case .allOf, .anyOf, .oneOf, .prefixItems:
            guard let nodes = list(entry, of: "schemas") else { return nil }
            return nodes.enumerated().compactMap { read($1, at: "\(place)/\($0)") }
        case .items:
            if case .list = entry.value.kind {
                wrong(entry.value, "`items` is one schema", fix: "write `prefixItems` for a list of schemas")
                return nil
            }
            return read(entry.value, at: place).map { [$0] }
        default: return read(entry.value, at: place).map { [$0] }
        }
    }

    private mutating func readMembers(
        _ entry: LocatedNode.Entry, within pointer: String
    ) -> [ParameterSchema.Property] {
        guard case .mapping(let entries) = entry.value.kind else {
            wrong(
                entry.value, "`\(entry.key)` is a mapping of names to schemas", fix: "write `amount: {type: number}`")
            return []
        }
        var members: [ParameterSchema.Property] = []
        for member in entries {
            let name = member.key.replacing("~", with: "~0").replacing("/", with: "~1")
            guard let schema = read(member.value, at: "\(pointer)/\(entry.key)/\(name)") else { continue }
            members.append(.init(name: member.key, schema: schema))
        }
        return members
    }

    // MARK: Values of keywords

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

    private func readMultiple(_ entry: LocatedNode.Entry, into schema: inout ParameterSchema) {
        guard let text = number(entry), let step = ExactDecimal(text) else { return }
        if step.isPositive, step.decimals <= 9, let factor = step.scaled(by: step.decimals), factor <= 1_000_000_000 {
            schema.bounds.append(.multipleOf(step, text: text))
        } else {
            wrong(
                entry.value, "`multipleOf` is \(text)", fix: "write a positive number of at most 9 digits and decimals")
        }
    }

    private func readFormat(_ entry: LocatedNode.Entry) -> TextFormatName? {
        guard let name = text(entry) else { return nil }
        if let format = TextFormatName(rawValue: name) { return format }
        let known = TextFormatName.allCases.map(\.rawValue)
        findings.error(
            .schemaKeyword, "the format `\(name)` is not supported", at: entry.value.location,
            fix: NearMiss.of(name, among: known).map { "did you mean `\($0)`?" }
                ?? "use a `pattern`, or one of: \(known.joined(separator: ", "))")
        return nil
    }

    /// A reference within the document, percent-decoded.
    private func readReference(_ entry: LocatedNode.Entry) -> Located<String>? {
        guard let text = text(entry) else { return nil }
        guard text.hasPrefix("#"), let decoded = text.percentDecoded else {
            wrong(
                entry.value, "`\(text)` refers beyond the schema",
                fix: "write it under `$defs`, and `#/$defs/NAME` here")
            return nil
        }
        return Located(decoded, at: entry.value.location)
    }

    private func checkDialect(_ entry: LocatedNode.Entry) {
        let ours = "https://json-schema.org/draft/2020-12/schema"
        guard let text = text(entry), text != ours, text != ours + "#" else { return }
        wrong(entry.value, "`\(text)` is another dialect", fix: "write the schema in JSON Schema 2020-12: \(ours)")
    }

    private func list(_ entry: LocatedNode.Entry, of what: String = "values") -> [LocatedNode]? {
        if case .list(let elements) = entry.value.kind, !elements.isEmpty { return elements }
        wrong(
            entry.value, "`\(entry.key)` is a list of \(what)",
            fix: what == "values" ? "write it like `[EUR, USD]`" : "write it like `[{type: string}, {type: number}]`")
        return nil
    }

    private func names(_ node: LocatedNode, of keyword: String) -> [String] {
        guard case .list(let elements) = node.kind, node.strings.count == elements.count else {
            wrong(node, "`\(keyword)` is a list of names", fix: "write it like `[amount, currency]`, or remove it")
            return []
        }
        return node.strings.map(\.value)
    }

    private func text(_ entry: LocatedNode.Entry) -> String? {
        if let text = entry.value.string { return text }
        wrong(entry.value, "`\(entry.key)` is text", fix: "write it in quotes")
        return nil
    }

    private func number(_ entry: LocatedNode.Entry) -> String? {
        if case .number(let text) = entry.value.kind { return text }
        wrong(entry.value, "`\(entry.key)` is a number", fix: "write it without quotes")
        return nil
    }

    private func count(_ entry: LocatedNode.Entry) -> Int? {
        if let value = entry.value.number?.scaled(by: 0), value >= 0 { return Int(value) }
        wrong(entry.value, "`\(entry.key)` is a whole number from 0", fix: "write a whole number")
        return nil
    }

    func wrong(_ node: LocatedNode, _ message: String, fix: String) {
        findings.error(.schemaValue, message, at: node.location, fix: fix)
    }
}
