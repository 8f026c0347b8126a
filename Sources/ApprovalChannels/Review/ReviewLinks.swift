import Approvals
import Crypto
import RegoValues
public import SignedTokens

/// Signs the links by which people come to an approval, and checks them.
///
/// A link is an invitation, no proof of who opens it: it names the approval, what was shown of it, and for whom it was
/// made. Who decides proves who they are, and its one use is taken by the verdict.
public struct ReviewLinks: Sendable {
    static let type = "aegis-review+jwt"

    private let signingKey: SigningKey
    private let trusted: KeyRing
    private let audience: String

    /// - Parameter audience: the gateway.
    public init(signingKey: SigningKey, audience: String) throws(TokenError) {
        self.signingKey = signingKey
        trusted = try KeyRing([TrustedKey(signingKey.verificationKey)])
        self.audience = audience + "/approve"
    }

    /// The same delivery gives the same link again, so that a repeated message is not a second use.
    /// - Parameter via: the channel that carries it.
    func link(
        to approval: Approval, for approver: String, via: String, delivery: String, made: Timestamp, lifeSeconds: Int64
    ) throws(ChannelError) -> String {
        let name = SHA256.hash(data: Array("\(delivery)\n\(approver)".utf8)).prefix(16)
        var json = JSONText()
        json.object { json in
            json.field("aud", audience)
            json.field("jti", Base64.encodeURL(Array(name)))
            json.field("iat", made.seconds)
            json.field("exp", min(made.advanced(bySeconds: lifeSeconds), approval.expiresAt).seconds)
            json.field("tenant", approval.call.tenant)
            json.field("approval_id", approval.id.description)
            json.field("for", approver)
            json.field("via", via)
            json.field("shown_digest", approval.shown.digest)
        }
        do { return try signingKey.token(over: json.bytes, type: Self.type) } catch {
            throw ChannelError("a review link could not be signed")
        }
    }

    /// - Throws: `.invalidLink` for what is not one of our links; `.expired` once its time is over.
    func verify(_ text: String, now: Timestamp) throws(ApprovalError) -> ReviewLink {
        let payload: [UInt8]
        do {
            payload = try UnverifiedToken(compact: text, limit: 4096).verified(by: trusted, type: Self.type).payload
        } catch {
            throw ApprovalError(.invalidLink, "this link is not one of ours, or has been altered")
        }
        guard let document = try? Document(json: payload) else {
            throw ApprovalError(.invalidLink, "this link cannot be read")
        }
        let claims = document.root
        let link: ReviewLink? = withExtendedLifetime(document) {
            guard claims.lookup("aud").string == audience, let id = claims.lookup("jti").string,
                let tenant = claims.lookup("tenant").string,
                let approval = claims.lookup("approval_id").string.flatMap(ApprovalID.init(parsing:)),
                let approver = claims.lookup("for").string, let digest = claims.lookup("shown_digest").string,
                let via = claims.lookup("via").string, let end = claims.lookup("exp").int64
            else { return nil }
            return ReviewLink(
                id: id, tenant: tenant, approval: approval, approver: approver, via: via, shownDigest: digest,
                expiresAt: Timestamp(seconds: end))
        }
        guard let link else { throw ApprovalError(.invalidLink, "this link is meant for another gateway") }
        guard now < link.expiresAt else {
            throw ApprovalError(.expired, "this link expired at \(link.expiresAt)")
        }
        return link
    }
}

/// A link that was verified.
struct ReviewLink: Hashable, Sendable {
    let id: String
    let tenant: String
    let approval: ApprovalID
    /// For whom it was made: `role:NAME` or `person:NAME`.
    let approver: String
    /// The channel that carried it.
    let via: String
    let shownDigest: String
    let expiresAt: Timestamp
}
