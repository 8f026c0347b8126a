import Testing

@testable import PolicyDocuments

/// Parameters against one property's schema, `x`, by the generated Rego.
struct SchemaRow: CustomTestStringConvertible, Sendable {
    let schema: String
    let good: [String]
    let bad: [String]
    let message: String

    init(_ schema: String, good: [String], bad: [String], _ message: String) {
        self.schema = schema
        self.good = good
        self.bad = bad
        self.message = message
    }

    var testDescription: String { schema }
}

@Suite struct SchemaCheckTests {
    private func decide(_ parameters: String, _ params: [String]) throws -> [Outcome] {
        let tree = PolicyTree(
            Catalog.agents + "---\naegis: v1\nkind: Tool\nname: payments.x\nparameters: \(parameters)\n"
                + "---\naegis: v1\nkind: Policy\nname: p1\nagents: [finance-agent]\ntools: [payments.x]\neffect: allow\n"
        )
        let compiled = try tree.compiled()
        return try params.map { try compiled.decide(Call(tool: "payments.x", params: $0)) }
    }

    static let rows = [
        SchemaRow(
            "{type: string}", good: [#""""#, #""a""#], bad: ["1", "null", "[]", "true"], "`x` must be a string"),
        SchemaRow(
            "{type: integer}", good: ["1", "1.0", "-3", "1e3"], bad: ["1.5", #""1""#], "`x` must be a whole number"),
        SchemaRow("{type: number}", good: ["1.5"], bad: [#""1.5""#], "`x` must be a number"),
        SchemaRow("{type: boolean}", good: ["false", "true"], bad: ["0", #""true""#], "`x` must be a boolean"),
        SchemaRow("{type: [string, \"null\"]}", good: ["null", #""a""#], bad: ["1"], "`x` must be a string or null"),
        SchemaRow(
            "{enum: [a, 1]}", good: [#""a""#, "1", "1.0"], bad: [#""b""#, "2", "true"], #"`x` must be one of "a", 1"#),
        SchemaRow("{const: 5}", good: ["5"], bad: ["6", #""5""#], "`x` must be"),
        SchemaRow(
            "{type: number, minimum: 2}", good: ["2", "2.1"], bad: ["1.999999999999999999"], "`x` must be at least 2"),
        SchemaRow(
            "{type: number, exclusiveMinimum: 2}", good: ["2.000000000000000001"], bad: ["2"], "`x` must be more than 2"
        ),
        SchemaRow("{type: number, maximum: 2}", good: ["2"], bad: ["2.1"], "`x` must be at most 2"),
        SchemaRow("{type: number, exclusiveMaximum: 2}", good: ["1.9"], bad: ["2"], "`x` must be less than 2"),
        SchemaRow(
            "{type: number, multipleOf: 0.01}", good: ["0", "1.1", "19.99", "-0.01", "0.3"],
            bad: ["1.111", "0.001", "1e-3"], "`x` must be a multiple of 0.01"),
        SchemaRow(
            "{type: number, multipleOf: 0.25}", good: ["0.5", "1", "2.75"], bad: ["0.3", "0.125"],
            "`x` must be a multiple of 0.25"),
        SchemaRow(
            "{type: integer, multipleOf: 5}", good: ["0", "15", "-5"], bad: ["7"], "`x` must be a multiple of 5"),
        SchemaRow(
            "{type: string, minLength: 2}", good: [#""äö""#], bad: [#""ä""#], "`x` must have at least 2 characters"),
        SchemaRow(
            "{type: string, maxLength: 2}", good: [#""äö""#], bad: [#""abc""#], "`x` must have at most 2 characters"),
        SchemaRow(
            "{type: string, pattern: \"^[a-z]+$\"}", good: [#""abc""#], bad: [#""aBc""#, #""""#, #""a\nb""#],
            "`x` must match `^[a-z]+$`"),
        SchemaRow(
            "{type: array, items: {type: string}}", good: ["[]", #"["a"]"#], bad: ["[1]", #"["a", null]"#],
            "`x[]` must be a string"),
        SchemaRow("{type: array, minItems: 1}", good: ["[1]"], bad: ["[]"], "`x` must have at least 1 elements"),
        SchemaRow("{type: array, maxItems: 1}", good: ["[1]"], bad: ["[1, 2]"], "`x` must have at most 1 elements"),
        SchemaRow(
            "{type: array, uniqueItems: true}", good: ["[1, 2]"], bad: ["[1, 1.0]"],
            "`x` must not hold an element twice"),
        SchemaRow(
            "{type: object, required: [a], properties: {a: {type: number}}}",
            good: [#"{"a": 1}"#, #"{"a": 1, "b": 2}"#], bad: [#"{"a": "1"}"#], "`x.a` must be a number"),
        SchemaRow(
            "{type: object, required: [a], properties: {a: {type: number}}}", good: [#"{"a": 0}"#], bad: ["{}"],
            "`x.a` is missing"),
        SchemaRow(
            "{type: array, items: {type: object, required: [n], properties: {n: {type: integer}}}}",
            good: [#"[{"n": 0}]"#], bad: [#"[{"n": 1}, {}]"#], "`x[].n` is missing"),
        SchemaRow(
            "{type: object, required: [a], properties: {a: {}}}", good: [#"{"a": false}"#, #"{"a": null}"#],
            bad: ["{}"], "`x.a` is missing"),
        SchemaRow(
            "{type: object, additionalProperties: false, properties: {a: {}}}", good: ["{}", #"{"a": 1}"#],
            bad: [#"{"b": 1}"#], "a parameter that `x` does not declare"),
        SchemaRow(
            "{type: array, items: {type: object, required: [n], properties: {n: {type: number, maximum: 9}}}}",
            good: [#"[{"n": 9}]"#], bad: [#"[{"n": 1}, {"n": 10}]"#], "`x[].n` must be at most 9"),
        SchemaRow(
            "{type: array, items: {type: array, items: {type: integer}}}", good: ["[[1], []]"], bad: ["[[1], [\"a\"]]"],
            "`x[][]` must be a whole number"),
    ]

    @Test(arguments: rows)
    func `each keyword is checked on every call`(_ row: SchemaRow) throws {
        let parameters = "{type: object, required: [x], properties: {x: \(row.schema)}}"
        for outcome in try decide(parameters, row.good.map { #"{"x": \#($0)}"# }) {
            #expect(outcome.summary == "allow policy_allow p1/effect")
        }
        for outcome in try decide(parameters, row.bad.map { #"{"x": \#($0)}"# }) {
            #expect(outcome.summary == "deny parameter_invalid /parameters")
            #expect(outcome.message.hasPrefix(row.message), "\(outcome.message)")
        }
    }

    @Test(arguments: rows)
    func `an absent optional parameter is fine and an absent required one is not`(_ row: SchemaRow) throws {
        let optional = try decide("{type: object, properties: {x: \(row.schema)}}", ["{}"])
        #expect(optional.map(\.outcome) == ["allow"])
        let required = try decide("{type: object, required: [x], properties: {x: \(row.schema)}}", ["{}"])
        #expect(required.map(\.code) == ["parameter_invalid"])
        #expect(required.map(\.message) == ["`x` is missing"])
    }

    @Test func `undeclared parameters pass unless the schema closes itself`() throws {
        let open = try decide("{type: object, properties: {a: {type: string}}}", [#"{"zz": 1}"#])
        #expect(open.map(\.outcome) == ["allow"])
        let closed = try decide(
            "{type: object, additionalProperties: false, properties: {a: {type: string}}}", [#"{"zz": 1}"#])
        #expect(closed.map(\.message) == ["a parameter that the tool does not declare"])
    }
}
