import FoundationEssentials
import ObjectStores
import PolicyBundles

/// The list of a tenant's switched agents at Aegis's own bundle service, which answers as soon as there is news.
public struct StopServiceSource: StopSource {
    public let name: String
    public let pace = PollPace.stops(longestWait: .seconds(30))
    private let token: String?

    /// - Parameters:
    ///   - bundles: the address of the bundle service, as ``BundleServiceSource`` takes it.
    ///   - token: sent as bearer.
    /// - Returns: nil where the address is not of the form that Aegis's own has, `…/v1/bundles/TENANT`: another server has no such
    ///   list.
    public init?(besides bundles: String, tenant: String, token: String?) {
        guard let url = URL(string: bundles), url.query == nil, url.path().hasSuffix("/v1/bundles/\(tenant)") else {
            return nil
        }
        name = bundles + "/stops"
        self.token = token
    }

    public func look(since mark: String?) async throws -> StopLook {
        var exchange = HTTPExchange(.get, name)
        let wait = pace.longestWait.components.seconds
        exchange.headers = [("prefer", "wait=\(wait)")]
        if let mark { exchange.headers.append(("if-none-match", mark)) }
        if let token { exchange.headers.append(("authorization", "Bearer \(token)")) }
        exchange.limit = SignedStopList.limit
        exchange.deadline = .seconds(wait) + .seconds(10)
        let answer = try await exchange.run()
        let etag = answer.header("etag")
        switch answer.status {
        case 200:
            let text = String(validating: answer.body, as: UTF8.self) ?? ""
            return StopLook(.list(try SignedStopList(token: text)), mark: etag, isPushed: true)
        case 204: return StopLook(.none, mark: etag, isPushed: true)
        case 304: return StopLook(.unchanged, mark: etag ?? mark, isPushed: true)
        case 401, 403:
            throw DeliveryError(
                .accessDenied, "the bundle service refuses this gateway: status \(answer.status)", location: name,
                fix:
                    "give it a key of the tenant with the grant `bundles`: aegis keys issue GATEWAY --tenant TENANT --grant bundles"
            )
        case 404:
            throw DeliveryError(
                .nothingPublished, "this bundle service has no list of switched agents", location: name,
                fix: "upgrade it, or switch agents at each gateway")
        case let status:
            throw DeliveryError(
                (500...599).contains(status) || status == 429 ? .sourceUnavailable : .answerInvalid,
                "the bundle service answered \(status)", location: name)
        }
    }
}
