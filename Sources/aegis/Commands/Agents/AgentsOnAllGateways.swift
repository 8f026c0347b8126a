import AccessControl
import Approvals
import Decisions
import Foundation
import ObjectStores
import PolicyBundles
import PolicyDelivery
import RegoSyntax
import SignedTokens

/// A tenant's agents in the signed list of a bundle store, where all gateways hear of them.
struct AgentsOnAllGateways {
    private let store: ObjectBundleStore
    private let trust: KeyRing
    private let knowsAll: Bool
    private let signer: (any Signer)?
    private let tenant: String
    private let place: String

    /// Whether a command is about a store: one is named, or the environment names one and no data.
    static func isMeant(_ options: BundleStoreOptions, _ data: DataDirectory) -> Bool {
        guard options.store == nil else { return true }
        return HistoryOptions.value(nil, "AEGIS_STORE") != nil && data.path == nil
            && HistoryOptions.value(nil, "AEGIS_DATA_DIR") == nil
    }

    /// - Parameter signing: nil where nothing is switched.
    init(_ options: BundleStoreOptions, signing: SignerOptions?, tenant: String) throws {
        let signer = try signing?.open()
        let named = try TrustFiles.ring(options.trust, scope: options.scope)
        if let signer, !named.isEmpty, named[signer.name]?.key != signer.verificationKey {
            throw CommandFailure(
                "the key `\(signer.name)` is none of --trust, so that no gateway that goes by them would believe it; nothing was switched",
                fix: "sign with a key that the gateways trust")
        }
        store = try options.open()
        trust = try options.ring(with: signer)
        knowsAll = !named.isEmpty
        self.signer = signer
        self.tenant = tenant
        place = options.store ?? HistoryOptions.value(nil, "AEGIS_STORE") ?? ""
    }

    func set(_ agent: String, isStopped: Bool, reason: String, json: Bool) async throws {
        guard let signer else { throw CommandFailure("nobody signs", exitCode: 2) }
        let publisher = StopPublisher(store: store, trust: trust, knowsAll: knowsAll, signer: signer)
        try await check(agent)
        let outcome = try await publisher.turn(
            agent, of: tenant, isStopped: isStopped, reason: reason, by: Administrator.commandLine.name, now: Self.now)
        if let passedOver = outcome.passedOver {
            ErrorOutput.write(
                """
                warning: the list that was there counts for nothing and was replaced: \(passedOver)
                Gateways keep what they know to be switched off. Switch off again what it may have held (aegis agents list --data-dir), and \
                find out who can write to the store, or whether a key is missing from --trust
                """)
        }
        let state = isStopped ? "disabled" : "enabled"
        if json {
            return Output.json(
                [
                    "agent": agent, "tenant": tenant, "state": state, "changed": outcome.hasChanged, "store": place,
                    "serial": outcome.list.list.serial, "signed_by": outcome.list.keyID,
                ] as [String: Any])
        }
        Output.line(
            outcome.hasChanged
                ? "\(state) \(agent) of \(tenant), on all gateways that follow \(place); signed by \(signer.name)"
                : "\(agent) of \(tenant) is \(state) already, on all gateways that follow \(place)")
    }

    /// The agents of the latest policies and of the list, with what the list says of them.
    func list() async throws -> (agents: [String: AgentDefinition], standings: [String: AgentStanding]) {
        let agents = try await AgentRegistry.latest(in: store, tenant: tenant)?.agents ?? [:]
        guard case .list(let signed, _) = try await store.stops(tenant: tenant, unless: nil) else {
            return (agents, [:])
        }
        let verified = try BundleVerifier(trust: trust, tenant: tenant).verify(
            signed, after: 0, now: Self.now / 1000)
        return (agents, AgentStanding.of(AgentStopChange.of(verified.list, at: .current())))
    }

    /// A misspelt name must not look like a stop. Policies that cannot be read must not be in the way of one.
    private func check(_ agent: String) async throws {
        let agents: [String: AgentDefinition]
        do {
            guard let registry = try await AgentRegistry.latest(in: store, tenant: tenant) else {
                throw CommandFailure(
                    "no policies are published for `\(tenant)` in \(place), so no gateway follows it there; nothing was switched",
                    fix: "check --store and --tenant")
            }
            agents = registry.agents
        } catch let error as CommandFailure {
            throw error
        } catch let error as BundleStoreError where error.code == .unavailable {
            throw error
        } catch {
            return ErrorOutput.write(
                "warning: the latest policies cannot be read, so that nobody checked whether `\(tenant)` has an agent `\(agent)`: \(error)"
            )
        }
        guard agents[agent] == nil else { return }
        if let there = try? await list().standings[agent], there.word.stop.agent == agent { return }
        let near = NearMiss.of(agent, among: agents.keys.sorted()).map { "did you mean `\($0)`? " } ?? ""
        throw CommandFailure(
            "there is no agent `\(agent)` in the latest policies of `\(tenant)`; nothing was switched",
            fix: "\(near)list them: aegis agents list --tenant \(tenant) --store STORE --trust KEY")
    }

    /// Milliseconds since 1970, by this machine.
    static var now: Int64 { Timestamp.current().nanoseconds / 1_000_000 }
}
