/// The JSON Schemas of policy documents, for editors: `schema/KIND.schema.json`. They come from the tables that reading
/// uses, so that they accept what the compiler reads; what only the compiler can know (names, types) is not in them.
public enum PublishedSchema {
    /// File names with their contents.
    public static var files: [(name: String, text: String)] {
        Shape.kinds.compactMap { kind in
            Shape.ofKind(kind).map { (file(of: kind), text(of: $0, kind)) }
        } + [("policies.schema.json", anyKind)]
    }

    private static func file(of kind: String) -> String { "\(kind.lowercased()).schema.json" }

    /// Any document, by its kind: what an editor takes for files that hold several.
    private static var anyKind: String {
        let kind = JSONText.object([.init(name: "enum", value: .strings(Shape.kinds))])
        let branches = Shape.kinds.map { kind in
            JSONText.object([
                .init(
                    name: "if",
                    value: .object([
                        .init(name: "required", value: .strings(["kind"])),
                        .init(
                            name: "properties",
                            value: .object([
                                .init(name: "kind", value: .object([.init(name: "const", value: .string(kind))]))
                            ])),
                    ])),
                .init(name: "then", value: .object([.init(name: "$ref", value: .string(file(of: kind)))])),
            ])
        }
        let members: [JSONText.Member] = [
            .init(name: "$schema", value: .string("https://json-schema.org/draft/2020-12/schema")),
            .init(name: "title", value: .string("Aegis policy documents, v1")),
            .init(name: "type", value: .string("object")),
            .init(name: "required", value: .strings(["aegis", "kind", "name"])),
            .init(name: "properties", value: .object([.init(name: "kind", value: kind)])),
            .init(name: "allOf", value: .list(branches)),
        ]
        return JSONText.object(members).text() + "\n"
    }

    private static func text(of shape: Shape, _ kind: String) -> String {
        var members: [JSONText.Member] = [
            .init(name: "$schema", value: .string("https://json-schema.org/draft/2020-12/schema")),
            .init(name: "title", value: .string("Aegis \(kind), v1")),
        ]
        members += object(shape)
        return JSONText.object(members).text() + "\n"
    }

    private static func object(_ shape: Shape) -> [JSONText.Member] {
        var members: [JSONText.Member] = [.init(name: "type", value: .string("object"))]
        let required = shape.fields.filter(\.isRequired).map(\.name)
        if !required.isEmpty { members.append(.init(name: "required", value: .strings(required))) }
        members.append(
            .init(
                name: "properties",
                value: .object(
                    shape.fields.map { field in
                        .init(
                            name: field.name,
                            value: .object(
                                [.init(name: "description", value: .string(field.summary))] + schema(field.type)))
                    })))
        members.append(.init(name: "additionalProperties", value: .boolean(false)))
        return members
    }

    private static func schema(_ type: FieldType) -> [JSONText.Member] {
        switch type {
        case .text: [.init(name: "type", value: .string("string")), .init(name: "minLength", value: .integer(1))]
        case .format(let format):
            [.init(name: "type", value: .string("string")), .init(name: "pattern", value: .string(format.pattern))]
        case .boolean: [.init(name: "type", value: .string("boolean"))]
        case .number(let minimum, let exclusive):
            [
                .init(name: "type", value: .string("number")),
                .init(name: exclusive ? "exclusiveMinimum" : "minimum", value: .number(minimum)),
            ]
        case .integer(let range):
            [
                .init(name: "type", value: .string("integer")),
                .init(name: "minimum", value: .integer(range.lowerBound)),
                .init(name: "maximum", value: .integer(range.upperBound)),
            ]
        case .choice(let choices): [.init(name: "enum", value: .strings(choices))]
        case .list(let element, let least):
            [
                .init(name: "type", value: .string("array")), .init(name: "minItems", value: .integer(least)),
                .init(name: "items", value: .object(schema(element))),
            ]
        case .object(let shape): object(shape)
        case .oneOf(let shape):
            object(shape) + [
                .init(name: "minProperties", value: .integer(1)), .init(name: "maxProperties", value: .integer(1)),
            ]
        case .labels:
            [.init(name: "type", value: .string("object")), .init(name: "additionalProperties", value: scalar)]
        case .requirements:
            [
                .init(name: "type", value: .string("object")),
                .init(
                    name: "additionalProperties",
                    value: .object([
                        .init(
                            name: "anyOf",
                            value: .list([
                                scalar,
                                .object([
                                    .init(name: "type", value: .string("array")),
                                    .init(name: "minItems", value: .integer(1)),
                                    .init(name: "items", value: scalar),
                                ]),
                            ]))
                    ])),
            ]
        case .parameterSchema, .values: [.init(name: "type", value: .string("object"))]
        case .condition: condition
        case .conditions:
            [
                .init(
                    name: "anyOf",
                    value: .list([
                        .object(condition),
                        .object([
                            .init(name: "type", value: .string("array")), .init(name: "minItems", value: .integer(1)),
                            .init(name: "items", value: .object(condition)),
                        ]),
                    ]))
            ]
        case .cost: [.init(name: "type", value: .strings(["string", "number"]))]
        }
    }

    private static let condition: [JSONText.Member] = [
        .init(name: "type", value: .strings(["string", "boolean"])),
        .init(name: "minLength", value: .integer(1)),
    ]

    private static let scalar = JSONText.object([
        .init(name: "type", value: .strings(["string", "number", "boolean"]))
    ])
}
