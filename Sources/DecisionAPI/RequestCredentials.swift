import Decisions
import HTTPTypes
import Hummingbird

extension Request {
    /// What came with the request to prove who calls: `x-aegis-api-key`, else `authorization: Bearer aegis_…`.
    var credentials: Credentials {
        let bearer = bearer
        let bearerKey = bearer.flatMap { $0.hasPrefix("aegis_") ? $0 : nil }
        return Credentials(
            apiKey: Self.apiKeyName.flatMap { headers[$0] } ?? bearerKey, bearerToken: bearerKey == nil ? bearer : nil)
    }

    var trace: TraceContext? {
        Self.traceParentName.flatMap { headers[$0] }.flatMap(TraceContext.init(traceparent:))
    }

    private var bearer: String? {
        guard let value = headers[.authorization], let space = value.firstIndex(of: " "),
            value[..<space].lowercased() == "bearer"
        else { return nil }
        return String(value[space...].drop { $0 == " " })
    }

    private static let apiKeyName = HTTPField.Name("x-aegis-api-key")
    private static let traceParentName = HTTPField.Name("traceparent")
}
