import ExportTransport
import Foundation
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import NIOSSL

/// OTLP over gRPC: unary calls on one kept HTTP/2 connection.
/// Source: OTLP specification 1.x, "OTLP/gRPC"; gRPC over HTTP/2.
actor OTLPOverGRPC: OTLPTransport {
    private typealias Stream = NIOAsyncChannel<HTTP2Frame.FramePayload, HTTP2Frame.FramePayload>

    private struct Connection {
        let channel: any Channel
        let streams: NIOHTTP2Handler.AsyncStreamMultiplexer<Void>
    }

    private let signal: TelemetrySignal
    private let destination: TelemetryConfiguration.Destination
    private let address: (host: String, port: Int)
    private let security: NIOSSLContext?
    private let loop: BackgroundLoop
    private var connection: Connection?

    /// - Throws: ``TransportError`` `.configuration`.
    init(
        _ signal: TelemetrySignal, _ destination: TelemetryConfiguration.Destination, on loop: BackgroundLoop
    ) throws(TransportError) {
        guard let url = URLComponents(string: destination.url), let host = url.host, !host.isEmpty else {
            throw TransportError(.configuration, "`\(destination.url)` names no host")
        }
        self.signal = signal
        self.destination = destination
        address = (host.trimmingCharacters(in: ["[", "]"]), url.port ?? 4317)
        if url.scheme == "https" {
            var tls = try destination.tls.configuration()
            tls.applicationProtocols = ["h2"]
            do { security = try NIOSSLContext(configuration: tls) } catch {
                throw TransportError(.configuration, "TLS cannot be set up for `\(destination.url)`")
            }
        } else {
            security = nil
        }
        self.loop = loop
    }

    func send(_ message: [UInt8]) async -> OTLPAnswer {
        do {
            let connection = try await connected()
            let timeout = connection.channel.eventLoop.scheduleTask(in: TimeAmount(destination.timeout)) {
                connection.channel.close(promise: nil)
            }
            defer { timeout.cancel() }
            let reply = try await call(message, on: connection)
            // A proxy's own answer says nothing about the connection behind it.
            if reply.code == nil { await disconnect() }
            return reply.answer
        } catch {
            await disconnect()
            return .tryAgain("no answer came (\(type(of: error)))", after: nil)
        }
    }

    func close() async { await disconnect() }

    private func connected() async throws -> Connection {
        if let connection, connection.channel.isActive { return connection }
        let host = address.host
        let made = try await ClientBootstrap(group: loop.group).connectTimeout(.seconds(5))
            .connect(host: host, port: address.port) { [security] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let security {
                        // A name for SNI; an address is none.
                        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
                        try pipeline.addHandler(
                            NIOSSLClientHandler(context: security, serverHostname: isAddress ? nil : host))
                    }
                    let streams = try pipeline.configureAsyncHTTP2Pipeline(mode: .client) { stream in
                        stream.close()
                    }
                    return Connection(channel: channel, streams: streams)
                }
            }
        connection = made
        return made
    }

    private func disconnect() async {
        guard let channel = connection?.channel else { return }
        connection = nil
        try? await channel.close()
    }

    private func call(_ message: [UInt8], on connection: Connection) async throws -> GRPCReply {
        let stream = try await connection.streams.openStream { channel in
            channel.eventLoop.makeCompletedFuture {
                try Stream(wrappingChannelSynchronously: channel)
            }
        }
        let (headers, body) = request(message)
        return try await stream.executeThenClose { inbound, outbound in
            try await outbound.write(.headers(.init(headers: headers)))
            try await outbound.write(.data(.init(data: .byteBuffer(body), endStream: true)))
            var reply = GRPCReply()
            for try await frame in inbound {
                switch frame {
                case .headers(let block): reply.take(block.headers)
                case .data(let part):
                    if case .byteBuffer(let bytes) = part.data { reply.take(bytes) }
                default: continue
                }
            }
            return reply
        }
    }

    private func request(_ message: [UInt8]) -> (HPACKHeaders, ByteBuffer) {
        let compressed = destination.gzip ? GzipEncoder.encode(message) : nil
        let bytes = compressed ?? message
        var body = ByteBuffer()
        body.reserveCapacity(bytes.count + 5)
        body.writeInteger(UInt8(compressed == nil ? 0 : 1))
        body.writeInteger(UInt32(bytes.count))
        body.writeBytes(bytes)
        var headers = HPACKHeaders([
            (":method", "POST"), (":scheme", security == nil ? "http" : "https"), (":path", signal.method),
            (":authority", "\(address.host):\(address.port)"), ("content-type", "application/grpc"),
            ("te", "trailers"), ("user-agent", "aegis"),
            ("grpc-timeout", "\(max(1, destination.timeout.components.seconds * 1000))m"),
        ])
        if compressed != nil { headers.add(name: "grpc-encoding", value: "gzip") }
        for header in destination.headers { headers.add(name: header.name, value: header.value) }
        return (headers, body)
    }
}
