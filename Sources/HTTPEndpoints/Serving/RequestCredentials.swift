public import Decisions
import HTTPTypes
public import Hummingbird

extension Request {
    /// What came with the request to prove who calls: `x-aegis-api-key`, else `authorization: Bearer aegis_…`.
    public var credentials: Credentials {
        Credentials(
            keyHeader: Self.apiKeyName.flatMap { headers[$0] }, authorization: headers[.authorization], spiffeID: nil)
    }

    public var trace: TraceContext? {
        Self.traceParentName.flatMap { headers[$0] }.flatMap { parent in
            TraceContext(traceparent: parent, tracestate: Self.traceStateName.flatMap { headers[$0] })
        }
    }

    private static let apiKeyName = HTTPField.Name("x-aegis-api-key")
    private static let traceParentName = HTTPField.Name("traceparent")
    private static let traceStateName = HTTPField.Name("tracestate")
}
