import ExportTransport
import NIOCore
import NIOPosix
import NIOSSL

/// Syslog over TLS (RFC 5425). The protocol has no acknowledgements, so this asks the next best: a record counts as delivered
/// once the receiver's system has acknowledged its bytes; and what was sent shortly before a connection broke, which the
/// receiver may have lost with it, is sent again on the next one.
actor SyslogSink: EventSink {
    nonisolated let limits = BatchLimits(events: 1000, bytes: 1 << 20)

    private struct Sent {
        var at: ContinuousClock.Instant
        var frames: ByteBuffer
    }

    /// How long a receiver may take to put away what it has read.
    private static let settling: Duration = .seconds(5)
    /// How long its system may take to acknowledge.
    private static let patience: Duration = .seconds(30)
    /// The most that is kept to be sent again.
    private static let keptBytes = 16 << 20

    private let target: SyslogTarget
    private let source: EventSource
    private let loop: BackgroundLoop
    private let security: NIOSSLContext
    private var channel: (any Channel)?
    private var recent: [Sent] = []

    init(_ target: SyslogTarget, source: EventSource, on loop: BackgroundLoop) throws(TransportError) {
        self.target = target
        self.source = source
        self.loop = loop
        let configuration = try target.tls.configuration()
        do { security = try NIOSSLContext(configuration: configuration) } catch {
            throw TransportError(.configuration, "TLS cannot be set up: its certificate or key cannot be used")
        }
    }

    func deliver(_ events: [SIEMEvent]) async throws(SinkFailure) -> [RefusedEvent] {
        var frames = ByteBuffer()
        for event in events { frames.writeBytes(SyslogMessage.frame(event, target, source: source)) }
        do {
            let channel = try await connected()
            try await send(frames, on: channel)
            recent.append(Sent(at: .now, frames: frames))
            while channel.isActive, recent.reduce(0, { $0 + $1.frames.readableBytes }) > Self.keptBytes {
                try await Task.sleep(for: .milliseconds(50))
                forgetSettled()
            }
            return []
        } catch {
            await disconnect()
            throw Self.failure(error)
        }
    }

    /// Notices a connection that broke when there was nothing to send.
    func tend() async throws(SinkFailure) {
        if let channel, channel.isActive { return forgetSettled() }
        guard !recent.isEmpty else { return }
        do { _ = try await connected() } catch {
            await disconnect()
            throw Self.failure(error)
        }
    }

    func close() async { await disconnect() }

    private func connected() async throws -> any Channel {
        if let channel, channel.isActive {
            forgetSettled()
            return channel
        }
        let opened = try await opened()
        channel = opened
        for place in recent.indices {
            try await send(recent[place].frames, on: opened)
            recent[place].at = .now
        }
        return opened
    }

    private func forgetSettled() {
        let horizon = ContinuousClock.now.advanced(by: .zero - Self.settling)
        recent.removeAll { $0.at < horizon }
    }

    private func opened() async throws -> any Channel {
        let host = target.host
        let shaken = loop.group.next().makePromise(of: Void.self)
        do {
            let channel = try await ClientBootstrap(group: loop.group).connectTimeout(.seconds(5))
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { [security] channel in
                    channel.eventLoop.makeCompletedFuture {
                        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(
                            NIOSSLClientHandler(context: security, serverHostname: isAddress ? nil : host))
                        try pipeline.addHandler(SyslogConnection(shaken: shaken))
                    }
                }.connect(host: host, port: target.port).get()
            // Only then is it known that the receiver is who it should be.
            let limit = channel.eventLoop.scheduleTask(in: .seconds(10)) {
                shaken.fail(ChannelError.connectTimeout(.seconds(10)))
                channel.close(promise: nil)
            }
            defer { limit.cancel() }
            try await shaken.futureResult.get()
            return channel
        } catch {
            shaken.fail(error)
            throw error
        }
    }

    private func send(_ frames: ByteBuffer, on channel: any Channel) async throws {
        let limit = channel.eventLoop.scheduleTask(in: TimeAmount(Self.patience)) { channel.close(promise: nil) }
        defer { limit.cancel() }
        try await channel.writeAndFlush(frames)
        while channel.isActive {
            if try await TCPProgress.isAllAcknowledged(on: channel) { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw SinkFailure("the receiver did not acknowledge what was sent")
    }

    private func disconnect() async {
        guard let channel else { return }
        self.channel = nil
        try? await channel.close()
    }

    private static func failure(_ error: any Error) -> SinkFailure {
        switch error {
        case let error as SinkFailure: error
        case let error as NIOSSLError: SinkFailure("no connection: \(TLSFailure.text(error))")
        case is NIOSSLExtraError: SinkFailure("no connection: the receiver's certificate is not for this name")
        case is NIOConnectionError: SinkFailure("no connection: nobody listens there")
        default: SinkFailure("no connection: \(type(of: error))")
        }
    }
}
