public import Decisions
public import HTTPEndpoints
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The latest bundle of a tenant, as the bundle service hands it out.
public struct ServedBundle: Sendable {
    /// `sha256:…` of the archive.
    public var digest: String
    public var archive: [UInt8]
    /// The signed pointer that names it.
    public var pointer: String

    public init(digest: String, archive: [UInt8], pointer: String) {
        self.digest = digest
        self.archive = archive
        self.pointer = pointer
    }
}

/// Gives a tenant's latest bundle; nil where nothing is published. While that is still the `known` digest it waits, for so long
/// at most.
public typealias BundleShelfQuestion =
    @Sendable (_ tenant: String, _ known: String?, _ wait: Duration) async throws -> ServedBundle?

/// `GET /v1/bundles/TENANT`: the bundle service that gateways, and a stock OPA, get their policies from.
/// Source: OPA, "Bundle Service API" and "HTTP Long Polling".
public struct BundleRoutes: EndpointSet {
    /// nil: there is no such service here.
    let latest: BundleShelfQuestion?
    let prover: any IdentityProver

    /// Whoever holds a key with it may fetch the bundles of the key's tenant.
    static let grant = "bundles"
    private static let longestWait: Duration = .seconds(50)
    private static let longPollType = "application/vnd.openpolicyagent.bundles"

    /// - Parameter latest: nil: there is no such service here.
    public init(latest: BundleShelfQuestion?, prover: any IdentityProver) {
        self.latest = latest
        self.prover = prover
    }

    public var endpoints: [Endpoint] {
        guard let latest else { return [] }
        return [Endpoint(Self.getLatest) { request, context in try await answer(request, context, latest) }]
    }

    private func answer(
        _ request: Request, _ context: BasicRequestContext, _ latest: BundleShelfQuestion
    ) async throws -> Response {
        // Who calls is asked before anything else.
        let caller = prover.prove(request.credentials)
        let tenant = try context.parameters.require("tenant")
        try Self.authorize(caller, tenant: tenant)
        let preferences = BundlePreferences(request.headers)
        let known = request.headers[.ifNoneMatch].flatMap(Self.digest)
        let wait = known == nil ? .zero : min(preferences.wait ?? .zero, Self.longestWait)
        let bundle: ServedBundle?
        do { bundle = try await latest(tenant, known, wait) } catch let error as CancellationError { throw error } catch
        {
            context.logger.error("a bundle cannot be served", metadata: ["tenant": "\(tenant)", "error": "\(error)"])
            throw Problem(
                .serviceUnavailable, "bundle_store_unavailable", "the bundle store does not answer",
                "ask again; what is active stays active")
        }
        guard let bundle else {
            throw Problem(.notFound, "not_found", "nothing is published", "there is no bundle of this tenant yet")
        }
        return Self.response(bundle, known: known, isLongPoll: preferences.wait != nil)
    }

    /// A tenant sees its own bundles, and nobody learns whether another one exists.
    static func authorize(_ caller: Caller?, tenant: String) throws {
        guard let caller else { throw Problem(AdmissionError.unauthenticated("no valid key came with the request")) }
        guard caller.tenant == tenant, caller.grants.contains(grant) else {
            throw Problem(
                .forbidden, "not_entitled", "this key may not fetch these bundles",
                "it takes a key of the tenant with the grant `\(grant)`")
        }
    }

    private static func response(_ bundle: ServedBundle, known: String?, isLongPoll: Bool) -> Response {
        let isKnown = bundle.digest == known
        // On an answer to a long poll the type says that it was understood as one, with and without a bundle.
        let type = isLongPoll ? longPollType : "application/gzip"
        var headers: HTTPFields = [.eTag: "\"\(bundle.digest)\"", .contentType: type, .cacheControl: "no-cache"]
        if let name = HTTPField.Name("aegis-bundle-pointer") { headers[name] = bundle.pointer }
        guard !isKnown else { return Response(status: .notModified, headers: headers) }
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bundle.archive)))
    }

    /// The digest that an entity tag holds, weak or not.
    static func digest(_ tag: String) -> String? {
        let strong = tag.hasPrefix("W/") ? tag.dropFirst(2) : tag[...]
        guard strong.count > 2, strong.hasPrefix("\""), strong.hasSuffix("\"") else { return nil }
        return String(strong.dropFirst().dropLast())
    }
}

/// What a client of the bundle service prefers: `modes=snapshot,delta;wait=30`. OPA separates with semicolons and uses commas
/// inside, against RFC 7240; both ways are read.
struct BundlePreferences {
    /// nil: no long polling.
    private(set) var wait: Duration?

    init(_ headers: HTTPFields) {
        guard let name = HTTPField.Name("prefer") else { return }
        for part in headers[values: name].flatMap({ $0.split(whereSeparator: { ";,".contains($0) }) }) {
            let pair = part.filter { !$0.isWhitespace && $0 != "\"" }.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].lowercased() == "wait", let seconds = UInt32(pair[1]) else { continue }
            wait = .seconds(Int64(seconds))
        }
    }
}
