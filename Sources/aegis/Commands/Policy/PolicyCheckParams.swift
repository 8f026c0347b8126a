import ArgumentParser
import Decisions
import Foundation
import PolicyDocuments
import RegoRuntime
import RegoSyntax
import RegoValues

struct PolicyCheckParams: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-params",
        abstract: "Check parameters against a tool's schema, exactly as the gateway would.",
        discussion: """
            Reads JSON objects from standard input, one a line. Exits with 4 when one of them does not fit.

            EXAMPLES
              echo '{"amount": 12.5}' | aegis policy check-params policies/ --tool payments.transfer
              aegis policy check-params policies/ --tool payments.transfer --json < calls.jsonl
            """)

    @Argument(help: "The folder of policies.")
    var folder: String

    @Option(help: "The tool's name.")
    var tool: String

    @Flag(help: "Print one JSON object for each line.")
    var json = false

    func run() throws {
        let check: ParameterCheck
        do {
            let policies = try PolicyCompiler(tenant: "default").compile(try PolicyFolder.read(folder))
            check = try ParameterCheck(tool: tool, policies: policies)
        } catch let refused as Diagnostics {
            for diagnostic in refused.all where diagnostic.severity == .error { ErrorOutput.write(diagnostic.rendered) }
            throw ExitCode(3)
        }
        var isFine = true
        var number = 0
        while let line = readLine(strippingNewline: true) {
            number += 1
            let problems = try check.problems(of: Array(line.utf8))
            isFine = isFine && problems.isEmpty
            if json {
                Output.json(["line": number, "fits": problems.isEmpty, "problems": problems])
            } else {
                Output.line("\(number): \(problems.isEmpty ? "fits" : problems.joined(separator: "; "))")
            }
        }
        if !isFine { throw ExitCode(4) }
    }
}

/// The check of one tool's parameters, out of a compiled bundle.
private struct ParameterCheck {
    private let tool: String
    private let catalog: ToolCatalog
    private let query: PreparedQuery

    init(tool: String, policies: CompiledPolicies) throws {
        self.tool = tool
        let data = try Document(json: policies.data)
        catalog = try ToolCatalog(data: data)
        let heap = Heap()
        let name = withExtendedLifetime(heap) { JSONWriter.text(heap.string(tool)) }
        query = try Program(modules: policies.modules, data: data).prepare("data.aegis.tools[\(name)].problems")
    }

    /// What is wrong with the parameters, in the order of the schema; empty when nothing is.
    func problems(of json: [UInt8]) throws -> [String] {
        guard let definition = catalog.tools[tool] else {
            throw CommandFailure("there is no tool `\(tool)`", fix: "name a tool of these policies", exitCode: 2)
        }
        let heap = Heap()
        let parameters: Value
        do throws(AdmissionError) {
            parameters = try catalog.parameters(of: definition, json: json, heap: heap)
        } catch {
            return [error.description]
        }
        guard parameters.kind == .object else { return ["the parameters are not an object"] }
        guard !definition.schema.entries.isEmpty else { return [] }
        let input = heap.object([(.string("params"), parameters)])
        let found = try query.value(input: input, heap: heap)
        return try withExtendedLifetime(heap) {
            guard found.kind == .set else { throw CommandFailure("the parameters could not be checked") }
            return found.elements.map { $0.elements.last?.string ?? "" }
        }
    }
}
