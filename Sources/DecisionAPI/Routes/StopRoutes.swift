public import Decisions
public import HTTPEndpoints
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// A tenant's list of switched agents, as the bundle service hands it out.
public struct ServedStops: Sendable {
    /// Names this content.
    public var digest: String
    /// The signed list, a compact JWS.
    public var token: String

    public init(digest: String, token: String) {
        self.digest = digest
        self.token = token
    }
}

/// Gives a tenant's list; nil where no agent was ever switched. While it is still the one of the `known` digest, or none where
/// that is ``StopRoutes/none``, it waits, for so long at most.
public typealias StopShelfQuestion =
    @Sendable (_ tenant: String, _ known: String?, _ wait: Duration) async throws -> ServedStops?

/// `GET /v1/bundles/TENANT/stops`: where gateways that get their bundles here hear which agents are switched off.
public struct StopRoutes: EndpointSet {
    /// nil: there is no such service here.
    let latest: StopShelfQuestion?
    let prover: any IdentityProver
    private static let longestWait: Duration = .seconds(50)
    /// The tag of there being no list.
    public static let none = "none"

    public init(latest: StopShelfQuestion?, prover: any IdentityProver) {
        self.latest = latest
        self.prover = prover
    }

    public var endpoints: [Endpoint] {
        guard let latest else { return [] }
        return [Endpoint(Self.getStops) { request, context in try await answer(request, context, latest) }]
    }

    private func answer(
        _ request: Request, _ context: BasicRequestContext, _ latest: StopShelfQuestion
    ) async throws -> Response {
        let caller = prover.prove(request.credentials)
        let tenant = try context.parameters.require("tenant")
        try BundleRoutes.authorize(caller, tenant: tenant)
        let known = request.headers[.ifNoneMatch].flatMap(BundleRoutes.digest)
        let wait = known == nil ? .zero : min(BundlePreferences(request.headers).wait ?? .zero, Self.longestWait)
        let stops: ServedStops?
        do { stops = try await latest(tenant, known, wait) } catch let error as CancellationError { throw error } catch
        {
            context.logger.error(
                "the list of switched agents cannot be served",
                metadata: ["tenant": "\(tenant)", "error": "\(error)"])
            throw Problem(
                .serviceUnavailable, "bundle_store_unavailable", "the bundle store does not answer",
                "ask again; what is switched off stays so")
        }
        let digest = stops?.digest ?? Self.none
        let headers: HTTPFields = [.eTag: "\"\(digest)\"", .cacheControl: "no-cache"]
        if digest == known { return Response(status: .notModified, headers: headers) }
        guard let stops else { return Response(status: .noContent, headers: headers) }
        var response = Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: stops.token)))
        response.headers[.contentType] = "application/jwt"
        return response
    }
}
