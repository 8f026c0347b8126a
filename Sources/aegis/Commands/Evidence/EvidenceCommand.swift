import ArgumentParser

struct EvidenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: "Hand auditors a period of the trail as one archive that verifies without us.",
        subcommands: [EvidenceBuild.self, EvidenceVerify.self])
}
