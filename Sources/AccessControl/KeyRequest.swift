public import Approvals
public import Decisions

/// What a person asks for when they issue a key over the API.
///
/// The API makes no people. Whoever could would invent the second approver that a quorum asks for. An operator issues
/// agents' keys; everybody may issue further keys for themselves, for what they may do themselves and less. People come
/// from the command line on the gateway's machine, or from an identity provider.
public struct KeyRequest: Sendable, Hashable {
    public var keyID: String
    public var kind: Caller.Kind
    /// Of a person's key; at most the issuer's own.
    public var roles: [String]
    /// Of an agent's key: rights beyond calling.
    public var grants: [String]
    public var expiresAt: Timestamp?

    /// The longest that a person's key from the API may live, in seconds.
    public static let longestPersonalLife: Int64 = 366 * 86_400
    /// The rights beyond calling that there are.
    public static let knownGrants = ["bundles", "dry_run"]

    public init(
        keyID: String, kind: Caller.Kind, roles: [String] = [], grants: [String] = [], expiresAt: Timestamp? = nil
    ) {
        self.keyID = keyID
        self.kind = kind
        self.roles = roles
        self.grants = grants
        self.expiresAt = expiresAt
    }

    /// Who the key will speak for.
    /// - Throws: ``AccessError`` `.invalid`, `.forbidden`, `.notFound`, `.beyondOwnRights`.
    public func caller(issuedBy principal: Principal, in tenant: String, now: Timestamp) throws(AccessError) -> Caller {
        guard APIKeyEntry.isKeyID(keyID) else {
            throw AccessError(.invalid, "`key_id` is 1 to 64 letters, digits and hyphens")
        }
        if let expiresAt, expiresAt <= now { throw AccessError(.invalid, "`expires_at` is over already") }
        switch kind {
        case .agent:
            try principal.require(.issueKeys, in: tenant)
            guard roles.isEmpty else { throw AccessError(.invalid, "roles are people's; an agent's key has none") }
            for grant in grants where !Self.knownGrants.contains(grant) {
                throw AccessError(
                    .invalid, "there is no grant `\(grant)`; known is \(Self.knownGrants.joined(separator: ", "))")
            }
            return Caller(
                tenant: tenant, kind: .agent, name: nil, keyID: keyID, grants: Set(grants), method: .apiKey)
        case .person:
            guard principal.tenants.contains(tenant) else { throw .noTenant(tenant) }
            guard tenant == principal.home else {
                throw AccessError(.forbidden, "your own keys are your own tenant's: `\(principal.home)`")
            }
            guard grants.isEmpty else { throw AccessError(.invalid, "grants are agents'; a person's key has roles") }
            let own = principal.roles(in: tenant)
            if let role = roles.first(where: { !own.contains($0) }) {
                throw AccessError(.beyondOwnRights, "you do not have the role `\(role)` in `\(tenant)` yourself")
            }
            guard let expiresAt, expiresAt.seconds - now.seconds <= Self.longestPersonalLife else {
                throw AccessError(.invalid, "a person's key needs `expires_at`, within 366 days")
            }
            return Caller(
                tenant: tenant, kind: .person, name: principal.name, keyID: keyID, roles: roles, method: .apiKey)
        }
    }
}
