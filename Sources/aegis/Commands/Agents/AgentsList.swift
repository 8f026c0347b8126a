import AccessControl
import ArgumentParser
import Decisions
import StateStoreSQLite

struct AgentsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List a tenant's agents, their owners, and which of them are switched off.")

    @OptionGroup var data: DataDirectory

    @Option(help: "The tenant.")
    var tenant = "default"

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let registry = try AgentRegistry(data: data, tenant: tenant)
        let changes = try await data.withStateStore { store in try await store.agentStops() }
        let stopped = Dictionary(
            changes.filter { $0.isStopped && $0.stop.tenant == tenant }.map { ($0.stop.agent, $0) },
            uniquingKeysWith: { first, _ in first })
        let names = Set(registry.agents.keys).union(stopped.keys).sorted()
        let rows = names.map { name in
            let change = stopped[name]
            return [
                name, registry.agents[name]?.owner ?? "-", change == nil ? "enabled" : "disabled",
                change.map { "\($0.at) by \($0.by)" } ?? "-", change?.stop.reason ?? "-",
            ]
        }
        if json {
            let keys = ["name", "owner", "state", "since", "reason"]
            return Output.json(rows.map { Dictionary(uniqueKeysWithValues: zip(keys, $0)) })
        }
        Output.table(["AGENT", "OWNER", "STATE", "SINCE", "REASON"], rows)
    }
}
