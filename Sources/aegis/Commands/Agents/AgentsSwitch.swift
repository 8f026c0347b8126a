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

    @OptionGroup var store: BundleStoreOptions

    @OptionGroup var signing: SignerOptions

    @Argument(help: "The agent's name.")
    var agent: String

    @Option(help: "The agent's tenant; needed with a store, and where several have an agent of this name.")
    var tenant: String?

    @Option(help: "Why; denied calls and the audit trail say it.")
    var reason = ""

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let tenant, !BundleMetadata.isTenantName(tenant) {
            throw ValidationError("`\(tenant)` cannot be the name of a tenant")
        }
        guard reason.utf8.count <= 1024 else { throw ValidationError("--reason is at most 1024 bytes long") }
    }

    func set(stopped: Bool) async throws {
        guard AgentsOnAllGateways.isMeant(store, data) else { return try await setHere(stopped) }
        guard let tenant else {
            throw CommandFailure("a store holds the agents of many tenants", fix: "add --tenant NAME", exitCode: 2)
        }
        try await BundleStoreOptions.reporting {
            try await AgentsOnAllGateways(store, signing: signing, tenant: tenant)
                .set(agent, isStopped: stopped, reason: reason, json: json)
        }
    }

    /// Says that it is done only where the agent is one that the gateway of this data directory serves.
    private func setHere(_ stopped: Bool) async throws {
        guard FileManager.default.fileExists(atPath: data.state.path) else {
            throw CommandFailure(
                "no gateway keeps its state in `\(data.url.path)`; nothing was switched",
                fix:
                    "name the gateway's data with --data-dir or AEGIS_DATA_DIR, or the bundle store of all gateways with --store"
            )
        }
        let (owner, act, standing) = try await data.withStateStore { store in
            let owner = try await AgentSearch(data: data, store: store).tenant(of: agent, in: tenant)
            let stop = AgentSwitches.Stop(tenant: owner, agent: agent, reason: reason)
            let act = try await store.setStopped(stopped, stop, ifLastSwitched: nil, by: .commandLine, now: .current())
            return (owner, act, AgentStanding.of(try await store.agentStops(tenant: owner))[agent])
        }
        if let word = standing?.word, word.isStopped, !stopped {
            throw CommandFailure(
                "\(agent) of \(owner) is not switched off here\(act == nil ? "" : " any more"), and stays off: \(word.by) switched it off on all gateways at \(word.since)",
                fix: "aegis agents enable \(agent) --tenant \(owner) --store STORE")
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
        commandName: "disable", abstract: "Switch an agent off: its next call is denied within a second.",
        discussion: """
            With --store on every gateway that follows that bundle store, itself or through a bundle service: by a signed list that lies
            beside the bundles. The key is one of --trust, of an operator or publisher. With --data-dir on the one gateway that has its
            data there. An agent is off where either says so.

            EXAMPLES
              aegis agents disable finance-agent --tenant acme --store s3://acme-policies/prod --key keys/oncall.pem --trust trust-root.json --reason "pays the wrong people"
              aegis agents disable finance-agent --tenant acme --store file:///var/lib/aegis/bundles --signer 'pkcs11-sign oncall'
              aegis agents disable finance-agent --data-dir /var/lib/aegis
            """)

    @OptionGroup var options: SwitchOptions

    func run() async throws { try await options.set(stopped: true) }
}

struct AgentsEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Switch an agent on again, where it was switched off.",
        discussion: """
            EXAMPLES
              aegis agents enable finance-agent --tenant acme --store s3://acme-policies/prod --key keys/oncall.pem --trust trust-root.json --reason "fixed in 4.2"
              aegis agents enable finance-agent --data-dir /var/lib/aegis
            """)

    @OptionGroup var options: SwitchOptions

    func run() async throws { try await options.set(stopped: false) }
}
