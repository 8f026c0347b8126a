internal import ArgumentParser

/// `aegis rego`: the engine's own tools.
struct RegoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rego",
        abstract: "Evaluate, check and measure Rego.",
        subcommands: [
            RegoEvalCommand.self, RegoCheckCommand.self, RegoBenchCommand.self, RegoTestCommand.self,
            RegoFormatCommand.self, RegoConformanceCommand.self,
        ])
}
