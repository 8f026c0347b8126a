import FoundationEssentials
import ObjectStores
public import PolicyBundles

/// A bundle service over HTTP, as Open Policy Agent asks one: Aegis's own, or any server that hands out the archive.
///
/// Aegis's own also sends the signed pointer (`aegis-bundle-pointer`) and answers as soon as there is news.
/// Source: OPA, "Bundle Service API" and "HTTP Long Polling".
public struct BundleServiceSource: BundleSource {
    /// Carries the signed pointer, in answers with a bundle and in those without.
    public static let pointerHeader = "aegis-bundle-pointer"
    /// Says that the service answers when there is news.
    public static let longPollType = "application/vnd.openpolicyagent.bundles"

    public let name: String
    public let pace: PollPace
    private let token: String?
    private static let largest = 256 << 20

    /// - Parameters:
    ///   - url: https, or http on this machine.
    ///   - token: sent as bearer.
    /// - Throws: `.addressInvalid`.
    public init(url: String, token: String?, pace: PollPace) throws(DeliveryError) {
        guard let parsed = URL(string: url), let host = parsed.host(), !host.isEmpty, parsed.user == nil,
            parsed.scheme == "https" || (parsed.scheme == "http" && ["127.0.0.1", "localhost", "::1"].contains(host))
        else {
            throw DeliveryError(
                .addressInvalid, "this is no https address of a bundle service", location: url,
                fix: "write it as https://HOST/v1/bundles/TENANT; http is for this machine only")
        }
        if let token, token.isEmpty || !token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) {
            throw DeliveryError(.addressInvalid, "the token of the bundle service is no bearer token", location: url)
        }
        name = url
        self.token = token
        self.pace = pace
    }

    public func look(since mark: String?, active: VerifiedBundle?, now: Int64) async throws -> Look {
        var exchange = HTTPExchange(.get, name)
        let wait = pace.longestWait.components.seconds
        exchange.headers = [("prefer", wait > 0 ? "modes=snapshot;wait=\(wait)" : "modes=snapshot")]
        if let mark { exchange.headers.append(("if-none-match", mark)) }
        if let token { exchange.headers.append(("authorization", "Bearer \(token)")) }
        exchange.limit = Self.largest
        exchange.deadline = .seconds(wait) + .seconds(30)
        return try read(try await exchange.run(), since: mark)
    }

    private func read(_ answer: HTTPExchange.Answer, since mark: String?) throws -> Look {
        let isPushed = answer.header("content-type")?.hasPrefix(Self.longPollType) ?? false
        switch answer.status {
        case 200:
            let body = answer.body
            // A server without ETags has one by its content.
            let etag = answer.header("etag") ?? "\"\(BundleDigest(of: body))\""
            guard let pointer = try pointer(of: answer) else {
                return Look(.archive(body), mark: etag, isPushed: isPushed)
            }
            return Look(.pointed(pointer, archive: { body }), mark: etag, isPushed: isPushed)
        case 304:
            let etag = answer.header("etag") ?? mark ?? ""
            guard let pointer = try pointer(of: answer) else { return Look(.unchanged, mark: etag, isPushed: isPushed) }
            let refusal = DeliveryError(
                .answerInvalid, "the service names another bundle and does not send it", location: name)
            return Look(.pointed(pointer, archive: { throw refusal }), mark: etag, isPushed: isPushed)
        case 401, 403:
            throw DeliveryError(
                .accessDenied, "the bundle service refuses this gateway: status \(answer.status)", location: name,
                fix:
                    "give it a key of the tenant, in AEGIS_BUNDLE_TOKEN or as `bundle_token` of the tenant: aegis keys issue GATEWAY --tenant TENANT --grant bundles"
            )
        case 404:
            throw DeliveryError(
                .nothingPublished, "nothing is published there", location: name,
                fix: "publish a bundle, or check the address")
        case let status:
            throw DeliveryError(
                (500...599).contains(status) || status == 429 ? .sourceUnavailable : .answerInvalid,
                "the bundle service answered \(status)", location: name)
        }
    }

    private func pointer(of answer: HTTPExchange.Answer) throws -> SignedPointer? {
        try answer.header(Self.pointerHeader).map { (token) throws(BundleError) in try SignedPointer(token: token) }
    }
}
