import Logging
import NIOCore
import NIOEmbedded
import NIOHPACK
import NIOHTTP2

@testable import EnvoyAuthorization

/// What a client has got on one stream.
struct Answer: Equatable {
    var status: String?
    var grpcStatus: String?
    var text: String?
    var ended: Bool
}

/// A client and the server, each in an embedded channel, joined by ``run()``. Time stands still but for ``advance(_:)``.
final class Connection {
    let server: EmbeddedChannel
    let client: EmbeddedChannel
    /// Frames that the client has got, in order.
    private(set) var received: [HTTP2Frame] = []

    init(
        methods: [String: UnaryMethod], limits: ServerLimits = ServerLimits(), clientWindow: Int = 1 << 24,
        handshake: Bool = true
    ) throws {
        server = EmbeddedChannel()
        client = EmbeddedChannel()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        try UnaryServer.addHandlers(to: server, methods: methods, limits: limits, logger: logger)
        let settings = [HTTP2Setting(parameter: .initialWindowSize, value: clientWindow)]
        try client.pipeline.syncOperations.addHandler(NIOHTTP2Handler(mode: .client, initialSettings: settings))
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: 1)
        server.connect(to: address, promise: nil)
        if handshake {
            client.connect(to: address, promise: nil)
            if clientWindow >= 1 << 20 {
                try send(.rootStream, .windowUpdate(windowSizeIncrement: 1 << 28))
            }
            run()
        }
    }

    /// Moves bytes both ways until both sides are silent.
    func run() {
        var isMoving = true
        while isMoving {
            isMoving = false
            server.embeddedEventLoop.run()
            client.embeddedEventLoop.run()
            while let bytes = try? client.readOutbound(as: ByteBuffer.self) {
                isMoving = true
                _ = try? server.writeInbound(bytes)
            }
            while let bytes = try? server.readOutbound(as: ByteBuffer.self) {
                isMoving = true
                _ = try? client.writeInbound(bytes)
            }
        }
        while let frame = try? client.readInbound(as: HTTP2Frame.self) {
            received.append(frame)
        }
    }

    func send(_ stream: HTTP2StreamID, _ payload: HTTP2Frame.FramePayload) throws {
        try client.writeOutbound(HTTP2Frame(streamID: stream, payload: payload))
        run()
    }

    func call(_ stream: HTTP2StreamID, _ message: ByteBuffer) throws {
        try send(stream, .headers(.init(headers: requestHeaders())))
        try send(stream, .data(.init(data: .byteBuffer(message), endStream: true)))
    }

    func advance(_ time: TimeAmount) {
        server.embeddedEventLoop.advanceTime(by: time)
        run()
    }

    func quiesce() {
        server.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        run()
    }

    func answer(_ stream: HTTP2StreamID) -> Answer {
        var answer = Answer(status: nil, grpcStatus: nil, text: nil, ended: false)
        var bytes = ByteBuffer()
        for frame in received where frame.streamID == stream {
            switch frame.payload {
            case .headers(let block):
                answer.status = block.headers.first(name: ":status") ?? answer.status
                answer.grpcStatus = block.headers.first(name: "grpc-status") ?? answer.grpcStatus
                answer.ended = answer.ended || block.endStream
            case .data(let data):
                if case .byteBuffer(var part) = data.data { bytes.writeBuffer(&part) }
                answer.ended = answer.ended || data.endStream
            default:
                break
            }
        }
        if bytes.readableBytes >= 5, let text = bytes.getString(at: 5, length: bytes.readableBytes - 5) {
            answer.text = text
        }
        return answer
    }

    func reset(_ stream: HTTP2StreamID) -> HTTP2ErrorCode? {
        for case let frame in received where frame.streamID == stream {
            if case .rstStream(let code) = frame.payload { return code }
        }
        return nil
    }

    /// The last stream ids of the GOAWAY frames so far.
    var goodbyes: [HTTP2StreamID] {
        received.compactMap { frame in
            if case .goAway(let lastStreamID, _, _) = frame.payload { lastStreamID } else { nil }
        }
    }

    func close() throws {
        _ = try server.finish(acceptAlreadyClosed: true)
        _ = try client.finish(acceptAlreadyClosed: true)
    }
}
