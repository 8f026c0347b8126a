import ArgumentParser

struct AgentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agents",
        abstract: "List the agents, and switch one off or on again.",
        discussion: """
            A switched-off agent's next call is denied with `agent_disabled` within a second; so are calls that others make for it, and
            calls of agents that it has called. Each change is recorded in the audit trail. With --store the switch is every gateway's
            that follows that bundle store, with --data-dir the one gateway's whose data that is.

            EXAMPLES
              aegis agents list
              aegis agents disable finance-agent --tenant acme --store s3://acme-policies/prod --key keys/oncall.pem --trust trust-root.json
              aegis agents disable finance-agent --reason "pays the wrong people"
              aegis agents enable finance-agent --reason "fixed in 4.2"
            """,
        subcommands: [AgentsList.self, AgentsDisable.self, AgentsEnable.self])
}
