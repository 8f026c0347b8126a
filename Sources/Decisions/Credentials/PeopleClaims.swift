import RegoValues

/// How the tokens of an issuer tell of people: who they are, and what they may do.
public struct PeopleClaims: Sendable, Hashable {
    /// A role in a tenant, for the members of a group.
    public struct Grant: Sendable, Hashable {
        public var group: String
        public var role: String
        public var tenant: String

        public init(group: String, role: String, tenant: String) {
            self.group = group
            self.role = role
            self.tenant = tenant
        }
    }

    /// What `aud` names in people's tokens; nil: the issuer vouches for people alone.
    public var audience: String?
    /// The claim that names the person, such as `sub` or `email`.
    public var nameClaim: String
    /// The claim that lists the person's groups.
    public var groupsClaim: String
    public var grants: [Grant]

    public init(audience: String?, nameClaim: String, groupsClaim: String, grants: [Grant]) {
        self.audience = audience
        self.nameClaim = nameClaim
        self.groupsClaim = groupsClaim
        self.grants = grants
    }

    /// The person that verified claims tell of. Whoever is in no group that was given a role is nobody here.
    func finding(_ claims: Value, issuer: String, subject: String, tenant: String) -> IdentityFinding {
        guard let name = Self.member(nameClaim, of: claims).string, (1...128).contains(name.utf8.count),
            name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
        else { return .refused("the token's `\(nameClaim)` is no name of a person") }
        // Some issuers write it as a text. Many say nothing of it.
        let verified = claims.lookup("email_verified")
        if nameClaim == "email", !(verified.isUndefined || verified == .true || verified.string == "true") {
            return .refused("the token's `email` is not verified by its issuer")
        }
        let groups = Set(Self.member(groupsClaim, of: claims).elements.compactMap(\.string))
        var roles: [String: [String]] = [:]
        for grant in grants where groups.contains(grant.group) {
            if roles[grant.tenant]?.contains(grant.role) != true { roles[grant.tenant, default: []].append(grant.role) }
        }
        guard !roles.isEmpty else {
            return .refused("none of the groups in the token's `\(groupsClaim)` has a role here")
        }
        let own = roles.removeValue(forKey: tenant) ?? []
        return .proven(
            Caller(
                tenant: tenant, kind: .person, name: name, keyID: Caller.tokenID(issuer: issuer, subject: subject),
                roles: own, rolesElsewhere: roles, method: .token))
    }

    private static func member(_ name: String, of claims: Value) -> Value {
        Array(name.utf8).withUnsafeBufferPointer { claims.lookup(utf8: $0) }
    }
}
