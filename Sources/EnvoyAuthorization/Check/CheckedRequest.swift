import SwiftProtobuf

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The HTTP request that Envoy holds and asks about, in the words of a wire request.
public struct CheckedRequest: Sendable, Equatable {
    /// As sent, such as `POST`.
    public var method: String
    /// Lower-case, without port and without a closing dot.
    public var host: String
    /// Without the query.
    public var path: String
    /// What follows the first `?` of the path; nil where there is none.
    public var query: String?
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
        method: String, host: String, path: String, query: String? = nil, headers: [String: String] = [:],
        body: [UInt8] = [], isPartial: Bool = false, expectedTenant: String? = nil, principal: String? = nil
    ) {
        self.method = method
        self.host = host
        self.path = path
        self.query = query
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
        host = Self.bareHost(http.host)
        (path, query) = Self.split(http.path)
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
        isPartial = headers.removeValue(forKey: Self.partialBodyHeader).map { $0 != "false" } ?? false
        expectedTenant = attributes.contextExtensions["tenant"]
        principal = attributes.source.principal.isEmpty ? nil : attributes.source.principal
    }

    static let partialBodyHeader = "x-envoy-auth-partial-body"

    static func split(_ target: String) -> (path: String, query: String?) {
        let bytes = target.utf8
        let end = bytes.firstIndex(of: UInt8(ascii: "#")) ?? bytes.endIndex
        guard let mark = bytes[..<end].firstIndex(of: UInt8(ascii: "?")) else { return (String(target[..<end]), nil) }
        return (String(target[..<mark]), String(target[bytes.index(after: mark)..<end]))
    }

    /// `Payments.Acme.example.:8443` and `payments.acme.example` are the same host to every resolver, so also here.
    static func bareHost(_ authority: String) -> String {
        var host = authority.lowercased()
        if host.hasPrefix("[") {
            guard let bracket = host.firstIndex(of: "]") else { return host }
            return String(host[...bracket])
        }
        if let colon = host.lastIndex(of: ":"), host[host.index(after: colon)...].utf8.allSatisfy({ (48...57).contains($0) }) {
            host = String(host[..<colon])
        }
        return host.hasSuffix(".") ? String(host.dropLast()) : host
    }
}

/// A check that cannot be read. It is denied like any other fault.
struct CheckFault: Error, Equatable, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}
