import RegoSyntax
import Testing

@testable import PolicyDocuments

/// Keywords that put schemas together, by the generated Rego: what fits, what does not, and what the agent is told.
@Suite struct ComposedSchemaTests {
    private static let tree = """
        {type: object, required: [x], properties: {x: {$ref: "#/$defs/node"}}, $defs: {node: {type: object,
        required: [name], properties: {name: {type: string}, children: {type: array, items: {$ref: "#/$defs/node"}}}}}}
        """

    static let rows = [
        SchemaRow(
            "{allOf: [{type: number}, {minimum: 2}]}", good: ["2"], bad: [#""2""#, "1"], "`x` must be a"),
        SchemaRow(
            "{anyOf: [{type: string}, {type: number, minimum: 5}]}", good: [#""a""#, "5"], bad: ["4", "null"],
            "`x` must fit a schema of `anyOf`"),
        SchemaRow("{anyOf: [{type: string}, {}]}", good: ["1", #""a""#], bad: [], ""),
        SchemaRow("{anyOf: [false, {type: string}]}", good: [#""a""#], bad: ["1"], "`x` must fit a schema of `anyOf`"),
        SchemaRow(
            "{oneOf: [{type: integer}, {minimum: 2}]}", good: ["1", "2.5", #""a""#], bad: ["3", "1.5"],
            "`x` must fit exactly one schema of `oneOf`"),
        SchemaRow("{not: {type: string}}", good: ["1"], bad: [#""a""#], "`x` must not fit the schema of `not`"),
        SchemaRow(
            "{not: {not: {type: string}}}", good: [#""a""#], bad: ["1"], "`x` must not fit the schema of `not`"),
        SchemaRow(
            "{if: {required: [a]}, then: {required: [b]}, else: {required: [c]}}",
            good: [#"{"a": 1, "b": 1}"#, #"{"c": 1}"#, "1"], bad: [#"{"a": 1}"#, #"{"a": 1, "c": 1}"#, "{}"],
            "`x."),
        SchemaRow(
            "{prefixItems: [{type: string}, {type: number}], items: false}", good: [#"["a", 1]"#, #"["a"]"#, "[]"],
            bad: [#"["a", 1, 2]"#, "[1]", #"["a", "b"]"#], "`x"),
        SchemaRow(
            "{prefixItems: [{type: string}], items: {type: number}}", good: [#"["a", 1, 2]"#], bad: [#"["a", "b"]"#],
            "`x[]` must be a number"),
        SchemaRow(
            "{contains: {type: string}, minContains: 2, maxContains: 3}", good: [#"["a", 1, "b"]"#],
            bad: [#"["a"]"#, #"["a", "b", "c", "d"]"#], "`x` must hold at "),
        SchemaRow("{contains: {type: string}}", good: [#"["a"]"#], bad: ["[]", "[1]"], "`x` must hold at least 1"),
        SchemaRow("{contains: {type: string}, minContains: 0}", good: ["[]", "[1]"], bad: [], ""),
        SchemaRow("{minProperties: 1}", good: [#"{"a": 1}"#], bad: ["{}"], "`x` must have at least 1 members"),
        SchemaRow("{maxProperties: 0}", good: ["{}"], bad: [#"{"a": 1}"#], "`x` must have at most 0 members"),
        SchemaRow(
            "{propertyNames: {maxLength: 1}}", good: [#"{"a": 1}"#], bad: [#"{"ab": 1}"#],
            "`names in x` must have at most 1 characters"),
        SchemaRow(
            "{patternProperties: {\"^n_\": {type: number}}, additionalProperties: {type: string}}",
            good: [#"{"n_a": 1, "b": "c"}"#], bad: [#"{"n_a": "1"}"#, #"{"b": 1}"#], "`x.*` must be a"),
        SchemaRow(
            "{dependentRequired: {card: [holder]}}", good: [#"{"card": 1, "holder": 2}"#, "{}"], bad: [#"{"card": 1}"#],
            "`x.holder` is required with `x.card`"),
        SchemaRow(
            "{dependentSchemas: {card: {required: [holder]}}}", good: [#"{"card": 1, "holder": 2}"#, "{}"],
            bad: [#"{"card": 1}"#], "`x.holder` is missing"),
        SchemaRow(
            "{properties: {a: {}}, allOf: [{properties: {b: {}}}], unevaluatedProperties: false}",
            good: [#"{"a": 1, "b": 2}"#], bad: [#"{"c": 1}"#], "a parameter that `x` does not declare"),
        SchemaRow(
            "{anyOf: [{properties: {a: {const: 1}}, required: [a]}, {properties: {b: {}}}], unevaluatedProperties: {type: string}}",
            good: [#"{"a": 1}"#, #"{"a": 1, "b": 2}"#, #"{"a": "s", "b": 1}"#], bad: [#"{"a": 2}"#],
            "`x.*` must be a string"),
        SchemaRow(
            "{prefixItems: [{}], contains: {type: string}, unevaluatedItems: false}", good: [#"[1, "a"]"#],
            bad: [#"[1, "a", 2]"#], "`x` must not have further elements"),
        SchemaRow("{const: 5, enum: [5, 6]}", good: ["5"], bad: ["6"], "`x` must be"),
        SchemaRow("false", good: [], bad: ["1", "null"], "`x` must not be there"),
        SchemaRow(
            "{type: number, multipleOf: 0.5}", good: ["1e3", "1.5", "1e308", "25e-1"], bad: ["1.25", "125e-2", "1e-7"],
            "`x` must be a multiple of 0.5"),
        SchemaRow(
            "{multipleOf: 7}", good: ["7e300", "700000000000000000000", "0"], bad: ["1e300", "8e21"],
            "`x` must be a multiple of 7"),
        SchemaRow(
            "{not: {multipleOf: 536870912}}", good: ["1e8"], bad: ["1e300", "1e29"],
            "`x` must not fit the schema of `not`"),
        SchemaRow("{type: integer}", good: ["1e308", "1e21"], bad: ["0.5"], "`x` must be a whole number"),
    ]

    @Test(arguments: rows)
    func `a keyword holds for what it speaks about`(_ row: SchemaRow) throws {
        let compiled = try Self.compiled("{type: object, required: [x], properties: {x: \(row.schema)}}")
        for value in row.good {
            #expect(
                try Self.decide(compiled, #"{"x": \#(value)}"#).summary == "allow policy_allow p1/effect", "\(value)")
        }
        for value in row.bad {
            let outcome = try Self.decide(compiled, #"{"x": \#(value)}"#)
            #expect(outcome.summary == "deny parameter_invalid /parameters", "\(value)")
            #expect(outcome.message.hasPrefix(row.message), "\(outcome.message)")
        }
    }

    static let formats: [(String, [String], [String])] = [
        (
            "date-time", ["2026-11-25T20:56:17Z", "1998-12-31T15:59:60.5-08:00"],
            ["2026-02-29T00:00:00Z", "2026-11-25"]
        ),
        ("date", ["2024-02-29", "2000-02-29"], ["1900-02-29", "2026-13-01", "2026-1-01", "2026-01-01\\n"]),
        ("time", ["20:56:17Z", "23:59:60Z"], ["24:00:00Z", "20:56:17", "22:59:60Z"]),
        ("duration", ["P3Y6M4DT12H30M5S", "P2W", "PT1M"], ["P", "PT", "P1YT", "1D"]),
        ("email", ["joe@acme.example", "a.b+c@[127.0.0.1]"], ["joe", "joe@", "a..b@acme.example", "j@a@b"]),
        ("hostname", ["acme.example", "a-1"], ["-a", "a_b", "a..b", ""]),
        ("ipv4", ["127.0.0.1"], ["0177.0.0.1", "0x7f.1", "2130706433", "256.1.1.1"]),
        ("ipv6", ["::1", "::ffff:10.0.0.1", "1:2:3:4:5:6:7:8"], ["1::2::3", ":1", "12345::", "::1%eth0"]),
        ("uri", ["https://acme.example/a?b#c", "urn:x:y"], ["//acme.example", "https://a b", "a"]),
        ("uri-reference", ["/a/b", "?x", "https://acme.example"], ["\\\\\\\\x", "a b"]),
        ("uuid", ["2eb8aa08-aa98-11ea-b4aa-73b441d16380"], ["2eb8aa08aa9811eab4aa73b441d16380"]),
        ("json-pointer", ["", "/a~1b"], ["a", "/a~2"]),
    ]

    @Test(arguments: formats)
    func `a format that is written holds`(_ name: String, _ good: [String], _ bad: [String]) throws {
        let compiled = try Self.compiled("{type: object, required: [x], properties: {x: {format: \(name)}}}")
        for text in good { #expect(try Self.decide(compiled, #"{"x": "\#(text)"}"#).outcome == "allow", "\(text)") }
        for text in bad {
            let outcome = try Self.decide(compiled, #"{"x": "\#(text)"}"#)
            #expect(outcome.summary == "deny parameter_invalid /parameters", "\(text)")
            #expect(outcome.message == "`x` must be \(TextFormatName(rawValue: name)?.title ?? "")")
        }
        #expect(try Self.decide(compiled, #"{"x": 5}"#).outcome == "allow")
    }

    @Test func `a schema that leads back to itself is checked to the depth that is allowed`() throws {
        let compiled = try Self.compiled(Self.tree)
        func nested(_ levels: Int, _ leaf: String) -> String {
            String(repeating: #"{"name": "n", "children": ["#, count: levels) + leaf
                + String(repeating: "]}", count: levels)
        }
        #expect(try Self.decide(compiled, #"{"x": \#(nested(6, #"{"name": "n"}"#))}"#).outcome == "allow")
        let wrong = try Self.decide(compiled, #"{"x": \#(nested(6, #"{"name": 5}"#))}"#)
        #expect(wrong.message == "`x` must fit `#/$defs/node`")
        let deep = try Self.decide(compiled, #"{"x": \#(nested(9, #"{"name": 5}"#))}"#)
        #expect(deep.summary == "deny parameter_invalid /parameters")
        #expect(deep.message == "the parameters nest more than 16 deep")
    }

    @Test func `references within the schema are followed, anchors and escapes among them`() throws {
        let compiled = try Self.compiled(
            """
            {type: object, properties: {a: {$ref: "#/$defs/a~1b%25"}, b: {$ref: "#money", maximum: 5}},
            $defs: {"a/b%": {type: string}, money: {$anchor: money, type: number}}}
            """)
        #expect(try Self.decide(compiled, #"{"a": "x", "b": 5}"#).outcome == "allow")
        #expect(try Self.decide(compiled, #"{"a": 1}"#).message == "`a` must be a string")
        #expect(try Self.decide(compiled, #"{"b": "1"}"#).message == "`b` must be a number")
        #expect(try Self.decide(compiled, #"{"b": 6}"#).message == "`b` must be at most 5")
    }

    // MARK: What conditions know

    private static let payment = """
        {type: object, required: [kind], properties: {kind: {enum: [card, iban]}}, allOf: [{$ref: "#/$defs/amount"}],
        oneOf: [{properties: {kind: {const: card}, number: {type: string}}, required: [number]},
        {properties: {kind: {const: iban}, iban: {type: string}}, required: [iban]}],
        $defs: {amount: {type: object, required: [amount], properties: {amount: {type: number}, note: {type: string, default: ""}}}}}
        """

    @Test(arguments: [
        ("params.amount > 5", nil), ("params.note != \"\"", nil), ("params.kind == \"card\"", nil),
        ("params.amnt > 5", "policy.unknown-parameter"), ("params.amount > \"5\"", "policy.condition-type"),
        ("startswith(params.number, \"4\")", "policy.optional-parameter"),
        ("params.nmber == \"4\"", "policy.unknown-parameter"),
        ("startswith(params.note, 5)", "policy.condition-type"),
    ])
    func `conditions are checked against composed schemas`(_ condition: String, _ code: String?) throws {
        let found = PolicyCompiler.lint(Self.tree(Self.payment, condition: condition))
        #expect(found.filter { $0.severity == .error }.map(\.code) == (code.map { [$0] } ?? []))
    }

    @Test func `a member of what may be no object does not make a deny rule pass by`() throws {
        let open = "{type: object, required: [a], properties: {a: {required: [b], properties: {b: {type: number}}}}}"
        let compiled = try Self.tree(open, condition: "params.a.b > 5").compiled()
        #expect(try Self.decide(compiled, #"{"a": {"b": 1}}"#).outcome == "allow")
        #expect(try Self.decide(compiled, #"{"a": "x"}"#).summary == "deny evaluation_error p1/no")
    }

    // MARK: Support

    private static func tree(_ parameters: String, condition: String? = nil) -> PolicyTree {
        let rule = condition.map { "rules: [{name: no, effect: deny, when: ['\($0)']}]\n" } ?? ""
        return PolicyTree(
            Catalog.agents + "---\naegis: v1\nkind: Tool\nname: payments.x\nparameters: \(parameters)\n"
                + "---\naegis: v1\nkind: Policy\nname: p1\nagents: [finance-agent]\ntools: [payments.x]\n"
                + "effect: allow\n\(rule)")
    }

    private static func compiled(_ parameters: String) throws -> CompiledPolicies { try tree(parameters).compiled() }

    private static func decide(_ compiled: CompiledPolicies, _ params: String) throws -> Outcome {
        try compiled.decide(Call(tool: "payments.x", params: params))
    }
}
