import SwiftProtobuf

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The HTTP request that Envoy holds back and asks about.
public struct CheckedRequest: Sendable, Equatable {
    public var method: String
    /// The authority as sent.
    public var host: String
    /// Path and query as sent.
    public var target: String
    /// Lower-case names without pseudo-headers. Envoy joins repeated headers with commas.
    public var headers: [String: String]
    public var body: [UInt8]
    /// Envoy kept only the beginning of the body.
    public var isPartial: Bool
    /// `context_extensions.tenant`, where the listener or route sets it: the only tenant that may come through there.
    public var expectedTenant: String?
    /// The identity in the client's certificate, where Envoy demands one.
    public var principal: String?

    public init(
        method: String, host: String, target: String, headers: [String: String] = [:], body: [UInt8] = [],
        isPartial: Bool = false, expectedTenant: String? = nil, principal: String? = nil
    ) {
        self.method = method
        self.host = host
        self.target = target
        self.headers = headers
        self.body = body
        self.isPartial = isPartial
        self.expectedTenant = expectedTenant
        self.principal = principal
    }
}

extension CheckedRequest {
    /// - Throws: ``CheckFault`` when it is not a check of an HTTP request.
    init(_ check: EnvoyCheckRequest) throws(CheckFault) {
        let attributes = check.attributes
        guard attributes.request.hasHTTP else {
            throw CheckFault("the check describes no HTTP request: is the filter configured for HTTP?")
        }
        let http = attributes.request.http
        guard !http.method.isEmpty else {
            throw CheckFault("the check names no HTTP method")
        }
        method = http.method
        host = http.host
        target = http.path
        headers = [:]
        headers.reserveCapacity(http.headers.count)
        for (name, value) in http.headers where !name.hasPrefix(":") {
            headers[name] = value
        }
        // `encode_raw_headers` fills this list instead; repeated names are joined as Envoy joins them.
        for header in http.headerMap.headers where !header.key.hasPrefix(":") {
            let value =
                header.rawValue.isEmpty ? header.value : String(decoding: header.rawValue, as: UTF8.self)
            headers[header.key] = headers[header.key].map { "\($0),\(value)" } ?? value
        }
        body = http.rawBody.isEmpty ? Array(http.body.utf8) : Array(http.rawBody)
        let partial = headers.removeValue(forKey: Self.partialBodyHeader)
        isPartial = false
        expectedTenant = attributes.contextExtensions["tenant"]
        principal = attributes.source.principal.isEmpty ? nil : attributes.source.principal
        // Envoy sends the header with every body that it has kept.
        isPartial = partial.map { $0 != "false" } ?? announcesBody
    }

    /// Whether a body comes that the check does not show: where a route has no `with_request_body`, or the connection is upgraded.
    private var announcesBody: Bool {
        guard body.isEmpty else { return false }
        return headers["transfer-encoding"] != nil || headers["upgrade"] != nil
            || headers["content-length"].map { $0 != "0" } ?? false
    }

    static let partialBodyHeader = "x-envoy-auth-partial-body"
}

/// A check that cannot be read. It is denied like any other fault.
struct CheckFault: Error, Equatable, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}
