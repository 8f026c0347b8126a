/// Proves callers by the SPIFFE id of a client certificate that the listener has verified (Envoy's `source.principal`).
/// A header that claims one is nobody's proof.
public struct MutualTLSProver: IdentityProver {
    public let trustDomain: String
    public let tenant: String

    public init(trustDomain: String, tenant: String) {
        self.trustDomain = trustDomain
        self.tenant = tenant
    }

    public func examine(_ credentials: Credentials) -> IdentityFinding {
        guard let text = credentials.spiffeID else { return .absent }
        guard let id = SPIFFEID(text) else {
            return text.hasPrefix("spiffe://\(trustDomain)/")
                ? .refused("the client certificate's SPIFFE id is malformed") : .absent
        }
        guard id.trustDomain == trustDomain else { return .absent }
        return .proven(Caller(tenant: tenant, kind: .agent, name: nil, keyID: id.text, method: .mutualTLS))
    }
}
