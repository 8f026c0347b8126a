import ArgumentParser

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Write, check, build and verify policies.",
        subcommands: [
            PolicyInit.self, PolicyLint.self, PolicyTest.self, PolicyExplain.self, PolicyDiffCommand.self,
            PolicySuggestCommand.self, PolicyBuild.self, PolicyVerify.self,
            PolicyCheckParams.self, PolicyShadowReport.self, PolicySchema.self,
        ])
}
