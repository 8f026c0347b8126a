public import SignedTokens

/// An approver's own word on one content: the `approved` event of the policy history, signed with the approver's key.
public struct ApprovalStatement: Sendable, Hashable {
    /// The JWS type of every event of a policy history, so that nothing signed for another use passes for one.
    public static let tokenType = "aegis-policy-event"

    public let id: String
    public let tenant: String
    public let contentDigest: BundleDigest
    public let person: String
    public let role: String
    public let comment: String
    public let time: UTCTime

    /// Verifies a compact JWS with the key that it names.
    /// - Throws: what speaks against it: the key is unknown, revoked, not its holder's or not for this tenant or role, the
    ///   signature does not fit, or the content is no approval.
    public init(_ compact: String, trust: KeyRing) throws(TokenError) {
        let token = try UnverifiedToken(compact: compact, limit: 256 << 10)
        let verified = try token.verified(by: trust, type: Self.tokenType)
        guard let trusted = trust[verified.keyID] else {
            throw TokenError(.keyUnknown, "the key `\(verified.keyID)` is not trusted here")
        }
        guard trusted.key.algorithm != .es256 || ECDSASignature.isLowS(verified.signature) else {
            throw TokenError(.signatureInvalid, "the signature by `\(verified.keyID)` is not in low-s form")
        }
        guard case .object(let members) = try SignedDocument(json: verified.payload) else {
            throw TokenError(.documentInvalid, "an approval is an object")
        }
        let reader = try MemberReader(.object(members), known: Set(members.keys))
        guard try reader.text("kind") == "approved" else {
            throw TokenError(.documentInvalid, "the statement is no approval but `\(try reader.text("kind"))`")
        }
        guard let digest = BundleDigest(try reader.text("content_digest")) else {
            throw reader.wrong("content_digest", "a `sha256:` digest")
        }
        id = try reader.text("id")
        tenant = try reader.text("tenant")
        contentDigest = digest
        person = try reader.text("person")
        role = try reader.text("role")
        comment = try reader.text("comment")
        time = try reader.time("time")
        guard trusted.person == nil || trusted.person == person else {
            throw TokenError(
                .keyNotPermitted, "the key `\(verified.keyID)` is not held by `\(person)`",
                fix: "sign with a key of your own")
        }
        guard trusted.mayAct(as: role), trusted.maySign(forTenant: tenant) else {
            throw TokenError(
                .keyNotPermitted, "the key `\(verified.keyID)` may not approve as `\(role)` for tenant `\(tenant)`")
        }
        try trusted.check(at: time)
    }
}
