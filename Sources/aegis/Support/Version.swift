import ArgumentParser

enum Version {
    static let text = "0.1.0"
}

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        if json { Output.json(["version": Version.text]) } else { Output.line("aegis \(Version.text)") }
    }
}
