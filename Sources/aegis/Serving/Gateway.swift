import ApprovalChannels
import Approvals
import AuditTrail
import ControlPlane
import Crypto
import DecisionAPI
import Decisions
import EnvoyAuthorization
import Foundation
import HTTPEndpoints
import Logging
import ObjectStores
import PolicyDelivery
import PolicyLifecycle
import Redaction
import ServiceLifecycle
import SignedTokens
import StateStoreSQLite
import UnixSignals

/// One gateway: its trail, state, keys and policies, and the servers on top, wired once and run as one group.
struct Gateway {
    private let configuration: ServeConfiguration
    private let telemetry: GatewayTelemetry
    private let logger: Logger

    init(_ configuration: ServeConfiguration, telemetry: GatewayTelemetry, logger: Logger) {
        self.configuration = configuration
        self.telemetry = telemetry
        self.logger = logger
    }

    /// Runs until SIGTERM or SIGINT, then finishes what is under way and closes the files.
    func run() async throws {
        let data = configuration.data
        try data.create()
        let journal = try openJournal(data.audit.path)
        let keys = try GatewayKeys(in: data.keys)
        let store = try openStore(data.state.path, answerKey: keys.answers)
        do {
            try await serve(journal: journal, store: store, keys: keys)
        } catch {
            journal.close()
            try? await store.close()
            throw error
        }
        journal.close()
        try await store.close()
    }

