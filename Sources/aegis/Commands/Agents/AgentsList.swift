import AccessControl
import ArgumentParser
import Decisions
import StateStoreSQLite

struct AgentsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List a tenant's agents, their owners, and which of them are switched off.",
        discussion: """
            Of a gateway's data: what counts there, whether it was switched there (`here`) or on all gateways (`list`). With --store: what
            its signed list says.

            EXAMPLES
              aegis agents list --tenant acme --data-dir /var/lib/aegis
              aegis agents list --tenant acme --store s3://acme-policies/prod --trust trust-root.json
            """)

    @OptionGroup var data: DataDirectory

    @OptionGroup var store: BundleStoreOptions

    @Option(help: "The tenant.")
    var tenant = "default"

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        guard AgentsOnAllGateways.isMeant(store, data) else {
            let registry = try AgentRegistry(data: data, tenant: tenant)
            let changes = try await data.withStateStore { store in try await store.agentStops(tenant: tenant) }
            return show(registry.agents, AgentStanding.of(changes))
        }
        guard !store.trust.isEmpty else {
            throw CommandFailure(
                "nobody's list would be believed", fix: "name the keys: --trust trust-root.json", exitCode: 2)
        }
        try await BundleStoreOptions.reporting {
            let (agents, standings) = try await AgentsOnAllGateways(store, signing: nil, tenant: tenant).list()
            show(agents, standings)
        }
    }

    private func show(_ agents: [String: AgentDefinition], _ standings: [String: AgentStanding]) {
        let stopped = standings.filter(\.value.isStopped)
        let rows = Set(agents.keys).union(stopped.keys).sorted().map { name in
            let word = stopped[name]?.word
            return [
                name, agents[name]?.owner ?? "-", word == nil ? "enabled" : "disabled",
                word.map { "\($0.since) by \($0.by)" } ?? "-", word.map { $0.origin == .here ? "here" : "list" } ?? "-",
                word?.stop.reason ?? "-",
            ]
        }
        if json {
            let keys = ["name", "owner", "state", "since", "origin", "reason"]
            return Output.json(rows.map { Dictionary(uniqueKeysWithValues: zip(keys, $0)) })
        }
        Output.table(["AGENT", "OWNER", "STATE", "SINCE", "ORIGIN", "REASON"], rows)
    }
}
