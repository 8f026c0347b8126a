import HTTPTypes
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import ServiceLifecycle

/// `GET /metrics` on a port of its own: what it shows is about all tenants, so no agent should reach it.
public struct MetricsServer: Service {
    private let host: String
    private let port: Int
    private let registry: MetricsRegistry
    private let logger: Logger
    private let onListening: @Sendable (Int?) -> Void

    /// - Parameter address: `HOST:PORT`; port 0 takes a free one.
    /// - Throws: ``TelemetryError`` `.address`.
    public init(
        address: String, registry: MetricsRegistry, logger: Logger,
        onListening: @escaping @Sendable (Int?) -> Void = { _ in }
    ) throws(TelemetryError) {
        guard let colon = address.lastIndex(of: ":"), let port = UInt16(address[address.index(after: colon)...]),
            colon > address.startIndex
        else {
            throw TelemetryError(
                .address, "`\(address)` is not HOST:PORT", fix: "write it as 127.0.0.1:9464")
        }
        host = String(address[..<colon])
        self.port = Int(port)
        self.registry = registry
        self.logger = logger
        self.onListening = onListening
    }

    public func run() async throws {
        try await application.run()
    }

    /// The application itself, for tests in process.
    var application: some ApplicationProtocol {
        let router = Router()
        router.get("/metrics") { [registry] _, _ in
            let text = PrometheusText.text(await registry.collect())
            return Response(
                status: .ok, headers: [.contentType: PrometheusText.contentType, .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
        return Application(
            router: router, server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(64)),
            onServerRunning: { channel in onListening(channel.localAddress?.port) }, logger: logger)
    }
}
