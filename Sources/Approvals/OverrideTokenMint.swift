public import SignedTokens

/// Signs override tokens and checks them. One key signs; every key of the ring verifies, so that keys can rotate.
public struct OverrideTokenMint: Sendable {
    let signingKey: SigningKey
    let trusted: KeyRing
    public let audience: String

    /// Seconds by which the clock of the gateway that gave a token may be ahead of ours.
    static let clockTolerance: Int64 = 60

    /// - Parameter trusted: the keys that may have signed a token; the signing key's own public half where nil.
    public init(signingKey: SigningKey, trusted: KeyRing? = nil, audience: String) throws(TokenError) {
        self.signingKey = signingKey
        if let trusted {
            self.trusted = trusted
        } else {
            self.trusted = try KeyRing([TrustedKey(signingKey.verificationKey)])
        }
        self.audience = audience
    }

    /// The token of an approved call. Its name was fixed when the call was approved, so that collecting it twice gives
    /// the same right once; the store never holds a usable token.
    public func mint(_ approval: Approval, now: Timestamp) throws(ApprovalError) -> String {
        switch approval.state(at: now) {
        case .approved: break
        case .redeemed: throw ApprovalError(.alreadyRedeemed, "the override token of \(approval.id) has been used")
        case .expired: throw ApprovalError(.expired, "\(approval.id) expired at \(approval.expiresAt)")
        case .pending: throw ApprovalError(.notApproved, "\(approval.id) is not approved yet")
        case .denied, .withdrawn:
            throw ApprovalError(.notApproved, "\(approval.id) was \(approval.state.rawValue)")
        }
        guard let tokenID = approval.tokenID else {
            throw ApprovalError(.notApproved, "\(approval.id) has no token")
        }
        let token = OverrideToken(
            audience: audience, tokenID: tokenID, call: approval.call, approvalID: approval.id,
            releases: approval.terms.rules,
            issuedAt: now, expiresAt: approval.expiresAt)
        do {
            return try signingKey.token(over: token.claims, type: OverrideToken.type)
        } catch {
            throw ApprovalError(.signing, "the override token of \(approval.id) could not be signed")
        }
    }

    /// Checks everything about `token` that needs no state: signature, audience, time, and that it names exactly `call`.
    /// Whether it was used already is for the ledger to say, in the step that redeems it.
    public func verify(_ token: String, for call: HeldCall, now: Timestamp) throws(ApprovalError) -> OverrideToken {
        let verified: VerifiedToken
        do {
            verified = try UnverifiedToken(compact: token).verified(by: trusted, type: OverrideToken.type)
        } catch {
            throw ApprovalError(.invalidToken, "the override token is not one of ours: \(error.message)")
        }
        guard trusted[verified.keyID]?.maySign(forTenant: call.tenant) == true else {
            throw ApprovalError(.invalidToken, "the override token's key may not sign for this tenant")
        }
        let parsed = try OverrideToken(claims: verified.payload)
        guard parsed.audience == audience else {
            throw ApprovalError(.invalidToken, "the override token is meant for another gateway")
        }
        for (given, held, what) in [
            (call.tenant, parsed.call.tenant, "tenant"), (call.agent, parsed.call.agent, "agent"),
            (call.tool, parsed.call.tool, "tool"),
            (call.parametersDigest, parsed.call.parametersDigest, "set of parameters"),
            (call.circumstancesDigest, parsed.call.circumstancesDigest, "request, chain or context"),
            (call.policyVersion, parsed.call.policyVersion, "policy version"),
        ] where given != held {
            throw ApprovalError(.invalidToken, "the override token was given for another \(what)")
        }
        guard parsed.issuedAt <= now.advanced(bySeconds: Self.clockTolerance) else {
            throw ApprovalError(.invalidToken, "the override token is from the future: compare the gateways' clocks")
        }
        guard now < parsed.expiresAt else {
            throw ApprovalError(.expired, "the override token expired at \(parsed.expiresAt)")
        }
        return parsed
    }
}
