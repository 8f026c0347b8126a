import RegoSyntax
import Testing

struct LocationTests {
    private let source = SourceFile(
        name: "a.rego",
        text: """
            package a.b

            # METADATA
            # title: about p
            # custom:
            #  x: 1
            p contains "é" if {
            \tsome x in input.xs # why
            \tnot f(x + 1)[0]
            } else_like := 1

            """.replacing(" else_like := 1", with: ""))

    @Test func `rules, heads and expressions know their text`() throws {
        let module = try Parser.parseModule(source)
        #expect(source.text(at: module.package.location) == "package a.b")
        let rule = module.rules[0]
        #expect(source.text(at: rule.location).hasPrefix("p contains"))
        #expect(source.text(at: rule.location).hasSuffix("}"))
        #expect(source.text(at: rule.head.location) == "p contains \"é\"")
        #expect(rule.body.map { source.text(at: $0.location) } == ["some x in input.xs", "not f(x + 1)[0]"])
        #expect(rule.body.map(\.location.description) == ["a.rego:8:2", "a.rego:9:2"])
        guard case .term(let term) = rule.body[1].kind, case .ref(let ref) = term.kind,
            case .call(let call) = ref.terms[0].kind
        else {
            Issue.record("not a ref")
            return
        }
        #expect(source.text(at: term.location) == "f(x + 1)[0]")
        #expect(source.text(at: call.location) == "f(x + 1)")
        #expect(source.text(at: call.arguments[0].location) == "x + 1")
        #expect(call.arguments[0].location.description == "a.rego:9:8")
    }

    @Test func `columns count code points`() throws {
        let source = SourceFile(name: "a.rego", text: "package a\np := [\"é😀\", x]\n")
        guard case .array(let terms) = try Parser.parseModule(source).rules[0].head.value?.kind else {
            Issue.record("not an array")
            return
        }
        #expect(terms.map(\.location.column) == [7, 13])
    }

    @Test func `comments keep their text and place`() throws {
        let comments = try Parser.parseModule(source).comments
        #expect(comments.map(\.text) == [" METADATA", " title: about p", " custom:", "  x: 1", " why"])
        #expect(comments.map(\.location.line) == [3, 4, 5, 6, 8])
        #expect(comments.map(\.location.column) == [1, 1, 1, 1, 21])
    }

    @Test func `a metadata block belongs to the rule below it`() throws {
        let module = try Parser.parseModule(source)
        #expect(module.package.annotations.isEmpty)
        #expect(module.annotations == module.rules[0].annotations)
        #expect(module.annotations.map(\.yaml) == ["title: about p\ncustom:\n x: 1\n"])
        #expect(module.annotations.map(\.location.line) == [3])
        #expect(module.annotations.map(\.lastLine) == [6])
    }

    @Test func `metadata blocks go to the package, to rules, and not past imports`() throws {
        let text = """
            # METADATA
            # a: 1
            package a

            # METADATA
            # b: 2

            # plain
            import data.x

            # METADATA
            # c: 3
            default p := 1
              # METADATA
            # d: 4
            p := 2 if { true } {
            # METADATA
            # e: 5
            false }
            """
        let module = try Parser.parseModule(SourceFile(name: "a.rego", text: text))
        #expect(module.annotations.map(\.yaml) == ["a: 1\n", "b: 2\n", "c: 3\n", "d: 4\n", "e: 5\n"])
        #expect(module.package.annotations.map(\.yaml) == ["a: 1\n"])
        #expect(module.rules.map { $0.annotations.map(\.yaml) } == [["c: 3\n"], ["d: 4\n"], []])
    }

    @Test func `conditions inside another file are reported where they stand there`() throws {
        let outer = SourceFile(
            name: "policy.yaml", text: "rules:\n  - when: params.amount > \n  - when: |\n      a == 1\n      b = = 2\n")
        let inline = SourceFile(name: "policy.yaml", text: "params.amount >")
        let first = try #require(throws: Diagnostics.self) {
            try Parser.parseExpression(inline, origin: SourceOrigin(file: outer, line: 2, column: 11))
        }
        #expect(
            first.rendered == """
                policy.yaml:2:26: error: unexpected end of text: expected an expression [rego_parse_error]
                    - when: params.amount >\u{20}
                                           ^
                """)
        let block = SourceFile(name: "policy.yaml", text: "a == 1\nb = = 2\n")
        let second = try #require(throws: Diagnostics.self) {
            try Parser.parseQuery(block, origin: SourceOrigin(file: outer, line: 4, column: 7, continuationColumn: 7))
        }
        #expect(
            second.rendered == """
                policy.yaml:5:11: error: unexpected `=`: expected an expression [rego_parse_error]
                        b = = 2
                            ^
                fix: to compare, write `==`; `=` and `:=` stand only between the two sides of a statement
                """)
    }

    @Test(arguments: [
        ("", "the expression is empty"), ("a; b", "unexpected `;`: expected the expression to end here"),
        ("a b", "unexpected `b`: expected the expression to end here"),
    ])
    func `an expression is one expression`(text: String, message: String) throws {
        let error = try #require(throws: Diagnostics.self) {
            try Parser.parseExpression(SourceFile(name: "when", text: text))
        }
        #expect(error.all.map(\.message) == [message])
    }

    @Test(arguments: [
        ("{1, \"a\"}", true), ("set()", true), ("{\"a\": [null, -1.5]}", true), ("x", false), ("[f(1)]", false),
    ])
    func `a term knows whether it is constant`(text: String, isConstant: Bool) throws {
        #expect(try Parser.parseTerm(SourceFile(name: "term", text: text)).isConstant == isConstant)
    }

    @Test func `strings that only look alike are not equal`() throws {
        let composed = try Parser.parseTerm(SourceFile(name: "a", text: "\"\u{E9}\""))
        let decomposed = try Parser.parseTerm(SourceFile(name: "a", text: "\"e\u{301}\""))
        #expect(composed != decomposed)
        #expect(composed == composed)
    }
}
