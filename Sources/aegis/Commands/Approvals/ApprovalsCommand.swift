import ArgumentParser

struct ApprovalsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approvals",
        abstract: "Look at the calls that wait for a person, and decide them.",
        discussion: """
            You speak with your own key, from AEGIS_API_KEY (aegis keys issue NAME --person --role ROLE). Whoever has a
            part in a call, as an agent or as the owner of one, cannot approve it.

            EXAMPLES
              aegis approvals list
              aegis approvals show apr_0194f3
              aegis approvals approve apr_0194f3 --comment "checked with the supplier"
              aegis approvals deny apr_0194f3 --comment "unknown account"
              aegis approvals withdraw apr_0194f3        (the agent that asked, or the owner)
            """,
        subcommands: [
            ApprovalsList.self, ApprovalsShow.self, ApprovalsApprove.self, ApprovalsDeny.self, ApprovalsWithdraw.self,
        ],
        defaultSubcommand: ApprovalsList.self)
}
