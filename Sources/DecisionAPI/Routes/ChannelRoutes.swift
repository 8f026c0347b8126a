import HTTPEndpoints
import HTTPTypes
import Hummingbird
import NIOCore

/// What answers for the channels: Slack's clicks and the pages of review links. What is nil is not there.
public struct ChannelEndpoints: Sendable {
    /// A page and its HTTP status.
    public typealias Page = (status: Int, html: String)
    /// - Parameters: `X-Slack-Request-Timestamp`, `X-Slack-Signature`, and the body as it came.
    /// - Returns: the HTTP status.
    public typealias SlackClicks =
        @Sendable (_ timestamp: String?, _ signature: String?, _ body: [UInt8]) async -> Int

    public var slack: SlackClicks?
    /// The page of a link's token; changes nothing.
    public var showReview: (@Sendable (_ token: String) async -> Page)?
    /// Takes the page's form, form-encoded.
    public var decideReview: (@Sendable (_ form: [UInt8]) async -> Page)?

    public init(
        slack: SlackClicks? = nil, showReview: (@Sendable (_ token: String) async -> Page)? = nil,
        decideReview: (@Sendable (_ form: [UInt8]) async -> Page)? = nil
    ) {
        self.slack = slack
        self.showReview = showReview
        self.decideReview = decideReview
    }
}

/// `POST /v1/slack/interactivity`, `GET /approve?t=…` and `POST /approve`.
struct ChannelRoutes: EndpointSet {
    let channels: ChannelEndpoints

    /// Slack's payloads carry the whole message.
    private static let slackLimit = 256 << 10
    private static let formLimit = 32 << 10
    private static let timestampName = HTTPField.Name("x-slack-request-timestamp")
    private static let signatureName = HTTPField.Name("x-slack-signature")

    init(endpoints: ChannelEndpoints) { channels = endpoints }

    var endpoints: [Endpoint] {
        var endpoints: [Endpoint] = []
        if let slack = channels.slack {
            endpoints.append(
                Endpoint(Self.clickInSlack) { request, _ in
                    let body = try await request.bytes(limit: Self.slackLimit)
                    let status = await slack(
                        Self.timestampName.flatMap { request.headers[$0] },
                        Self.signatureName.flatMap { request.headers[$0] }, body)
                    return Response(status: HTTPResponse.Status(code: status))
                })
        }
        if let show = channels.showReview {
            endpoints.append(
                Endpoint(Self.showReview) { request, _ in
                    Self.response(await show(request.uri.queryParameters["t"].map(String.init) ?? ""))
                })
        }
        if let decide = channels.decideReview {
            endpoints.append(
                Endpoint(Self.decideReview) { request, _ in
                    Self.response(await decide(try await request.bytes(limit: Self.formLimit)))
                })
        }
        return endpoints
    }

    /// A page that runs nothing, loads nothing, is framed by nobody and tells no other site of its address.
    private static func response(_ page: ChannelEndpoints.Page) -> Response {
        var headers: HTTPFields = [
            .contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
            .contentSecurityPolicy:
                "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ]
        if let name = HTTPField.Name("referrer-policy") { headers[name] = "no-referrer" }
        return Response(
            status: HTTPResponse.Status(code: page.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: page.html)))
    }
}
