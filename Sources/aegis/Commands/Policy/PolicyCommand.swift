import ArgumentParser

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Write, check, build, review, publish and verify policies.",
        subcommands: [
            PolicyInit.self, PolicyLint.self, PolicyTest.self, PolicyExplain.self, PolicyDiffCommand.self,
            PolicyReplayCommand.self, PolicySuggestCommand.self, PolicyBuild.self, PolicyVerify.self,
            PolicyCheckParams.self,
            PolicyShadowReport.self, PolicySchema.self, PolicyPropose.self, PolicyReview.self, PolicyApprove.self,
            PolicyReject.self, PolicyPublish.self, PolicyPromote.self, PolicyRollback.self,
            PolicyHistoryCommand.self, PolicyShow.self, PolicyVerifyHistory.self,
        ])
}
