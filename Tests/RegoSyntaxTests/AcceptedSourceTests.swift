import RegoSyntax
import Testing

/// A source and the tree it has.
struct AcceptedSource: CustomTestStringConvertible {
    let source: String
    let tree: String

    init(_ source: String, _ tree: String) {
        self.source = source
        self.tree = tree
    }

    var testDescription: String { source }
}

struct AcceptedSourceTests {
    @Test(arguments: [
        AcceptedSource("package a", "package (ref data \"a\")"),
        AcceptedSource("package a.b[\"c/d\"]", "package (ref data \"a\" \"b\" \"c/d\")"),
        AcceptedSource("package if.not", "package (ref data \"if\" \"not\")"),
        AcceptedSource("# about\npackage a # name\n", "package (ref data \"a\")"),
        AcceptedSource("\u{FEFF}package a\r\n", "package (ref data \"a\")"),
        AcceptedSource("package a\nimport rego.v1", "package (ref data \"a\")\nimport (ref rego \"v1\")"),
        AcceptedSource(
            "package a\nimport future.keywords.in\nimport future.keywords",
            "package (ref data \"a\")\nimport (ref future \"keywords\" \"in\")\nimport (ref future \"keywords\")"),
        AcceptedSource(
            "package a\nimport data.b.c as d\nimport input",
            "package (ref data \"a\")\nimport (ref data \"b\" \"c\") as d\nimport input"),
        AcceptedSource(
            "package a\nimport data.if as b\nimport data[\"x y\"]",
            "package (ref data \"a\")\nimport (ref data \"if\") as b\nimport (ref data \"x y\")"),
    ])
    func `a file's packages and imports have this tree`(accepted: AcceptedSource) throws {
        let module = try Parser.parseModule(SourceFile(name: "a.rego", text: accepted.source))
        let lines = accepted.tree.split(separator: "\n").map(String.init)
        #expect(TreeDump.of(module) == ([lines[0]] + lines.dropFirst().sorted()).joined(separator: "\n"))
    }

    @Test(arguments: AcceptedSource.rules)
    func `a rule has this tree`(accepted: AcceptedSource) throws {
        let module = try Parser.parseModule(SourceFile(name: "a.rego", text: "package a\n" + accepted.source))
        #expect(module.rules.map(TreeDump.of).joined(separator: "\n") == accepted.tree)
    }

    @Test(arguments: AcceptedSource.expressions)
    func `a query has this tree`(accepted: AcceptedSource) throws {
        let body = try Parser.parseQuery(SourceFile(name: "query", text: accepted.source))
        #expect(body.map(TreeDump.of).joined(separator: "; ") == accepted.tree)
    }
}
