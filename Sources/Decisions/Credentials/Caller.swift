/// What came with a call to prove who calls. Enforcement points fill in what they saw; nothing here is believed yet.
public struct Credentials: Sendable, Hashable {
    /// `aegis_KEYID_SECRET`, from `x-aegis-api-key` or `authorization: Bearer`.
    public var apiKey: String?
    /// The token in `authorization: Bearer`, where it is no API key. It may be meant for the tool.
    public var bearerToken: String?
    /// The SPIFFE id of a client certificate that the listener has verified.
    public var spiffeID: String?

    public init(apiKey: String? = nil, bearerToken: String? = nil, spiffeID: String? = nil) {
        self.apiKey = apiKey
        self.bearerToken = bearerToken
        self.spiffeID = spiffeID
    }

    public static let none = Credentials()
}

/// A proven identity: who calls, for which tenant, and how that was proven.
public struct Caller: Sendable, Hashable {
    public enum Kind: String, Sendable { case agent, person }
    public enum Method: String, Sendable {
        case apiKey = "api_key"
        case mutualTLS = "mtls"
        case token = "jwt"
    }

    public var tenant: String
    public var kind: Kind
    /// The agent's or person's name. An agent whose name the catalog has to say is nil here.
    public var name: String?
    /// What proved it: the API key's id, the SPIFFE id, or the token's issuer and subject (``tokenID(issuer:subject:)``).
    public var keyID: String
    /// Of people only, in their own tenant.
    public var roles: [String]
    /// Roles of people in other tenants, by explicit grant.
    public var rolesElsewhere: [String: [String]]
    /// Rights beyond calling, such as `dry_run`.
    public var grants: Set<String>
    public var method: Method

    public init(
        tenant: String, kind: Kind, name: String?, keyID: String, roles: [String] = [],
        rolesElsewhere: [String: [String]] = [:], grants: Set<String> = [], method: Method
    ) {
        self.tenant = tenant
        self.kind = kind
        self.name = name
        self.keyID = keyID
        self.roles = roles
        self.rolesElsewhere = rolesElsewhere
        self.grants = grants
        self.method = method
    }

    /// How the record names the proof, such as `api_key:k1`.
    public var identity: String { "\(method.rawValue):\(keyID)" }
}
