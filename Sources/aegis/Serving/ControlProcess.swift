import Approvals
import ControlPlane
import DecisionAPI
import Decisions
import Foundation
import HTTPEndpoints
import HTTPTypes
import Hummingbird
import Logging
import ObjectStores
import PolicyLifecycle
import ServiceLifecycle
import StateStoreSQLite
import UnixSignals

/// The control plane without a gateway, on the data directory of one.
struct ControlProcess {
    let data: DataDirectory
    let settings: ControlPlaneSettings
    let address: TCPAddress
    /// What carries switches to all gateways, and whose word counts there.
    let switchKey: SwitchKey
    let trust: [String]
    let logger: Logger

    /// Runs until SIGTERM or SIGINT.
    func run() async throws {
        try data.create()
        let store: SQLiteStateStore
        do { store = try SQLiteStateStore(path: data.state.path) } catch let error as StateStoreError {
            throw CommandFailure(error.message, fix: error.fix)
        }
        do {
            try await serve(store: store)
        } catch {
            try? await store.close()
            throw error
        }
        try await store.close()
    }

    /// nil where no key is named.
    private func sharedSwitch() throws -> StoreSwitch? {
        guard let signer = try switchKey.open() else { return nil }
        guard let bundleService = settings.bundleService else {
            throw CommandFailure(
                "--switch-key needs the store that the gateways follow", fix: "add --bundle-service STORE", exitCode: 2)
        }
        let trust = try GatewayTrust(
            paths: trust, tenant: nil, keptIn: data.url.appendingPathComponent("trust/control"), logger: logger)
        try SwitchKey.check(signer, trust.ring)
        let place = StoreSwitch.Place(
            name: bundleService,
            store: try BundleService.store(at: bundleService, environment: ProcessInfo.processInfo.environment),
            trust: { trust.ring })
        return StoreSwitch(signer: signer) { _ in place }
    }

    private func serve(store: SQLiteStateStore) async throws {
        let apiKeys = try await CredentialKeeper(store: store, logger: logger)
        let identity = try IdentityConfiguration(path: settings.identity, apiKeys: apiKeys, logger: logger)
        let bundles = data.bundles
        let service = try BundleService(settings.bundleService, environment: ProcessInfo.processInfo.environment)
        let routes = ControlPlaneRoutes(
            .init(
                prover: identity.prover, ledger: store,
                directory: HistoryDirectory(data: data, bundles: bundles, latest: service?.bundles),
                approvals: store, bundles: bundles, histories: try data.histories(at: settings.histories),
                auditDirectory: data.audit.path, trail: { try data.replayed() }, sharedSwitch: try sharedSwitch(),
                target: settings.target, signer: settings.signer, now: { .current() }))
        let server = HTTPServer(
            configuration: .init(host: address.host, port: address.port),
            endpoints: routes.sets + [
                BundleRoutes(latest: service?.bundles, prover: identity.prover),
                StopRoutes(latest: service?.stops, prover: identity.prover), LiveRoute(),
            ],
            version: Version.text, logger: logger,
            onListening: { [logger] port in logger.notice("control plane on port \(port.map(String.init) ?? "?")") })
        var services: [any Service] = [
            StateWatcher(followers: [apiKeys], health: StateHealth(), logger: logger),
            StandInClerk(store: store, auditDirectory: data.audit.path, gateway: settings.gateway, logger: logger),
            server,
        ]
        services += identity.services
        try await ServiceGroup(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
        ).run()
    }
}

/// `GET /healthz` of a control plane alone.
private struct LiveRoute: EndpointSet {
    var endpoints: [Endpoint] {
        [
            Endpoint(
                Operation(
                    .get, "/healthz", id: "live", tag: "health", access: .anybody,
                    summary: "Whether the process serves.",
                    answers: [.ok("It does.", .object([.init("status", .choice(["alive"]))]))])
            ) { _, _ in Response(json: Array(#"{"status":"alive"}"#.utf8)) }
        ]
    }
}
