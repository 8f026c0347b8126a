import RegoRuntime
import RegoValues
import Testing

@Suite struct GraphQLBuiltinTests {
    private static let schema =
        "type Query { a(x: Int, y: [E!]): A b: [A!]! } enum E { ONE TWO } type A { id: ID! n: Int }"

    private func answer(_ name: String, _ texts: String...) throws -> String {
        let arguments = BuiltinHarness()
        let values = texts.map { arguments.context.heap.string($0) }
        return try arguments.answer(name, JSONWriter.text(arguments.context.heap.array(values)))
    }

    @Test(arguments: [
        ("{", "Expected Name, found <EOF> in GraphQL string at location 1:2"),
        ("query Q", "Expected {, found <EOF> in GraphQL string at location 1:8"),
        ("fragment on on T { a }", "Unexpected Name \"on\" in GraphQL string at location 1:10"),
        ("{ a() }", "expected at least one definition, found ) in GraphQL string at location 1:5"),
        ("{ a(x: 01) }", "Unexpected <Invalid> in GraphQL string at location 1:9"),
        ("query ($x: Int = $y) { a }", "Unexpected $ in GraphQL string at location 1:18"),
        ("# ਊ\r\n{ ਊ }", "Expected Name, found <Invalid> in GraphQL string at location 2:4"),
        ("\"\"\"\nab\"\"\"", "Unexpected BlockString \"ab\" in GraphQL string at location 2:0"),
    ])
    func `a broken query is refused with its place`(query: String, message: String) throws {
        #expect(try answer("graphql.parse_query", query) == "failure: graphql.parse_query: \(message)")
    }

    @Test(arguments: [
        ("schema { foo: Query }", "Unexpected Name \"foo\" in GraphQL string at location 1:10"),
        (
            "schema { ' }",
            "Unexpected single quote character ('), did you mean to use a double quote (\")? in GraphQL string at location 1:10"
        ),
        ("union U = A |", "Expected Name, found <EOF> in GraphQL string at location 1:14"),
        ("extend type T", "Unexpected <EOF> in GraphQL string at location 1:14"),
        ("directive @d on NOWHERE", "Unexpected Name \"NOWHERE\" in GraphQL string at location 1:17"),
    ])
    func `a broken schema is refused with its place`(schema: String, message: String) throws {
        #expect(try answer("graphql.parse_schema", schema) == "failure: graphql.parse_schema: \(message)")
    }

    @Test(arguments: [
        ("{ a(x: 1, y: [ONE]) { id } }", true), ("{ b { id n __typename } }", true),
        ("{ __schema { types { name } } }", true),
        ("query ($x: Int) { a(x: $x) { id } }", true), ("query ($x: Int) { b { id } }", false),
        ("{ a(x: \"1\") { id } }", false), ("{ a(y: [THREE]) { id } }", false), ("{ a(z: 1) { id } }", false),
        ("{ a }", false), ("{ b { id { x } } }", false), ("{ c }", false), ("mutation { a { id } }", false),
        ("{ a { ...F } } fragment F on A { id }", true),
        ("{ a { id } } fragment F on A { id } fragment G on A { n }", false),
        ("{ a { ...F } } fragment F on A { ...F }", false), ("{ a { ...F } } fragment F on Query { b { id } }", false),
        ("{ a { x: id x: n } }", false), ("{ a(x: 1) { id } a(x: 2) { id } }", false),
        ("{ b { id } } { b { n } }", false),
        ("query ($x: String) { a(x: $x) { id } }", false), ("{ a @skip(if: true) { id } }", true),
        ("{ a @skip { id } }", false), ("{ a @nope { id } }", false), ("{ a(x: $x) { id } }", false),
    ])
    func `a query is judged by its schema`(query: String, isValid: Bool) throws {
        #expect(try answer("graphql.is_valid", query, Self.schema) == "\(isValid)")
    }

    @Test(arguments: [
        (
            "{ aa { id } }",
            "Cannot query field \"aa\" on type \"Query\". Did you mean \"a\"? in GraphQL string at location 1:3"
        ),
        (
            "{ a { id } c }",
            "Cannot query field \"c\" on type \"Query\". Did you mean \"a\" or \"b\"? in GraphQL string at location 1:12"
        ),
        (
            "{ c b }",
            "Cannot query field \"c\" on type \"Query\". Did you mean \"a\" or \"b\"?\ninput:1:5: Field \"b\" of type "
                + "\"[A!]!\" must have a selection of subfields. Did you mean \"b { ... }\"?\n in GraphQL string at location 1:3"
        ),
    ])
    func `all that is wrong with a query is said`(query: String, message: String) throws {
        let got = try answer("graphql.parse", query, Self.schema)
        let wanted = "failure: graphql.parse: \(message)"
        #expect(got.filter { $0 != "\n" } == wanted.filter { $0 != "\n" })
    }

    @Test func `what validation says about a schema has its place`() throws {
        let message = "Error in gqlparser SchemaDocument to Schema conversion: input:1:13: Undefined type Nope."
        #expect(try answer("graphql.parse", "{ a }", "type T { a: Nope }") == "failure: graphql.parse: \(message)")
        #expect(try answer("graphql.parse_and_verify", "{ a }", "type T { a: Nope }") == "[false, {}, {}]")
    }

    @Test func `a syntax tree keeps comments before named operations`() throws {
        let tree = try answer("graphql.parse_query", "# one\n# two\nquery Q { a }")
        #expect(tree.contains(##""Comment": {"List": [{"Value": "# one"}, {"Value": "# two"}]}"##))
    }

    @Test(arguments: ["{", "[", "{a(x:[", "{a{", "{...{", "type A{a:[", "\"\"\""])
    func `documents that nest without end are refused`(unit: String) throws {
        let text = String(repeating: unit, count: 20_000)
        for name in ["graphql.parse_query", "graphql.parse_schema"] {
            #expect(try answer(name, text).hasPrefix("failure: \(name): "))
        }
        #expect(try answer("graphql.is_valid", text, text) == "false")
    }

    @Test func `fragments that spread each other in a circle end`() throws {
        let body = "a { a { ...G } ...G }"
        let query = "{ ...F ...G } fragment F on T { a { a { ...F } ...F } } fragment G on T { \(body) }"
        #expect(try answer("graphql.is_valid", query, "type T { a: T } schema { query: T }") == "false")
    }

    /// Each fragment spreads the one before it twice: written out, the query has 2^60 fields.
    @Test(arguments: [false, true]) func `fragments that double sixty times end within the bound`(conflicts: Bool)
        throws
    {
        var query = "{ a { ...F60 ...F60 } }"
        for level in 1...60 {
            query += " fragment F\(level) on A { x: next { ...F\(level - 1) } y: next { ...F\(level - 1) } }"
        }
        query += conflicts ? " fragment F0 on A { z: id z: n }" : " fragment F0 on A { id n }"
        let schema = "type Query { a: A } type A { id: ID! n: Int next: A }"
        #expect(try answer("graphql.is_valid", query, schema) == "\(!conflicts)")
    }

    @Test func `a query that takes too much work to judge is refused`() throws {
        let query = "{ b { " + String(repeating: "id ", count: 4000) + "} }"
        let problem = "GraphQL document takes too much work to validate"
        #expect(try answer("graphql.parse", query, Self.schema) == "failure: graphql.parse: \(problem)")
        #expect(try answer("graphql.is_valid", query, Self.schema) == "false")
    }
}
