import RegoSyntax

/// What makes a schema a mistake, though each keyword has a value of the right kind.
extension SchemaReader {
    /// Keywords that say something about the schema, and nothing about a value.
    private static let annotations = [
        "title", "description", "examples", "deprecated", "readOnly", "writeOnly", "$comment",
    ]

    static let keywords =
        [
            "type", "enum", "const", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf",
            "minLength", "maxLength", "pattern", "format", "required", "properties", "patternProperties",
            "minProperties", "maxProperties", "dependentRequired", "dependentSchemas", "minItems", "maxItems",
            "uniqueItems", "minContains", "maxContains",
        ] + ParameterSchema.Keyword.allCases.map(\.rawValue) + [
            "$ref", "$defs", "$anchor", "$schema", "$id", "default",
        ]
        + annotations

    private static let renamed = [
        "definitions": "$defs", "id": "$id", "dependencies": "dependentRequired` or `dependentSchemas",
        "additionalItems": "items` beside `prefixItems", "$recursiveRef": "$ref",
    ]

    private static let owners: [String: ParameterSchema.TypeName] = [
        "required": .object, "properties": .object, "additionalProperties": .object, "patternProperties": .object,
        "propertyNames": .object, "minProperties": .object, "maxProperties": .object, "dependentRequired": .object,
        "dependentSchemas": .object, "unevaluatedProperties": .object, "minimum": .number,
        "exclusiveMinimum": .number, "maximum": .number, "exclusiveMaximum": .number, "multipleOf": .number,
        "minLength": .string, "maxLength": .string, "pattern": .string, "format": .string, "items": .array,
        "prefixItems": .array, "contains": .array, "minContains": .array, "maxContains": .array, "minItems": .array,
        "maxItems": .array, "uniqueItems": .array, "unevaluatedItems": .array,
    ]

    /// Reports a keyword that is not known, or that only means something elsewhere.
    func refuse(_ entry: LocatedNode.Entry) {
        guard !Self.annotations.contains(entry.key) else { return }
        let near = Self.renamed[entry.key] ?? NearMiss.of(entry.key, among: Self.keywords)
        findings.error(
            .schemaKeyword, "the schema keyword `\(entry.key)` is not supported\(entry.key == "$id" ? " here" : "")",
            at: entry.keyLocation,
            fix: entry.key == "$id"
                ? "remove it: only the whole schema has an `$id`"
                : near.map { "did you mean `\($0)`?" } ?? "use only: \(Self.keywords.joined(separator: ", "))")
    }

    /// A keyword that can never apply, such as `minLength` of a number, is a mistake.
    func checkOwner(of entry: LocatedNode.Entry, in schema: ParameterSchema) {
        guard let owner = Self.owners[entry.key], let types = schema.types else { return }
        let applies = types.contains(owner) || (owner == .number && types.contains(.integer))
        if !applies {
            findings.error(
                .schemaValue,
                "`\(entry.key)` says nothing about \(types.map { "`\($0.rawValue)`" }.joined(separator: " or "))",
                at: entry.keyLocation, fix: "remove it, or correct the `type`")
        }
    }

    /// A keyword that needs another one beside it.
    func checkPartners(_ entries: [LocatedNode.Entry]) {
        let partners = [
            "then": "if", "else": "if", "minContains": "contains", "maxContains": "contains",
        ]
        for entry in entries {
            guard let partner = partners[entry.key], !entries.contains(where: { $0.key == partner }) else { continue }
            findings.error(
                .schemaValue, "`\(entry.key)` means nothing without `\(partner)`", at: entry.keyLocation,
                fix: "add `\(partner)`, or remove it")
        }
    }

    /// A name that is required beside a list of declared ones is one of them, or a slip of the pen.
    func checkRequired(_ node: LocatedNode, _ schema: ParameterSchema) {
        guard !schema.properties.isEmpty, schema.patternProperties.isEmpty, schema.inPlace.isEmpty,
            schema.reference == nil, schema.part(.additionalProperties)?.isTrivial ?? true
        else { return }
        let declared = schema.properties.map(\.name)
        for name in node[name: "required"]?.strings ?? [] where !declared.contains(name.value) {
            findings.error(
                .schemaValue, "`\(name.value)` is required and not declared", at: name.location,
                fix: NearMiss.of(name.value, among: declared.sorted()).map { "did you mean `\($0)`?" }
                    ?? "declare it under `properties`")
        }
    }

    /// Patterns are RE2: look-around and back-references are what other dialects have beside it.
    func checkPattern(_ text: String, at location: SourceLocation) {
        if !PatternCheck.isValid(text) {
            findings.error(
                .schemaValue, "`\(text)` is no RE2 pattern", at: location,
                fix: "correct it; RE2 has no look-around and no back-references")
        }
    }

    func checkPattern(_ text: String, at node: LocatedNode) { checkPattern(text, at: node.location) }

    /// References lead somewhere, come to an end, and do not multiply beyond measure.
    func checkReferences(in schemas: ParameterSchemas) -> Bool {
        var areKnown = true
        for schema in schemas.all {
            guard let reference = schema.reference, schemas.target(of: schema) == nil else { continue }
            areKnown = false
            let known = schemas.all.map(\.pointer)
            findings.error(
                .schemaValue, "`\(reference.value)` is no schema of this tool", at: reference.location,
                fix: NearMiss.of(reference.value, among: known).map { "did you mean `\($0)`?" }
                    ?? "write it under `$defs`, and `#/$defs/NAME` here")
        }
        if let schema = schemas.endless.first {
            findings.error(
                .schemaValue, "the schema refers to itself without a step into the value", at: schema.location,
                fix: "put the reference under `properties`, `items` or the like")
            return false
        }
        if schemas.isLarger(than: SchemaWriter.mostRules) {
            SchemaWriter.reportSize(of: schemas, findings)
            return false
        }
        return areKnown
    }

    /// Whether a literal has a type that the schema takes, and is among its values.
    func accepts(_ value: LocatedNode, _ schema: ParameterSchema) -> Bool {
        if let types = schema.types {
            let fits = types.contains { type in
                if type == .integer { return value.number?.isInteger == true }
                return ParameterSchema.typeName(value) == type
            }
            if !fits { return false }
        }
        return schema.allowed.allSatisfy { values in
            values.contains { RegoText.literal($0) == RegoText.literal(value) }
        }
    }
}

extension String {
    /// With `%41` read as `A`; nil where an escape or the result is malformed (RFC 3986, section 2.1).
    var percentDecoded: String? {
        var bytes: [UInt8] = []
        var rest = Array(utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), rest.count >= 2 else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
