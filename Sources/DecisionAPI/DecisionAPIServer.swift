public import Approvals
public import Decisions
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import ServiceLifecycle

/// The HTTP API: decisions, approvals, health.
public struct DecisionAPIServer: Service {
    /// Told of an approval after a change of it took effect; returns once the change is in the audit trail.
    public typealias ChangeRecorder = @Sendable (Approval) async throws -> Void

    /// Where it listens and how much it takes.
    public struct Configuration: Sendable {
        public var host: String
        /// 0 takes a free one.
        public var port: Int
        /// The longest request body, in bytes.
        public var bodyLimit = 1 << 20
        /// Open connections; more wait.
        public var connections = 1024
        /// How long a connection may be idle, or a client may take to send a request.
        public var idleTime: Duration = .seconds(60)
        /// The longest that a call is held open for its approval, where it asks for that.
        public var longestHold: Duration = .zero

        public init(host: String = "127.0.0.1", port: Int = 8181) {
            self.host = host
            self.port = port
        }
    }

    private let configuration: Configuration
    private let decisions: DecisionRoutes
    private let approvals: ApprovalRoutes
    private let usage: UsageRoutes
    private let health: HealthRoutes
    private let channels: ChannelRoutes
    private let logger: Logger
    private let onListening: @Sendable (Int?) -> Void

    /// - Parameters:
    ///   - prover: the one that `decisions` uses.
    ///   - version: of the program, for `/v1/status`.
    ///   - onListening: told the port once the server listens.
    public init(
        configuration: Configuration, decisions: DecisionPoint, desk: ApprovalDesk, prover: any IdentityProver,
        version: String, logger: Logger, now: @escaping @Sendable () -> Timestamp,
        recordChange: @escaping ChangeRecorder = { _ in }, channels: ChannelEndpoints = ChannelEndpoints(),
        onListening: @escaping @Sendable (Int?) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.logger = logger
        self.onListening = onListening
        self.decisions = DecisionRoutes(
            decisions: decisions, bodyLimit: configuration.bodyLimit, longestHold: configuration.longestHold)
        approvals = ApprovalRoutes(
            desk: desk, prover: prover, policies: decisions.policies, recordChange: recordChange, now: now)
        self.channels = ChannelRoutes(endpoints: channels)
        usage = UsageRoutes(decisions: decisions)
        health = HealthRoutes(policies: decisions.policies, version: version)
    }

    public func run() async throws {
        try await application.run()
    }

    /// The application itself, for tests in process.
    var application: some ApplicationProtocol {
        let router = Router()
        router.add(middleware: ProblemMiddleware())
        decisions.add(to: router)
        approvals.add(to: router)
        usage.add(to: router)
        health.add(to: router)
        channels.add(to: router)
        return Application(
            router: router,
            server: .http1(configuration: .init(idleTimeout: TimeAmount(configuration.idleTime))),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.connections)),
            onServerRunning: { channel in onListening(channel.localAddress?.port) },
            logger: logger)
    }
}
