import AccessControl
import ArgumentParser
import Approvals
import Decisions
import Foundation
import PolicyBundles
import RegoSyntax
import StateStoreSQLite

/// What both ways of the switch are told.
struct SwitchOptions: ParsableArguments {
    @OptionGroup var data: DataDirectory

    @Argument(help: "The agent's name.")
    var agent: String

    @Option(help: "The agent's tenant.")
    var tenant = "default"

    @Option(help: "Why; denied calls and the audit trail say it.")
    var reason = ""

    func validate() throws {
        guard BundleMetadata.isTenantName(tenant) else {
            throw ValidationError("`\(tenant)` cannot be the name of a tenant")
        }
    }

    func set(stopped: Bool) async throws {
        if let known = try? AgentRegistry(data: data, tenant: tenant), known.agents[agent] == nil {
            let near = NearMiss.of(agent, among: known.agents.keys.sorted()).map { "; did you mean `\($0)`?" } ?? ""
            ErrorOutput.write("warning: the active policies of `\(tenant)` know no agent `\(agent)`\(near)")
        }
        let stop = AgentSwitches.Stop(tenant: tenant, agent: agent, reason: reason)
        let act = try await data.withStateStore { store in
            try await store.setStopped(stopped, stop, ifLastSwitched: nil, by: .commandLine, now: .current())
        }
        let state = stopped ? "disabled" : "enabled"
        Output.line(act != nil ? "\(state) \(agent)" : "\(agent) is \(state) already")
    }
}

struct AgentsDisable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Switch an agent off: its next call is denied within a second.")

    @OptionGroup var options: SwitchOptions

    func run() async throws { try await options.set(stopped: true) }
}

struct AgentsEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Switch an agent on again.")

    @OptionGroup var options: SwitchOptions

    func run() async throws { try await options.set(stopped: false) }
}
