import RegoValues
public import SignedTokens

/// Proves callers by tokens of one identity provider (RFC 7519; access tokens of RFC 9068).
///
/// The algorithm is the key's, never the token's; issuer and audience are exact; a token that names another issuer, or is
/// no token at all, is not this prover's matter: `authorization` may carry what is meant for the tool.
public struct TokenProver: IdentityProver {
    public let issuer: String
    public let audience: String
    public let tenant: String
    private let people: PeopleClaims?
    private let keys: any IssuerKeys
    private let now: @Sendable () -> Int64
    /// A token that lives longer than this, in seconds, is refused.
    private let longestLifetime: Int64
    private static let types = ["JWT", "at+jwt"]

    /// - Parameters:
    ///   - people: how the issuer tells of people; nil: its tokens are agents'.
    ///   - now: seconds since 1970.
    public init(
        issuer: String, audience: String, tenant: String, people: PeopleClaims? = nil, keys: any IssuerKeys,
        longestLifetime: Int64 = 24 * 3600,
        now: @escaping @Sendable () -> Int64
    ) {
        self.issuer = issuer
        self.audience = audience
        self.tenant = tenant
        self.people = people
        self.keys = keys
        self.longestLifetime = longestLifetime
        self.now = now
    }

    public func examine(_ credentials: Credentials) -> IdentityFinding {
        guard let text = credentials.bearerToken, let token = try? UnverifiedToken(compact: text),
            token.claimedIssuer == issuer
        else { return .absent }
        do throws(TokenError) {
            let claims = try verified(token).claims()
            defer { withExtendedLifetime(claims) {} }
            let people = peopleMeant(by: claims.root)
            if let own = people?.audience, own != audience, names(audience, claims.root) {
                return .refused("the token is meant for people and for agents at once")
            }
            try ClaimRules(
                issuer: issuer, audience: people?.audience ?? audience, longestLifetime: longestLifetime
            ).check(claims.root, now: now())
            guard let subject = claims.root.lookup("sub").string, !subject.isEmpty else {
                return .refused("the token names no subject")
            }
            if let people { return people.finding(claims.root, issuer: issuer, subject: subject, tenant: tenant) }
            return .proven(
                Caller(
                    tenant: tenant, kind: .agent, name: nil, keyID: Caller.tokenID(issuer: issuer, subject: subject),
                    method: .token))
        } catch {
            if error.code == .keyUnknown { keys.noteUnknownKey() }
            return .refused(error.message)
        }
    }

    /// How to read the token as a person's; nil where it is an agent's. Its audience says which.
    private func peopleMeant(by claims: Value) -> PeopleClaims? {
        guard let people, let audience = people.audience, audience != self.audience else { return people }
        return names(audience, claims) ? people : nil
    }

    private func names(_ audience: String, _ claims: Value) -> Bool {
        let claim = claims.lookup("aud")
        return claim.kind == .array ? claim.elements.contains { $0.string == audience } : claim.string == audience
    }

    private func verified(_ token: UnverifiedToken) throws(TokenError) -> VerifiedToken {
        let ring = keys.ring
        let type = token.header.type.map(TokenHeader.canonicalType)
        let expected = TokenProver.types.first { $0.lowercased() == type } ?? "JWT"
        return try token.verified(by: ring, type: expected, allowsMissingType: true)
    }
}

/// The public keys of an issuer, as they are now.
public protocol IssuerKeys: Sendable {
    var ring: KeyRing { get }
    /// Told of a token by a key that is not among them, which may be new. MUST return at once.
    func noteUnknownKey()
}

extension Caller {
    /// How an identity of a token is named: issuers are URIs, which have no space.
    public static func tokenID(issuer: String, subject: String) -> String { "\(issuer) \(subject)" }
}
