import AccessControl
import ArgumentParser
import Approvals
import Decisions
import Foundation
import PolicyBundles
import StateStoreSQLite

/// What both ways of the switch are told.
struct SwitchOptions: ParsableArguments {
    @OptionGroup var data: DataDirectory

    @Argument(help: "The agent's name.")
    var agent: String

    @Option(help: "The agent's tenant; needed where several have an agent of this name.")
    var tenant: String?

    @Option(help: "Why; denied calls and the audit trail say it.")
    var reason = ""

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let tenant, !BundleMetadata.isTenantName(tenant) {
            throw ValidationError("`\(tenant)` cannot be the name of a tenant")
        }
    }

    /// Says that it is done only where the agent is one that the gateway of this data directory serves.
    func set(stopped: Bool) async throws {
        guard FileManager.default.fileExists(atPath: data.state.path) else {
            throw CommandFailure(
                "no gateway keeps its state in `\(data.url.path)`; nothing was switched",
                fix: "name the gateway's data with --data-dir or AEGIS_DATA_DIR")
        }
        let (owner, act) = try await data.withStateStore { store in
            let owner = try await AgentSearch(data: data, store: store).tenant(of: agent, in: tenant)
            let stop = AgentSwitches.Stop(tenant: owner, agent: agent, reason: reason)
            return (
                owner,
                try await store.setStopped(stopped, stop, ifLastSwitched: nil, by: .commandLine, now: .current())
            )
        }
        let state = stopped ? "disabled" : "enabled"
        if json {
            return Output.json(
                [
                    "agent": agent, "tenant": owner, "state": state, "changed": act != nil,
                    "data_dir": data.url.standardizedFileURL.path,
                ] as [String: Any])
        }
        Output.line(
            act != nil
                ? "\(state) \(agent) of \(owner), for the gateway of \(data.url.path)"
                : "\(agent) of \(owner) is \(state) already")
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
