internal import ArgumentParser
internal import Foundation
internal import RegoCompiler
internal import RegoRuntime
internal import RegoSyntax
internal import RegoValues

struct RegoEvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Evaluate a query.",
        discussion: """
            Exit codes: 0 answered, 1 evaluation failed, or undefined with --fail, 2 usage, 3 invalid policy or query.
            Examples:
              aegis rego eval '1 + 2'
              aegis rego eval -d policies/ -i input.json 'data.app.allow'
            """)

    @Argument(help: "The query, such as `data.app.allow`.")
    var query: String

    @Option(name: [.customShort("d"), .long], help: "Rego and JSON files, or folders of them.")
    var data: [String] = []

    @Option(name: [.customShort("b"), .long], help: "Bundle folders: only `data.json` files count as data.")
    var bundle: [String] = []

    @Option(name: [.customShort("i"), .long], help: "The input, a JSON file; `-` is standard input.")
    var input: String?

    @Option(
        name: [.customShort("s"), .long],
        help: "The JSON Schema of `input`, or a folder of schemas that METADATA blocks name.")
    var schema: String?

    @Flag(help: "Print the answers as JSON, in OPA's shape.")
    var json = false

    @Flag(help: "Exit with 1 when the query is undefined or empty.")
    var fail = false

    @Flag(help: "Stop at the first failing builtin instead of taking it for undefined.")
    var strictBuiltinErrors = false

    @Option(help: "Give up after so many milliseconds.")
    var timeout: Int?

    func run() throws {
        var sources = try RegoSources(paths: data)
        let bundles = try RegoSources(paths: bundle, isBundle: true)
        sources.append(bundles)
        let heap = Heap(limit: 1 << 30)
        let results: [QueryResult]
        let options = CompilerOptions(schemas: try SchemaFiles.read(schema))
        do {
            let program = try Program(modules: sources.modules, data: try sources.data(), options: options)
            let prepared = try program.prepare(query, capturesValues: true)
            results = try prepared.results(input: try inputValue(in: heap), heap: heap, environment: environment)
        } catch let error as Diagnostics {
            report(error.rendered)
            throw ExitCode(3)
        } catch let error as EvaluationError {
            report(error.description)
            throw ExitCode(1)
        }
        print(json ? answer(results) : plain(results))
        if fail, results.isEmpty { throw ExitCode(1) }
    }

    private var environment: EvaluationEnvironment {
        var limits = EvaluationLimits()
        if let timeout { limits.deadline = .now + .milliseconds(timeout) }
        let now = Int64(Date().timeIntervalSince1970 * 1_000_000_000)
        return EvaluationEnvironment(
            now: now, randomSeed: .random(in: .min ... .max), strictBuiltinErrors: strictBuiltinErrors,
            limits: limits, printSink: { FileHandle.standardError.write(Data(($0 + "\n").utf8)) })
    }

    private func inputValue(in heap: Heap) throws -> Value {
        guard let input else { return .undefined }
        let bytes =
            input == "-" ? [UInt8](FileHandle.standardInput.readDataToEndOfFile()) : try RegoSources.read(input)
        do {
            return try heap.parseJSON(bytes)
        } catch {
            throw CommandFailure("\(input):\(error)", fix: "correct the JSON", exitCode: 2)
        }
    }

    private func report(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// One line for each answer: the value of a single expression, else the bindings.
    private func plain(_ results: [QueryResult]) -> String {
        if results.isEmpty { return "undefined" }
        return results.map { result in
            if result.bindings.isEmpty { return result.expressions.map { JSONWriter.text($0) }.joined(separator: " ") }
            return result.bindings.map { "\($0.name) = \(JSONWriter.text($0.value))" }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    private func answer(_ results: [QueryResult]) -> String {
        if results.isEmpty { return "{}" }
        let heap = Heap(limit: .max)
        let rows = results.map { result in
            var pairs = [
                (
                    heap.string("expressions"),
                    heap.array(result.expressions.map { heap.object([(heap.string("value"), $0)]) })
                )
            ]
            if !result.bindings.isEmpty {
                pairs.append(
                    (
                        heap.string("bindings"),
                        heap.object(result.bindings.map { (heap.string($0.name), $0.value) })
                    ))
            }
            return heap.object(pairs)
        }
        return withExtendedLifetime(heap) {
            JSONWriter.text(heap.object([(heap.string("result"), heap.array(rows))]), options: .pretty)
        }
    }
}
