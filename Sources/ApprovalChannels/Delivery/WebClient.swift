import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// One HTTP request to a channel, and its answer. The network is the outer edge; tests put a list of answers in its place.
protocol WebClient: Sendable {
    /// - Throws: ``ChannelError`` where no answer came.
    func post(_ request: WebRequest) async throws -> WebAnswer
}

struct WebRequest: Sendable, Hashable {
    var url: String
    var headers: [String: String]
    var body: [UInt8]
}

struct WebAnswer: Sendable, Hashable {
    var status: Int
    var body: [UInt8] = []
    var retryAfterSeconds: Int64?
}

/// URLSession without cookies, caches or redirects: a token must not travel on to where an answer points.
final class SessionClient: NSObject, WebClient, URLSessionTaskDelegate {
    private static let timeout: TimeInterval = 10
    private static let largestAnswer = 1 << 20

    func post(_ request: WebRequest) async throws -> WebAnswer {
        guard let url = URL(string: request.url) else { throw ChannelError("the channel's address is no URL", .none) }
        var outgoing = URLRequest(url: url, timeoutInterval: Self.timeout)
        outgoing.httpMethod = "POST"
        outgoing.httpBody = Data(request.body)
        for (name, value) in request.headers { outgoing.setValue(value, forHTTPHeaderField: name) }
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpCookieStorage = nil
        configuration.urlCache = nil
        // All of it: an answer that goes on for ever is none.
        configuration.timeoutIntervalForResource = 3 * Self.timeout
        let session = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
        defer { session.finishTasksAndInvalidate() }
        do {
            let (data, response) = try await session.data(for: outgoing)
            guard let http = response as? HTTPURLResponse, data.count <= Self.largestAnswer else {
                throw ChannelError("the answer is none that can be read")
            }
            return WebAnswer(
                status: http.statusCode, body: Array(data),
                retryAfterSeconds: http.value(forHTTPHeaderField: "retry-after").flatMap { Int64($0) }.map {
                    min(max($0, 0), 3600)
                })
        } catch let error as ChannelError { throw error } catch {
            // Not the error's own words: they quote the address, which is a secret for Teams.
            throw ChannelError("nobody answers (\((error as? URLError)?.code.rawValue ?? 0))")
        }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}
