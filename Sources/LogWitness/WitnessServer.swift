public import AuditTrail
import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle

/// A witness over HTTP: `POST /add-checkpoint`, `GET /ORIGINHASH/checkpoint`. Source: c2sp.org/tlog-witness.
public struct WitnessServer: Service {
    private let host: String
    private let port: Int
    private let witness: Witness
    private let logger: Logger
    private let now: @Sendable () -> UInt64
    private let onListening: @Sendable (Int?) -> Void
    /// A checkpoint with its proof is far shorter.
    private static let bodyLimit = 64 << 10

    /// - Parameter now: seconds since 1970.
    public init(
        _ witness: Witness, host: String, port: Int, logger: Logger, now: @escaping @Sendable () -> UInt64,
        onListening: @escaping @Sendable (Int?) -> Void = { _ in }
    ) {
        self.witness = witness
        self.host = host
        self.port = port
        self.logger = logger
        self.now = now
        self.onListening = onListening
    }

    public func run() async throws {
        let router = Router()
        router.post("add-checkpoint") { [witness, now] request, _ in
            let body = try await request.body.collect(upTo: Self.bodyLimit)
            let answer = witness.addCheckpoint(Array(body.readableBytesView), time: now())
            return Response(
                status: .init(code: answer.status), headers: [.contentType: answer.contentType],
                body: .init(byteBuffer: ByteBuffer(string: answer.body)))
        }
        router.get(":origin/checkpoint") { [witness] _, context in
            let origin = context.parameters.get("origin") ?? ""
            guard let note = witness.checkpoint(originHash: origin) else { throw HTTPError(.notFound) }
            return Response(
                status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: note)))
        }
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { [onListening] channel in onListening(channel.localAddress?.port) }, logger: logger)
        try await application.run()
    }
}