    private func serve(journal: AuditJournal, store: SQLiteStateStore, keys: GatewayKeys) async throws {
        let inputs = try openInputs(key: keys.inputs)
        defer { inputs?.close() }
        let witness = configuration.witness.map { witness in
            WitnessReporter(
                url: witness.url, key: witness.key, auditDirectory: configuration.data.audit.path, logger: logger)
        }
        let isWitnessed = try await witness?.checkStart() ?? false
        try await Recovery(store: store, auditDirectory: configuration.data.audit.path, logger: logger).run()
        try await store.spendBehindRecords(now: .current())
        let sessions = SessionLedger(markKey: keys.commitments, bounds: configuration.sessions)
        let redactor = Redactor(pseudonymKey: keys.pseudonyms)
        try SessionRecovery(auditDirectory: configuration.data.audit.path, redactor: redactor)
            .run(into: sessions, now: .current())
        let now: @Sendable () -> Timestamp = { .current() }
        let apiKeys = try await CredentialKeeper(store: store, logger: logger)
        let identity = try IdentityConfiguration(path: configuration.control.identity, apiKeys: apiKeys, logger: logger)
        let killSwitch = try await KillSwitch(store: store, logger: logger)
        let stateHealth = StateHealth()
        let registry = PolicyRegistry()
        let delivery = PolicyDeliveryPlan(
            configuration: configuration, environment: ProcessInfo.processInfo.environment, logger: logger)
        let service = try BundleService(
            configuration.control.bundleService, environment: ProcessInfo.processInfo.environment)
        let parts = try configuration.tenants.map { try delivery.part($0, keys) }
        let keepers = parts.map { delivery.keeper(of: $0, registry: registry, journal: journal) }
        let stopKeepers = try parts.compactMap {
            try delivery.stopKeeper(of: $0, store: store, killSwitch: killSwitch, journal: journal)
        }
        // What is written wrong stops the start before anything is on record.
        let directories = try channelDirectories()
        let export = try ExportConfiguration.service(
            configuration, on: telemetry.loop, environment: ProcessInfo.processInfo.environment, logger: logger)
        // Side by side: what one tenant's store takes its time for is not waited for by the others. No policy permits anything before
        // it is known who is switched off.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for keeper in stopKeepers { group.addTask { try await keeper.start() } }
            try await group.waitForAll()
        }
        await withTaskGroup(of: Void.self) { group in
            for keeper in keepers { group.addTask { await keeper.start() } }
        }
        // Now each tenant has a log: a trail that was begun anew is found out too.
        if isWitnessed { _ = try await witness?.checkStart() }
        let mint = try OverrideTokenMint(signingKey: keys.tokens, audience: configuration.gateway)
        let waiting = ApprovalWaiting()
        let ending = ShutdownNotice { waiting.end() }
        let decisions = DecisionPoint(
            prover: identity.prover, policies: registry, ledger: store, sessions: sessions, approvals: store,
            mint: mint,
            delegations: try DelegationMint(signingKey: keys.tokens, audience: configuration.gateway),
            recorder: AuditTrailRecorder(journal: journal, inputs: inputs),
            observer: telemetry.observer,
            redactor: redactor,
            onBudgetAlert: { [logger] tenant, agent, alert, trace in
                let told: Logger.Metadata = [
                    "tenant": "\(tenant)", "agent_id": "\(agent)", "policy": "\(alert.budget.counter.policy)",
                    "rule": "\(alert.budget.counter.rule)", "scope": "\(alert.budget.counter.scope.rawValue)",
                    "subject": "\(alert.budget.counter.subject)", "window": "\(alert.budget.window.rawValue)",
                    "charged": "\(alert.charged.decimalText)", "limit": "\(alert.limit.decimalText)",
                ]
                logger.warning(
                    "a budget has passed \(alert.percent) %", metadata: told.merging(trace.metadata) { own, _ in own })
            },
            switches: { killSwitch.now }, stateFault: { stateHealth.fault }, waiting: waiting,
            approvalURL: { [base = configuration.publicURL] in "\(base)/v1/approvals/\($0)" }, now: now)
        let desk = ApprovalDesk(
            ledger: store, mint: mint,
            hiding: { comment, tenant in
                let detectors = registry.active(tenant: tenant)?.detectors ?? .none
                return redactor.view(comment, in: Redactor.Scope(tenant: tenant, detectors: detectors))
            }, now: now)
        let clerk = try await ApprovalClerk(
            store: store, journal: journal, auditDirectory: configuration.data.audit.path,
            plan: DeliveryPlan(directories), logger: logger, now: now)
        let administration = try await AdministrationClerk(
            store: store, journal: journal, auditDirectory: configuration.data.audit.path, logger: logger)
        let channels =
            directories.isEmpty
            ? nil
            : try GatewayChannels(
                directories, store: store, desk: desk, clerk: clerk, prover: identity.prover, tokens: keys.tokens,
                gateway: configuration.gateway, logger: logger, now: now)
        let control = ControlPlaneRoutes(
            .init(
                prover: identity.prover, ledger: store, directory: RegistryDirectory(registry: registry),
                approvals: store,
                bundles: configuration.data.bundles,
                histories: try configuration.data.histories(at: configuration.control.histories),
                auditDirectory: configuration.data.audit.path,
                trail: { [configuration] in try configuration.data.replayed() },
                sharedSwitch: try delivery.sharedSwitch(parts), target: configuration.control.target,
                signer: configuration.control.signer, now: now))
        var api = DecisionAPIServer.Configuration(host: configuration.host, port: configuration.port)
        api.longestHold = .seconds(configuration.holdCalls)
        let server = DecisionAPIServer(
            configuration: api, decisions: decisions,
            desk: desk, prover: identity.prover, version: Version.text,
            logger: logger, now: now, recordChange: clerk.record, channels: channels?.endpoints ?? ChannelEndpoints(),
            isShared: configuration.tenants.count > 1, bundles: service?.bundles,
            stops: service?.stops, more: control.sets,
            auditFault: {
                // Which record of which tenant is wrong is for the log alone.
                journal.status.isAvailable ? nil : "the audit trail cannot be written: the gateway's log says why"
            },
            isEnding: { ending.isGiven },
            onListening: { [logger] port in logger.notice("decision API on port \(port.map(String.init) ?? "?")") })
        var services: [any Service] = [
            StateWatcher(followers: [apiKeys, killSwitch], health: stateHealth, logger: logger),
            DurabilityWatcher(journal: journal, store: store, logger: logger),
            StatePruner(store: store, logger: logger), clerk, administration,
            BudgetClerk(scribe: decisions.scribe, logger: logger), server,
            TrailCheck(journal: journal, directory: configuration.data.audit.path, logger: logger),
        ]
        services += keepers
        services += stopKeepers
        services += try parts.compactMap { try delivery.candidateKeeper(of: $0, registry: registry, keys: keys) }
        if let inputs {
            services.append(
                InputKeeper(
                    store: inputs,
                    expiry: try InputExpiry(
                        audit: configuration.data.audit.path, inputs: configuration.data.inputs.path,
                        terms: InputTerms(rules: configuration.retention, longest: configuration.keepInputs.longest)),
                    holds: HoldBook(configuration.data), journal: journal, audit: configuration.data.audit.path,
                    logger: logger))
        }
        if let witness { services.append(witness) }
        services.append(
            SpoolKeeper(
                spool: TrailSpool(data: configuration.data), journal: journal, onErasure: decisions.forgetAnswers(of:)))
        if let seconds = configuration.heartbeat {
            services.append(
                Heartbeat(
                    journal: journal, strangers: decisions.strangers, seconds: seconds, logger: logger))
        }
        if let channels { services.append(channels.deliveries) }
        services =
            try telemetry.services(
                journal: journal, policies: registry, stops: stopKeepers, store: store, sessions: sessions,
                strangers: decisions.strangers, export: export, inputs: inputs, witness: witness?.progress,
                logger: logger) + services
        services += identity.services
        if let address = configuration.authorization {
            services.append(
                AuthorizationServer(
                    address: address, decisions: decisions, hold: .seconds(configuration.holdEnvoy), logger: logger,
                    isServing: {
                        registry.isReady(now: now()) && stateHealth.fault == nil && journal.status.isAvailable
                            && !ending.isGiven
                    },
                    onListening: { [logger] bound in
                        logger.notice("ext_authz on \(bound.map(String.init(describing:)) ?? address.description)")
                    }))
        }
        services.append(ending)
        try await ServiceGroup(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
        ).run()
    }

    /// The channels of each tenant that has some. A document that names another tenant than the one it stands with stops
    /// the start: its people would be asked about somebody else's calls.
    private func channelDirectories() throws -> [ChannelDirectory] {
        let directories = try configuration.tenants.compactMap { served -> ChannelDirectory? in
            let directory = try ChannelConfiguration.read(
                served.channels, environment: ProcessInfo.processInfo.environment)
            if let directory, let name = served.name, directory.tenant != name {
                throw CommandFailure(
                    "\(served.channels ?? ""): these are the channels of `\(directory.tenant)`, and they stand with `\(name)`",
                    fix: "name the file of `\(name)`", exitCode: 2)
            }
            return directory
        }
        try ChannelConfiguration.requireOneSlackEach(directories)
        return directories
    }

    private func openJournal(_ directory: String) throws -> AuditJournal {
        do throws(AuditError) {
            let keys = try AuditKeys.loadOrCreate(directory: directory, gateway: configuration.gateway)
            // As far back as sessions are read from it; the rest is verified while decisions are made.
            var journal = AuditJournal.Configuration(gateway: configuration.gateway)
            journal.check = .since(Timestamp.current().advanced(bySeconds: -SessionReplay.horizon).nanoseconds)
            return try AuditJournal.open(
                directory: directory, configuration: journal, signer: keys.signer, trusted: keys.trusted)
        } catch {
            throw CommandFailure(error.message, fix: error.fix)
        }
    }

    /// nil where inputs are not to be kept.
    private func openInputs(key: SymmetricKey) throws -> SealedInputStore? {
        guard configuration.keepInputs != .off else { return nil }
        do throws(AuditError) {
            return try SealedInputStore.open(directory: configuration.data.inputs.path, key: key)
        } catch {
            throw CommandFailure(error.message, fix: error.fix)
        }
    }

    private func openStore(_ path: String, answerKey: SymmetricKey) throws -> SQLiteStateStore {
        do { return try SQLiteStateStore(path: path, answerKey: answerKey) } catch let error as StateStoreError {
            throw CommandFailure(error.message, fix: error.fix)
        }
    }
}
