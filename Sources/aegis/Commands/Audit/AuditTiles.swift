import ArgumentParser
import AuditTrail
import Foundation

struct AuditTiles: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tiles",
        abstract: "Write a log as C2SP tiles: static files that any client of transparency logs reads.",
        discussion: """
            Writes checkpoint, tile/L/N and tile/entries/N below the folder. Serve it with any web server, or keep it: with the public key it is
            the whole log. Files that are full never change, so a later run can go over an earlier one.

            EXAMPLES
              aegis audit tiles --tenant acme --out tiles/acme
            """)

    @OptionGroup var trail: TrailInput

    @Option(help: "The tenant whose log it is.")
    var tenant: String?

    @Option(help: ArgumentHelp("The folder.", valueName: "folder"))
    var out: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        try trail.reading {
            let prover = try AuditProver(directory: trail.directory, keys: try trail.keys())
            let log = try trail.log(tenant, prover)
            let root = URL(fileURLWithPath: out, isDirectory: true)
            var files = 0
            let size = try TileExport(prover) { path, bytes in
                let file = root.appendingPathComponent(path)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(bytes).write(to: file, options: .atomic)
                files += 1
            }.run(log: log)
            guard !json else { return Output.json(["log": log, "records": size, "files": files, "out": out]) }
            Output.line("wrote \(size) records of `\(log)` in \(files) files below \(out)")
        }
    }
}
