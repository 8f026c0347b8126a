public import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import ServiceLifecycle

/// An HTTP/1.1 server over sets of endpoints. It serves their description too, at `/openapi.json`.
public struct HTTPServer: Service {
    /// Where it listens and how much it takes.
    public struct Configuration: Sendable {
        public var host: String
        /// 0 takes a free one.
        public var port: Int
        /// Open connections; more wait.
        public var connections = 1024
        /// How long a connection may be idle, or a client may take to send a request.
        public var idleTime: Duration = .seconds(60)

        public init(host: String = "127.0.0.1", port: Int = 8181) {
            self.host = host
            self.port = port
        }
    }

    private let configuration: Configuration
    private let sets: [any EndpointSet]
    private let logger: Logger
    private let onListening: @Sendable (Int?) -> Void

    /// - Parameters:
    ///   - version: of the program, for the description.
    ///   - onListening: told the port once the server listens.
    public init(
        configuration: Configuration, endpoints sets: [any EndpointSet], version: String, logger: Logger,
        onListening: @escaping @Sendable (Int?) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.sets = sets + [DescriptionRoute(document: OpenAPIDocument(sets, version: version).json)]
        self.logger = logger
        self.onListening = onListening
    }

    public func run() async throws {
        try await application.run()
    }

    /// Every route, under the one middleware that turns errors into problems.
    public var router: Router<BasicRequestContext> {
        let router = Router()
        router.add(middleware: ProblemMiddleware())
        for set in sets { set.add(to: router) }
        return router
    }

    /// The application itself, for tests in process.
    public var application: some ApplicationProtocol {
        Application(
            router: router,
            server: .http1(configuration: .init(idleTimeout: TimeAmount(configuration.idleTime))),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.connections)),
            onServerRunning: { [onListening] channel in onListening(channel.localAddress?.port) },
            logger: logger)
    }
}

/// `GET /openapi.json`.
struct DescriptionRoute: EndpointSet {
    let document: [UInt8]

    static let operation = Operation(
        .get, "/openapi.json", id: "describe", tag: "health", access: .anybody,
        summary: "This description (OpenAPI 3.1).",
        answers: [.ok("The description.", .object([], open: true))])

    var endpoints: [Endpoint] {
        [Endpoint(Self.operation) { [document] _, _ in Response(json: document) }]
    }
}
