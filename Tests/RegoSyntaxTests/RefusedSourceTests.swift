import RegoSyntax
import Testing

/// A source that must be refused, and everything that is said about it.
struct RefusedSource: CustomTestStringConvertible {
    let name: String
    let source: String
    let rendered: String

    init(_ name: String, _ source: String, _ rendered: String) {
        self.name = name
        self.source = source
        self.rendered = rendered
    }

    var testDescription: String { name }
}

struct RefusedSourceTests {
    @Test(
        arguments: [
            RefusedSource.files, RefusedSource.rules, RefusedSource.bodies, RefusedSource.lexical,
            RefusedSource.expressions,
        ].flatMap { $0 })
    func `a mistake is reported where it is, with the way out`(refused: RefusedSource) {
        do {
            let module = try Parser.parseModule(SourceFile(name: "a.rego", text: refused.source))
            Issue.record("accepted: \(TreeDump.of(module))")
        } catch {
            #expect(error.rendered == refused.rendered)
            #expect(error.all.allSatisfy { $0.code == "rego_parse_error" && $0.severity == .error })
        }
    }

    @Test func `at most fifty mistakes are reported`() throws {
        let lines = (1...500).map { "p\($0) := ]" }.joined(separator: "\n")
        let source = SourceFile(name: "a.rego", text: "package a\n\n\(lines)\n")
        let error = try #require(throws: Diagnostics.self) { try Parser.parseModule(source) }
        #expect(error.all.count == 50)
        #expect(error.all.map(\.location.line) == Array(3..<53))
    }

    @Test func `a long line is shown around the mistake`() throws {
        let source = SourceFile(name: "a.rego", text: "package a\n\np := [\(String(repeating: "1, ", count: 200))?]\n")
        let error = try #require(throws: Diagnostics.self) { try Parser.parseModule(source) }
        let lines = error.rendered.split(separator: "\n")
        #expect(lines[0] == "a.rego:3:607: error: unexpected character `?` [rego_parse_error]")
        let caret = try #require(Array(lines[2]).firstIndex(of: "^"))
        #expect(Array(lines[1])[caret] == "?")
        #expect(lines[1].count < 125)
    }
}
