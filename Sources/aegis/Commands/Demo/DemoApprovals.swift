import ArgumentParser
import Foundation

struct DemoApprovals: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approvals",
        abstract: "Approvals from end to end, against a local Slack-like and Teams-like receiver.",
        discussion: """
            Starts this very program and the receivers on free loopback ports. Needs a clone with its Python environment, which
            `make demo` and `scripts/bootstrap` make.
            """)

    @Option(help: "A folder for the demo's files; emptied first (default: .demo/approvals in the clone).")
    var home: String?

    func run() async throws {
        guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            throw CommandFailure("this program does not know where it is")
        }
        let clone = try Clone.around([FileManager.default.currentDirectoryPath, program])
        let script = clone.appendingPathComponent("examples/approvals/demo.py")
        let python = clone.appendingPathComponent(".venv/bin/python")
        guard FileManager.default.isExecutableFile(atPath: python.path) else {
            throw CommandFailure("the clone has no Python environment at \(python.path)", fix: "run scripts/bootstrap")
        }
        let process = Process()
        process.executableURL = python
        process.arguments = [
            script.path, "--aegis", program, "--home", home ?? clone.appendingPathComponent(".demo/approvals").path,
        ]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ExitCode(process.terminationStatus) }
    }
}

/// The clone of the repository that a path lies in.
enum Clone {
    static func around(_ paths: [String]) throws -> URL {
        for path in paths {
            var folder = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath()
            while folder.path != "/" {
                if FileManager.default.fileExists(
                    atPath: folder.appendingPathComponent("examples/approvals/demo.py").path)
                {
                    return folder
                }
                folder.deleteLastPathComponent()
            }
        }
        throw CommandFailure(
            "there is no clone of the repository here", fix: "change into it, and run the command again")
    }
}
