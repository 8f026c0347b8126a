public import RegoValues

/// What the registered claims of a token must say (RFC 7519, section 4.1). Times are seconds since 1970 and come in as a
/// parameter: nothing here reads a clock.
public struct ClaimRules: Sendable {
    /// The exact `iss`, where one is expected.
    public var issuer: String?
    /// One of `aud`, where one is expected.
    public var audience: String?
    /// How far clocks may differ, in seconds.
    public var leeway: Int64
    /// The longest a token may live from `iat` to `exp`, in seconds; with it `iat` is required.
    public var longestLifetime: Int64?

    public init(issuer: String? = nil, audience: String? = nil, leeway: Int64 = 60, longestLifetime: Int64? = nil) {
        self.issuer = issuer
        self.audience = audience
        self.leeway = leeway
        self.longestLifetime = longestLifetime
    }

    /// - Throws: `.claimMissing`, `.claimsInvalid`, `.issuerMismatch`, `.audienceMismatch`, `.expired`, `.notYetValid`,
    ///   `.lifetimeTooLong`.
    public func check(_ claims: Value, now: Int64) throws(TokenError) {
        if let issuer, claims.lookup("iss").string != issuer {
            throw TokenError(.issuerMismatch, "the token is not from `\(issuer)`")
        }
        if let audience, !isNamed(audience, in: claims.lookup("aud")) {
            throw TokenError(.audienceMismatch, "the token is not meant for `\(audience)`")
        }
        guard let expiry = try time("exp", in: claims) else {
            throw TokenError(.claimMissing, "the token never expires: `exp` is required")
        }
        let issued = try time("iat", in: claims)
        let start = try time("nbf", in: claims)
        guard now < later(expiry, by: leeway) else {
            throw TokenError(
                .expired, "the token expired \(now.subtractingReportingOverflow(expiry).partialValue) s ago")
        }
        for begin in [issued, start] {
            if let begin, begin > later(now, by: leeway) {
                throw TokenError(
                    .notYetValid, "the token is not valid yet", fix: "compare the clocks of issuer and gateway")
            }
        }
        if let longestLifetime {
            guard let issued else { throw TokenError(.claimMissing, "`iat` is required") }
            let (lifetime, overflow) = expiry.subtractingReportingOverflow(issued)
            guard !overflow, lifetime <= longestLifetime else {
                throw TokenError(.lifetimeTooLong, "the token lives longer than \(longestLifetime) s")
            }
        }
    }

    private func time(_ name: StaticString, in claims: Value) throws(TokenError) -> Int64? {
        let value = claims.lookup(name)
        if value.isUndefined { return nil }
        guard let seconds = value.int64, seconds >= 0 else {
            throw TokenError(.claimsInvalid, "`\(name)` is not a time in whole seconds since 1970")
        }
        return seconds
    }

    private func isNamed(_ audience: String, in claim: Value) -> Bool {
        claim.kind == .array ? claim.elements.contains { $0.string == audience } : claim.string == audience
    }

    private func later(_ time: Int64, by seconds: Int64) -> Int64 {
        let (sum, overflow) = time.addingReportingOverflow(seconds)
        return overflow ? .max : sum
    }
}
