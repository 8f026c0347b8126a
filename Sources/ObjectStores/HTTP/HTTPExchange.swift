import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// One request and its whole answer, within bounds of time and size.
public struct HTTPExchange: Sendable {
    public struct Answer: Sendable {
        public let status: Int
        fileprivate let headers: HTTPHeaders
        public let body: [UInt8]

        /// The first value of that name, in whatever case.
        public func header(_ name: String) -> String? { headers.first(name: name) }
    }

    public enum Method: String, Sendable {
        case get = "GET"
        case put = "PUT"
        case post = "POST"
        case patch = "PATCH"
    }

    public var method: Method
    public var url: String
    public var headers: [(name: String, value: String)] = []
    public var body: [UInt8] = []
    /// The longest answer that is taken, in bytes.
    public var limit = 1 << 20
    /// From the first byte sent to the last one received.
    public var deadline: Duration = .seconds(30)

    public init(_ method: Method, _ url: String) {
        self.method = method
        self.url = url
    }

    /// - Throws: `.unavailable` when nobody answers in time, `.tooLarge`.
    public func run() async throws(ObjectStoreError) -> Answer {
        let place = Self.place(url)
        do {
            return try await withThrowingTaskGroup(of: Answer?.self) { group in
                group.addTask { try await exchange() }
                group.addTask {
                    try await Task.sleep(for: deadline)
                    return nil
                }
                defer { group.cancelAll() }
                guard case .some(.some(let answer)) = try await group.next() else {
                    throw ObjectStoreError(
                        .unavailable, "no whole answer within \(deadline.seconds) s", location: place)
                }
                return answer
            }
        } catch let error as ObjectStoreError {
            throw error
        } catch is NIOTooManyBytesError {
            throw ObjectStoreError(.tooLarge, "the answer has more than \(limit) bytes", location: place)
        } catch is CancellationError {
            throw ObjectStoreError(.unavailable, "the request was given up", location: place)
        } catch {
            throw ObjectStoreError(.unavailable, Self.explain(error), location: place)
        }
    }

    private func exchange() async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = HTTPMethod(rawValue: method.rawValue)
        for header in headers { request.headers.add(name: header.name, value: header.value) }
        if method != .get { request.body = .bytes(ByteBuffer(bytes: body)) }
        // The deadline itself is kept by `run`; the client's own is for what a cancelled request leaves behind.
        let seconds = max(0, min(deadline.components.seconds, 86_400)) + 2
        let response = try await Self.client.execute(request, timeout: .seconds(seconds))
        let isGood = (200..<300).contains(Int(response.status.code))
        let buffer = try await response.body.collect(upTo: isGood ? limit : max(limit, Self.longestComplaint))
        return Answer(
            status: Int(response.status.code), headers: response.headers, body: Array(buffer.readableBytesView))
    }

    /// A server may say at this length why it refuses, however little the answer itself may hold.
    private static let longestComplaint = 64 << 10

    /// A query may hold what is nobody's business.
    private static func place(_ url: String) -> String { String(url.prefix { $0 != "?" }) }

    private static func explain(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError: "nobody answers: \(error.shortDescription)"
        case let error as NIOConnectionError: "nobody answers at \(error.host):\(error.port)"
        default: "nobody answers: \(error)"
        }
    }

    /// One client with a thread of its own for the life of the process: no answer of a store takes time from the threads that
    /// serve decisions. It follows no redirect, since what is signed or authorised is meant for one host.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(5)
        configuration.timeout.read = .seconds(90)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.idleTimeout = .seconds(30)
        configuration.connectionPool.retryConnectionEstablishment = false
        if let roots = TrustedRoots.path {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(roots)
            configuration.tlsConfiguration = tls
        }
        return HTTPClient(
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: 1)),
            configuration: configuration)
    }()
}

extension Duration {
    /// How long so many bytes may take, at a mebibyte a second.
    static func transfer(of bytes: Int) -> Duration { .seconds(30 + (bytes >> 20)) }

    /// In seconds, with a digit behind the point where there is one.
    var seconds: String {
        let tenths = components.seconds * 10 + components.attoseconds / 100_000_000_000_000_000
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}
