internal import ArgumentParser
internal import Foundation
internal import RegoCompiler
internal import RegoRuntime
internal import RegoSyntax

struct RegoCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Compile Rego files and report everything that is wrong with them.",
        discussion: """
            Exit codes: 0 nothing found, 2 usage, 3 something found.
            Example:
              aegis rego check policies/ --strict --schema schemas/
            """)

    @Argument(help: "Rego files, or folders of them.")
    var paths: [String]

    @Flag(help: "Refuse unused imports, variables and arguments, and names that hide each other, too.")
    var strict = false

    @Option(
        name: [.customShort("s"), .long],
        help: "The JSON Schema of `input`, or a folder of schemas that METADATA blocks name.")
    var schema: String?

    @Flag(help: "Print the findings as JSON.")
    var json = false

    func run() throws {
        let sources = try RegoSources(paths: paths)
        let options = CompilerOptions(isStrict: strict, schemas: try SchemaFiles.read(schema))
        var found: [Diagnostic] = []
        do {
            _ = try Program(modules: sources.modules, options: options)
        } catch {
            found = error.all
        }
        if json {
            try printJSON(found)
        } else {
            for diagnostic in found { FileHandle.standardError.write(Data((diagnostic.rendered + "\n").utf8)) }
            if found.isEmpty { print("\(sources.modules.count) files checked") }
        }
        if !found.isEmpty { throw ExitCode(3) }
    }

    private func printJSON(_ found: [Diagnostic]) throws {
        let list = found.map { diagnostic -> [String: Any] in
            var object: [String: Any] = [
                "code": diagnostic.code, "message": diagnostic.message, "severity": diagnostic.severity.rawValue,
                "location": [
                    "file": diagnostic.location.file, "row": diagnostic.location.line,
                    "col": diagnostic.location.column,
                ] as [String: Any],
            ]
            if let line = diagnostic.sourceLine { object["line"] = line }
            if let fix = diagnostic.fix { object["fix"] = fix }
            return object
        }
        let data = try JSONSerialization.data(
            withJSONObject: ["errors": list], options: [.prettyPrinted, .sortedKeys])
        print(String(decoding: data, as: UTF8.self))
    }
}
