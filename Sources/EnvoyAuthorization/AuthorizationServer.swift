public import Decisions
public import Logging
public import NIOCore
public import NIOPosix
public import ServiceLifecycle

/// Envoy's external authorization service (`envoy.service.auth.v3`), with gRPC health checks beside it.
///
/// Serves until shutdown, then tells each connection to take its calls elsewhere (GOAWAY) and finishes those under way.
public struct AuthorizationServer: Service {
    private let server: UnaryServer
    private let onListening: @Sendable (SocketAddress?) -> Void

    /// - Parameters:
    ///   - hold: how long a call that needs an approval is held open for it. Envoy must wait longer: its own timeout ends the
    ///     call with a denial.
    ///   - isServing: what health checks say while the server is not shutting down.
    ///   - onListening: told the address once the server listens.
    public init(
        address: ListenAddress, decisions: DecisionPoint, hold: Duration = .zero,
        limits: ServerLimits = ServerLimits(), logger: Logger,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        isServing: @escaping @Sendable () -> Bool = { true },
        onListening: @escaping @Sendable (SocketAddress?) -> Void = { _ in }
    ) {
        let authorizer = CheckAuthorizer(decisions: decisions, hold: hold)
        var limits = limits
        limits.callTime = max(limits.callTime, hold + .seconds(5))
        self.init(
            address: address, limits: limits, logger: logger, group: group, isServing: isServing,
            onListening: onListening, authorize: authorizer.authorize)
    }

    /// - Parameter authorize: judges one request. Whatever it throws is a denial.
    public init(
        address: ListenAddress, limits: ServerLimits = ServerLimits(), logger: Logger,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        isServing: @escaping @Sendable () -> Bool = { true },
        onListening: @escaping @Sendable (SocketAddress?) -> Void = { _ in },
        authorize: @escaping @Sendable (CheckedRequest) async throws -> CheckVerdict
    ) {
        let connections = OpenConnections(limit: limits.connections)
        self.server = UnaryServer(
            address: address,
            methods: [
                CheckMethod.make(limits: limits, logger: logger, authorize: authorize),
                HealthMethod.make { !connections.isDraining && isServing() },
            ],
            limits: limits, logger: logger, group: group, connections: connections)
        self.onListening = onListening
    }

    public func run() async throws {
        try await server.run(onListening: onListening)
    }
}
