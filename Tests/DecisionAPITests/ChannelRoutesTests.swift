import HTTPTypes
import HTTPEndpoints
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import DecisionAPI

@Suite struct ChannelRoutesTests {
    private func run(
        _ endpoints: ChannelEndpoints, _ story: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    )
        async throws
    {
        let router = Router()
        router.add(middleware: ProblemMiddleware())
        ChannelRoutes(endpoints: endpoints).add(to: router)
        try await Application(router: router).test(.router) { try await story($0) }
    }

    @Test func `Slack's request is handed over byte for byte`() async throws {
        let body: [UInt8] = Array("payload=%7B%22a%22%3A+1%7D".utf8)
        let endpoints = ChannelEndpoints(slack: { timestamp, signature, given in
            timestamp == "17" && signature == "v0=ab" && given == body ? 200 : 401
        })
        try await run(endpoints) { client in
            let headers: HTTPFields = [
                HTTPField.Name("X-Slack-Request-Timestamp")!: "17", HTTPField.Name("X-Slack-Signature")!: "v0=ab",
            ]
            for (bytes, status) in [(body, 200), (body + [10], 401)] {
                try await client.execute(
                    uri: "/v1/slack/interactivity", method: .post, headers: headers, body: ByteBuffer(bytes: bytes)
                ) { #expect($0.status.code == status) }
            }
            try await client.execute(uri: "/v1/slack/interactivity", method: .get) { #expect($0.status.code == 404) }
        }
    }

    @Test func `review pages run nothing, load nothing and are framed by nobody`() async throws {
        let endpoints = ChannelEndpoints(
            showReview: { token in (200, "<p>\(token)</p>") },
            decideReview: { form in (form.isEmpty ? 400 : 410, "<p>\(form.count)</p>") })
        try await run(endpoints) { client in
            try await client.execute(uri: "/approve?t=a.b.c", method: .get) { response in
                #expect(response.status == .ok)
                #expect(String(buffer: response.body) == "<p>a.b.c</p>")
                #expect(response.headers[.contentType] == "text/html; charset=utf-8")
                #expect(response.headers[.cacheControl] == "no-store")
                #expect(response.headers[HTTPField.Name("referrer-policy")!] == "no-referrer")
                #expect(
                    response.headers[.contentSecurityPolicy]
                        == "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
                )
            }
            try await client.execute(uri: "/approve", method: .post, body: ByteBuffer(string: "t=1")) {
                #expect($0.status.code == 410)
            }
            try await client.execute(
                uri: "/approve", method: .post, body: ByteBuffer(repeating: 97, count: 40_000)
            ) { #expect($0.status.code == 413) }
        }
    }

    @Test func `without channels there is nothing`() async throws {
        try await run(ChannelEndpoints()) { client in
            for path in ["/approve?t=1", "/v1/slack/interactivity"] {
                try await client.execute(uri: path, method: .get) { #expect($0.status.code == 404) }
                try await client.execute(uri: path, method: .post) { #expect($0.status.code == 404) }
            }
        }
    }

    @Test(arguments: [
        ("wait=30", 30), ("respond-async, wait=5", 5), ("wait = 7", 7), ("WAIT=9; x=1", 9), ("wait=-1", 0),
        ("wait=soon", 0), ("waiting=4", 0), ("", 0), ("wait=99999999999", 0),
    ])
    func `a wish to wait is read as RFC 7240 says`(text: String, seconds: Int) {
        let request = Request(
            head: HTTPRequest(
                method: .post, scheme: "http", authority: "a", path: "/",
                headerFields: [HTTPField.Name("prefer")!: text]), body: .init(buffer: ByteBuffer()))
        #expect(request.preferredWait == .seconds(seconds))
    }
}
