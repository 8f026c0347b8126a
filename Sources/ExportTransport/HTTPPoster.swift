import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Posts bodies over HTTP, with kept connections, on the background thread. Follows no redirects: a token must not travel on to
/// where an answer points.
public struct HTTPPoster: Sendable {
    public struct Answer: Sendable, Hashable {
        public var status: Int
        public var body: [UInt8]
        /// What `retry-after` says, in seconds, at most an hour; nil where it says nothing or a date.
        public var retryAfter: Duration?

        public init(status: Int, body: [UInt8] = [], retryAfter: Duration? = nil) {
            self.status = status
            self.body = body
            self.retryAfter = retryAfter
        }

        public var isSuccess: Bool { (200..<300).contains(status) }
    }

    /// The longest answer that is read.
    static let longestAnswer = 16 << 20

    private let owned: OwnedClient

    /// - Throws: ``TransportError`` `.configuration`.
    public init(on loop: BackgroundLoop, tls: TLSFiles = TLSFiles()) throws(TransportError) {
        let security = try tls.isEmpty ? nil : tls.configuration()
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: security, redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(5)))
        configuration.httpVersion = .http1Only
        owned = OwnedClient(HTTPClient(eventLoopGroupProvider: .shared(loop.group), configuration: configuration))
    }

    /// - Parameter gzip: whether the body is sent compressed.
    /// - Throws: ``TransportError`` `.unreachable` where no answer came in time.
    public func post(
        _ url: String, headers: [(name: String, value: String)], body: [UInt8], gzip: Bool, timeout: Duration
    ) async throws(TransportError) -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        for header in headers { request.headers.add(name: header.name, value: header.value) }
        if gzip, let compressed = GzipEncoder.encode(body) {
            request.headers.add(name: "content-encoding", value: "gzip")
            request.body = .bytes(ByteBuffer(bytes: compressed))
        } else {
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        do {
            let response = try await owned.client.execute(request, timeout: TimeAmount(timeout))
            let buffer = try await response.body.collect(upTo: Self.longestAnswer)
            return Answer(
                status: Int(response.status.code), body: Array(buffer.readableBytesView),
                retryAfter: response.headers.first(name: "retry-after").flatMap { Int64($0) }.map {
                    .seconds(min(max($0, 0), 3600))
                })
        } catch {
            throw TransportError(.unreachable, "no answer came (\(Self.name(of: error)))")
        }
    }

    public func shutdown() async { try? await owned.client.shutdown() }

    // Not the whole text: it may quote the address, which for some receivers is a secret.
    private static func name(of error: any Error) -> String {
        switch error {
        case let error as HTTPClientError: "\(error)"
        case is CancellationError: "cancelled"
        case is NIOConnectionError: "nobody listens there"
        case let error as NIOSSLError: TLSFailure.text(error)
        default: "\(type(of: error))"
        }
    }
}

/// Ends the client with its last user, also where a start that failed never came to use it: a client must not be left to itself.
private final class OwnedClient: Sendable {
    let client: HTTPClient

    init(_ client: HTTPClient) { self.client = client }

    deinit {
        // Nobody is left who could wait for it.
        Task { [client] in try? await client.shutdown() }
    }
}
