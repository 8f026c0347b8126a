public import Approvals
public import Decisions
public import HTTPEndpoints
import Hummingbird
public import Logging
public import ServiceLifecycle
import Threads

/// The HTTP API: decisions, approvals, health.
public struct DecisionAPIServer: Service {
    /// Told of an approval after a change of it took effect; returns once the change is in the audit trail.
    public typealias ChangeRecorder = @Sendable (Approval) async throws -> Void

    /// Where it listens and how much it takes.
    public struct Configuration: Sendable {
        public var server: HTTPServer.Configuration
        /// The longest request body, in bytes.
        public var bodyLimit = 1 << 20
        /// The longest that a call is held open for its approval, where it asks for that.
        public var longestHold: Duration = .zero

        /// - Parameter port: 0 takes a free one.
        public init(host: String = "127.0.0.1", port: Int = 8181) {
            server = HTTPServer.Configuration(host: host, port: port)
        }
    }

    let server: HTTPServer

    /// - Parameters:
    ///   - prover: the one that `decisions` uses.
    ///   - version: of the program, for `/v1/status`.
    ///   - isShared: whether several tenants are served, so that none may see of another here.
    ///   - bundles: answers for the bundle service; nil: there is none here.
    ///   - stops: answers for the lists of switched agents beside them.
    ///   - more: what else is served on the port.
    ///   - onListening: told the port once the server listens.
    public init(
        configuration: Configuration, decisions: DecisionPoint, desk: ApprovalDesk, prover: any IdentityProver,
        version: String, logger: Logger, now: @escaping @Sendable () -> Timestamp,
        recordChange: @escaping ChangeRecorder = { _ in }, channels: ChannelEndpoints = ChannelEndpoints(),
        isShared: Bool = false, bundles: BundleShelfQuestion? = nil, stops: StopShelfQuestion? = nil,
        more: [any EndpointSet] = [], auditFault: @escaping @Sendable () -> String? = { nil },
        isEnding: @escaping @Sendable () -> Bool = { false },
        onListening: @escaping @Sendable (Int?) -> Void = { _ in }
    ) {
        let own: [any EndpointSet] = [
            DecisionRoutes(
                decisions: decisions, bodyLimit: configuration.bodyLimit, longestHold: configuration.longestHold),
            ApprovalRoutes(
                desk: desk, prover: prover, policies: decisions.policies, recordChange: recordChange, now: now),
            UsageRoutes(decisions: decisions),
            HealthRoutes(
                policies: decisions.policies, prover: prover, version: version, isShared: isShared,
                stateFault: decisions.stateFault, auditFault: auditFault, isEnding: isEnding, now: now),
            ChannelRoutes(endpoints: channels), BundleRoutes(latest: bundles, prover: prover),
            StopRoutes(latest: stops, prover: prover),
        ]
        server = HTTPServer(
            configuration: configuration.server, endpoints: own + more, version: version, logger: logger,
            onListening: onListening)
    }

    /// Connections are read, decided and answered on threads that have nothing else to do.
    public func run() async throws {
        try await withTaskExecutorPreference(TaskThreads.deciding()) { try await server.run() }
    }

    /// The application itself, for tests in process.
    var application: some ApplicationProtocol { server.application }
}
