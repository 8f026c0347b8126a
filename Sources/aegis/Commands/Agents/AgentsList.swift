import AccessControl
import ArgumentParser
import Decisions
import Foundation
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
            Row(name: name, owner: agents[name]?.owner, word: stopped[name]?.word)
        }
        if json { return Output.json(rows.map(\.object)) }
        Output.table(["AGENT", "OWNER", "STATE", "SINCE", "ORIGIN", "REASON"], rows.map(\.cells))
    }

    /// An agent of the registry, or one that is switched off without being there.
    private struct Row {
        let name: String
        let owner: String?
        /// What switched it off; nil where it is on.
        let word: AgentStopChange?

        var state: String { word == nil ? "enabled" : "disabled" }
        var origin: String? { word.map { $0.origin == .here ? "here" : "list" } }

        var cells: [String] {
            [
                name, owner ?? "-", state, word.map { "\($0.since) by \($0.by)" } ?? "-", origin ?? "-",
                word?.stop.reason ?? "-",
            ]
        }

        var object: [String: Any] {
            [
                "name": name, "owner": owner ?? NSNull(), "state": state,
                "since": word.map { "\($0.since)" } ?? NSNull(), "by": word?.by ?? NSNull(),
                "origin": origin ?? NSNull(), "reason": word?.stop.reason ?? NSNull(),
            ]
        }
    }
}
