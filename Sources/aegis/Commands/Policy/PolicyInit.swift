import ArgumentParser
import Foundation
import PolicyDocuments

struct PolicyInit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Start from a commented set of policies.",
        discussion: """
            SETS
            \(StarterSet.all.map { "  \($0.name.padding(toLength: 12, withPad: " ", startingAt: 0))\($0.summary)" }.joined(separator: "\n"))

            EXAMPLES
              aegis policy init payments --out policies/
              aegis policy init egress --out policies/ && aegis policy lint policies/
            """)

    @Argument(help: "The set to start from.")
    var set: String

    @Option(help: "The folder to write to. Files that are there already stay as they are.")
    var out: String = "policies"

    func run() throws {
        guard let starter = StarterSet.named(set) else {
            let near = StarterSet.nearest(to: set).map { "did you mean `\($0)`?" }
            throw CommandFailure(
                "there is no set `\(set)`",
                fix: near ?? "use one of \(StarterSet.all.map(\.name).joined(separator: ", "))",
                exitCode: 2)
        }
        let folder = URL(fileURLWithPath: out, isDirectory: true)
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure("`\(out)` cannot be made", fix: "check the path and your rights to it")
        }
        for file in starter.files {
            let target = folder.appendingPathComponent(file.name)
            do {
                try Data(file.text.utf8).write(to: target, options: .withoutOverwriting)
            } catch CocoaError.fileWriteFileExists {
                throw CommandFailure("`\(target.path)` is there already", fix: "choose another folder with --out")
            } catch {
                throw CommandFailure("`\(target.path)` cannot be written", fix: "check your rights to the folder")
            }
            Output.line("wrote \(out.hasSuffix("/") ? out : out + "/")\(file.name)")
        }
    }
}
