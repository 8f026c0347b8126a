import ArgumentParser

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make signing keys, say whose keys count, and issue, list, rotate and revoke API keys.",
        subcommands: [
            KeysGenerate.self, KeysIssue.self, KeysList.self, KeysRotate.self, KeysRevoke.self, KeysTrust.self,
        ])
}
