import ArgumentParser

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Play a story of a clone's examples/, and check every answer. Exits 1 if anything differs.",
        subcommands: [DemoApprovals.self])
}
