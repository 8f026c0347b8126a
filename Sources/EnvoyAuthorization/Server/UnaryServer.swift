import Logging
import NIOCore
import NIOHTTP2
import NIOPosix
import ServiceLifecycle

/// A gRPC server for unary methods over plain HTTP/2, until it is cancelled or asked to shut down.
struct UnaryServer: Sendable {
    let address: ListenAddress
    let methods: [String: UnaryMethod]
    let limits: ServerLimits
    let logger: Logger
    let group: any EventLoopGroup
    let connections: OpenConnections

    init(
        address: ListenAddress, methods: [UnaryMethod], limits: ServerLimits, logger: Logger,
        group: any EventLoopGroup, connections: OpenConnections
    ) {
        self.address = address
        self.methods = Dictionary(methods.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        self.limits = limits
        self.logger = logger
        self.group = group
        self.connections = connections
    }

    /// Listens until shutdown, then drains. `onListening` gets the address in use (the port, where 0 was asked for).
    func run(onListening: @Sendable (SocketAddress?) -> Void) async throws {
        let listener = try await bind()
        onListening(listener.localAddress)
        logger.info("listening for authorization checks", metadata: ["address": "\(address)"])
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await listener.closeFuture.get()
        } onCancelOrGracefulShutdown: {
            listener.close(promise: nil)
        }
        await connections.drain(within: limits.drainTime)
    }

    private func bind() async throws -> any Channel {
        let target = try address.resolved()
        if case .unixSocket(let path) = address {
            try await UnixSocketFile.makeRoom(at: path, group: group)
        }
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try configure(channel) }
            }
        let listener = try await bootstrap.bind(to: target).get()
        if case .unixSocket(let path) = address {
            try UnixSocketFile.restrict(path)
            listener.closeFuture.whenComplete { _ in UnixSocketFile.remove(path) }
        }
        return listener
    }

    private func configure(_ channel: any Channel) throws {
        guard connections.admit(channel) else {
            logger.warning("refusing a connection", metadata: ["limit": "\(limits.connections)"])
            channel.close(promise: nil)
            return
        }
        if case .loopback = address {
            try channel.syncOptions?.setOption(.tcpOption(.tcp_nodelay), value: 1)
        }
        try Self.addHandlers(to: channel, methods: methods, limits: limits, logger: logger)
    }

    /// HTTP/2, then the care of the connection (GOAWAY, idle and keepalive), then the calls.
    static func addHandlers(
        to channel: any Channel, methods: [String: UnaryMethod], limits: ServerLimits, logger: Logger
    ) throws {
        let care = NIOHTTP2ServerConnectionManagementHandler(
            eventLoop: channel.eventLoop,
            configuration: .init(
                maxIdleTime: TimeAmount(limits.idleTime), maxAge: nil, maxGraceTime: TimeAmount(limits.drainTime),
                keepalive: .init(
                    pingInterval: TimeAmount(limits.keepaliveTime), ackTimeout: TimeAmount(limits.keepaliveTimeout))))
        let operations = channel.pipeline.syncOperations
        try operations.addHandler(http2Handler(limits))
        try operations.addHandler(care)
        try operations.addHandler(UnaryConnectionHandler(methods: methods, limits: limits, logger: logger))
    }

    private static func http2Handler(_ limits: ServerLimits) -> NIOHTTP2Handler {
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: limits.concurrentCalls),
            HTTP2Setting(parameter: .initialWindowSize, value: UnaryConnectionHandler.streamWindow(limits)),
            HTTP2Setting(parameter: .maxFrameSize, value: min(max(limits.frameBytes, 1 << 14), (1 << 24) - 1)),
            HTTP2Setting(parameter: .maxHeaderListSize, value: limits.headerListBytes),
            HTTP2Setting(parameter: .enableConnectProtocol, value: 0),
        ]
        connection.maximumRecentlyResetStreams = limits.concurrentCalls
        var stream = NIOHTTP2Handler.StreamConfiguration()
        // Envoy resets each check that outlives its timeout: a slow second must not cost it the connection.
        stream.streamResetFrameRateLimit.maximumCount = limits.concurrentCalls * 16
        return NIOHTTP2Handler(mode: .server, connectionConfiguration: connection, streamConfiguration: stream)
    }
}
