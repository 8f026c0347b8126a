import RegoCompiler
import RegoRuntime
import RegoSyntax
import RegoValues
import Testing

/// Files that are right alone and must be refused together.
struct RefusedTogether: Sendable, CustomTestStringConvertible {
    let name: String
    let files: [String]
    let rendered: String

    init(_ name: String, _ files: [String], _ rendered: String) {
        self.name = name
        self.files = files
        self.rendered = rendered
    }

    var testDescription: String { name }
}

@Suite struct RefusedTogetherTests {
    static let programs = [
        RefusedTogether(
            "a package in the place of a rule", ["package a\n\nb := 1\n", "package a.b\n\nc := 1\n"],
            """
            0.rego:3:1: error: rule data.a.b conflicts with [data.a.b.c] [rego_type_error]
              b := 1
              ^
            fix: a rule with one value cannot have rules below it
            1.rego:1:1: error: package a.b conflicts with rule b defined at 0.rego:3 [rego_type_error]
              package a.b
              ^
            fix: rename the package or the rule: one path is one document
            """),
        RefusedTogether(
            "an empty package in the place of a rule", ["package a\n\nb.c contains 1\n", "package a.b.c\n"],
            """
            1.rego:1:1: error: package a.b.c conflicts with rule b.c defined at 0.rego:3 [rego_type_error]
              package a.b.c
              ^
            fix: rename the package or the rule: one path is one document
            """),
        RefusedTogether(
            "recursion over packages", ["package a\n\np if data.b.q\n", "package b\n\nimport data.a\n\nq if a.p\n"],
            """
            0.rego:3:1: error: rule data.a.p is recursive: data.a.p -> data.b.q -> data.a.p [rego_recursion_error]
              p if data.b.q
              ^
            fix: rules cannot depend on themselves; break one of these steps
            1.rego:5:1: error: rule data.b.q is recursive: data.b.q -> data.a.p -> data.b.q [rego_recursion_error]
              q if a.p
              ^
            fix: rules cannot depend on themselves; break one of these steps
            """),
        RefusedTogether(
            "a set here and an object there", ["package a\n\np contains 1\n", "package a\n\np[x] := 1 if x := 2\n"],
            """
            0.rego:3:1: error: conflicting rules data.a.p found [rego_type_error]
              p contains 1
              ^
            fix: rules of one name take the same arguments and are all sets, all objects or all single values
            """),
        RefusedTogether(
            "two defaults", ["package a\n\ndefault p := 1\n", "package a\n\ndefault p := 2\n"],
            """
            1.rego:3:1: error: multiple default rules data.a.p found at 0.rego:3, 1.rego:3 [rego_type_error]
              default p := 2
              ^
            fix: keep one of them
            """),
        RefusedTogether(
            "a misspelled function of another package",
            ["package lib\n\ncheck(x) if x\n", "package a\n\nimport data.lib\n\np if lib.chekc(1)\n"],
            """
            1.rego:5:6: error: undefined function data.lib.chekc [rego_type_error]
              p if lib.chekc(1)
                   ^
            fix: did you mean `lib.check`?
            """),
        RefusedTogether(
            "a member that a rule of another package does not have",
            ["package lib\n\nlimits := {\"low\": 1, \"high\": 2}\n", "package a\n\np if data.lib.limits.hihg == 2\n"],
            """
            1.rego:3:6: error: undefined ref: data.lib.limits.hihg: object<high: number, low: number> has no such member [rego_type_error]
              p if data.lib.limits.hihg == 2
                   ^
            fix: did you mean `high`?
            """),
        RefusedTogether(
            "two blocks for a package",
            ["# METADATA\n# title: a\npackage a\n", "# METADATA\n# title: b\npackage a\n"],
            """
            1.rego:1:1: error: package annotation redeclared: 0.rego:1 [rego_type_error]
              # METADATA
              ^
            fix: keep one of the two
            """),
        RefusedTogether(
            "a block above a package that is meant for a rule", ["# METADATA\n# scope: document\npackage a\n"],
            """
            0.rego:2:10: error: annotation scope 'document' must be applied to rule (have package) [rego_parse_error]
              # scope: document
                       ^
            fix: put the block directly above a rule
            """),
        RefusedTogether(
            "files that cannot be read are all named", ["package a\n\np {}\n", "package b\n\nq := \n"],
            """
            0.rego:3:3: error: unexpected `{`: expected `if` before the rule's body [rego_parse_error]
              p {}
                ^
            fix: write `p if {`
            1.rego:3:5: error: unexpected end of text: expected an expression [rego_parse_error]
              q := 
                  ^
            """),
    ]

    @Test(arguments: programs)
    func `what contradicts another file names both`(_ program: RefusedTogether) {
        let sources = program.files.enumerated().map { SourceFile(name: "\($0).rego", text: $1) }
        do {
            _ = try Program(modules: sources)
            Issue.record("accepted: \(program.name)")
        } catch {
            #expect(error.rendered == program.rendered)
        }
    }

    @Test(arguments: [
        (#"{"type": "objct"}"#, "schemas have no type `objct`: did you mean `object`?"),
        (#"{"type": 1}"#, "`type` of a schema has to be a name or a list of names"),
        ("[]", "a schema has to be an object or a boolean"),
        (#"{"properties": {"a": 1}}"#, "a schema has to be an object or a boolean"),
        (#"{"$ref": "https://example.org/a"}"#, "`https://example.org/a` is a remote reference, which is not fetched"),
        (##"{"$ref": "#/definitions/a"}"##, "`#/definitions/a` refers to nothing in the schema"),
        (
            #"{"allOf": [{"type": "string"}, {"type": "number"}]}"#,
            "unable to merge these schemas: nothing is both string and number"
        ),
    ])
    func `what is no schema is refused`(text: String, message: String) throws {
        let document = try Document(json: text.utf8)
        var schemas = SchemaSet()
        let error = #expect(throws: SchemaError.self) { try schemas.add(document) }
        #expect(error?.message == message)
    }

    @Test func `a schema without a name is that of the input everywhere, queries included`() throws {
        var schemas = SchemaSet()
        try schemas.add(Document(json: #"{"type": "object", "properties": {"user": {"type": "string"}}}"#.utf8))
        let program = try Program(
            modules: [SourceFile(name: "p.rego", text: "package a\n\np if input.user == \"x\"\n")],
            options: CompilerOptions(schemas: schemas))
        _ = try program.prepare("input.user")
        let error = #expect(throws: Diagnostics.self) { try program.prepare("input.usr == 1") }
        #expect(
            error?.rendered == """
                query:1:1: error: undefined ref: input.usr: object<user: string> has no such member [rego_type_error]
                fix: did you mean `user`?
                """)
    }
}
