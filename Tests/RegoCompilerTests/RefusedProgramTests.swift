import RegoCompiler
import RegoRuntime
import RegoSyntax
import RegoValues
import Testing

/// A module, without its package line, that must be refused, and everything that is said about it.
struct RefusedProgram: Sendable, CustomTestStringConvertible {
    let module: String
    let rendered: String

    init(_ module: String, _ rendered: String) {
        self.module = module
        self.rendered = rendered
    }

    var testDescription: String { module }
}

@Suite struct RefusedProgramTests {
    private func check(_ program: RefusedProgram, _ options: CompilerOptions = CompilerOptions()) {
        do {
            _ = try Program(
                modules: [SourceFile(name: "p.rego", text: "package test\n" + program.module)], options: options)
            Issue.record("accepted: \(program.module)")
        } catch {
            #expect(error.rendered == program.rendered)
        }
    }

    @Test(arguments: RefusedProgram.unsafe)
    func `a variable without a value is refused where it stands`(_ program: RefusedProgram) { check(program) }

    @Test(arguments: RefusedProgram.recursion)
    func `recursion is refused with its whole way`(_ program: RefusedProgram) { check(program) }

    @Test(arguments: RefusedProgram.arguments)
    func `an argument that can never be right is refused`(_ program: RefusedProgram) { check(program) }

    @Test(arguments: RefusedProgram.types)
    func `what can never be is refused`(_ program: RefusedProgram) { check(program) }

    @Test(arguments: RefusedProgram.calls)
    func `a call of what is no such function is refused`(_ program: RefusedProgram) { check(program) }

    @Test(arguments: RefusedProgram.names)
    func `a misused name is refused`(_ program: RefusedProgram) { check(program) }

    @Test(arguments: RefusedProgram.rules)
    func `rules that contradict each other are refused`(_ program: RefusedProgram) { check(program) }

    @Test(arguments: RefusedProgram.replacements)
    func `an impossible replacement is refused`(_ program: RefusedProgram) { check(program) }

    @Test(arguments: RefusedProgram.metadata)
    func `a metadata block that cannot be meant is refused`(_ program: RefusedProgram) { check(program) }

    @Test(arguments: RefusedProgram.strict)
    func `names without a use are refused when strict, and only then`(_ program: RefusedProgram) throws {
        check(program, CompilerOptions(isStrict: true))
        _ = try Program(modules: [SourceFile(name: "p.rego", text: "package test\n" + program.module)])
    }

    @Test(arguments: RefusedProgram.schemas)
    func `a reference that the schemas rule out is refused, and only with them`(_ program: RefusedProgram) throws {
        var schemas = SchemaSet()
        for (name, text) in RefusedProgram.schemaTexts {
            try schemas.add(Document(json: text.utf8), at: name.split(separator: ".").map(String.init))
        }
        check(program, CompilerOptions(schemas: schemas))
        _ = try Program(modules: [SourceFile(name: "p.rego", text: "package test\n" + program.module)])
    }
}
