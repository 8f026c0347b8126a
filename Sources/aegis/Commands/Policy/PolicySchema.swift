import ArgumentParser
import Foundation
import PolicyDocuments

struct PolicySchema: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Write the JSON Schemas of policy documents, for editors to complete and check from.",
        discussion: """
            EXAMPLES
              aegis policy schema --out schema/
            """)

    @Option(name: [.customShort("o"), .customLong("out")], help: "The folder to write KIND.schema.json files to.")
    var folder: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let root = URL(fileURLWithPath: folder, isDirectory: true)
        do {
            try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
            for file in PublishedSchema.files {
                try Data(file.text.utf8).write(to: root.appendingPathComponent(file.name), options: .atomic)
                if !json { Output.line("wrote \(folder)/\(file.name)") }
            }
            if json { Output.json(["files": PublishedSchema.files.map { "\(folder)/\($0.name)" }]) }
        } catch {
            throw CommandFailure(
                "`\(folder)` cannot be written: \(error.localizedDescription)",
                fix: "choose a folder that you may write to")
        }
    }
}
