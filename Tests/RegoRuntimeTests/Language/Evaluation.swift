import Testing

import RegoRuntime
import RegoSyntax
import RegoValues

/// One program with what it is to answer.
struct LanguageCase: Sendable, CustomTestStringConvertible {
    var name: String
    var modules: [String]
    var query: String
    var input: String?
    var data: String
    /// Every answer as JSON: bindings as objects, in any order.
    var wanted: [String]

    init(
        _ name: String, _ module: String, query: String = "data.test.p = x", input: String? = nil, data: String = "{}",
        wanted: String...
    ) {
        self.name = name
        modules = [module]
        self.query = query
        self.input = input
        self.data = data
        self.wanted = wanted
    }

    var testDescription: String { name }
}

/// What went wrong, as one text.
struct Failed: Error, CustomStringConvertible {
    var description: String
}

/// The answers of a query as JSON texts, sorted.
func answers(_ test: LanguageCase, strict: Bool = false) throws -> [String] {
    let heap = Heap()
    let sources = test.modules.enumerated().map { SourceFile(name: "test-\($0).rego", text: "package test\n\($1)") }
    do {
        let program = try Program(modules: sources, data: try Document(json: Array(test.data.utf8)))
        let input = try test.input.map { try heap.parseJSON(Array($0.utf8)) } ?? .undefined
        let environment = EvaluationEnvironment(strictBuiltinErrors: strict)
        let results = try program.prepare(test.query).results(input: input, heap: heap, environment: environment)
        let rows = results.map { result in
            JSONWriter.text(heap.object(result.bindings.map { (heap.string($0.name), $0.value) }))
        }
        return Array(Set(rows)).sorted()
    } catch let error as Diagnostics {
        throw Failed(description: error.rendered)
    } catch let error as EvaluationError {
        throw Failed(description: error.description)
    }
}
