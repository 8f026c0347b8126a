import ArgumentParser
import Foundation
import PolicyDocuments

struct PolicyInit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Start from a commented set of policies.",
        discussion: """
            SETS
            \(StarterSet.all.map { "  \($0.name): \($0.summary)" }.joined(separator: "\n"))

            EXAMPLES
              aegis policy init payments --out policies/
            """)

    @Argument(help: "The set: \(StarterSet.all.map(\.name).joined(separator: ", ")).")
    var set: String

    @Option(
        name: [.customShort("o"), .customLong("out")], help: "The folder to write to; no file in it is overwritten.")
    var folder = "policies"

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        guard let starter = StarterSet.named(set) else {
            let names = StarterSet.all.map(\.name).joined(separator: ", ")
            let nearest = StarterSet.nearest(to: set).map { "did you mean `\($0)`? " } ?? ""
            throw CommandFailure("there is no set `\(set)`", fix: "\(nearest)choose one of: \(names)", exitCode: 2)
        }
        let root = URL(fileURLWithPath: folder, isDirectory: true)
        let taken = starter.files.map(\.name).filter {
            FileManager.default.fileExists(atPath: root.appendingPathComponent($0).path)
        }
        guard taken.isEmpty else {
            throw CommandFailure(
                "`\(folder)` holds \(taken.joined(separator: ", ")) already", fix: "choose another folder with --out")
        }
        do {
            try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
            for file in starter.files {
                try Data(file.text.utf8).write(to: root.appendingPathComponent(file.name), options: .withoutOverwriting)
                if !json { Output.line("wrote \(folder)/\(file.name)") }
            }
        } catch {
            throw CommandFailure(
                "`\(folder)` cannot be written: \(error.localizedDescription)",
                fix: "choose a folder that you may write to")
        }
        if json { return Output.json(["set": set, "files": starter.files.map { "\(folder)/\($0.name)" }]) }
        Output.line("next: aegis policy test \(folder) --coverage")
    }
}
