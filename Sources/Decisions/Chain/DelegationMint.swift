import Approvals
import Crypto
import RegoValues
public import SignedTokens

/// Signs call chains and checks them. One key signs; every key of the ring verifies, so that keys can rotate.
public struct DelegationMint: Sendable {
    /// Agents before the one that calls.
    public static let deepestChain = 8
    /// Seconds that a delegation lasts where nobody asks for less; none lasts longer than ``longestLife``.
    public static let usualLife: Int64 = 300
    public static let longestLife: Int64 = 3600

    private let signingKey: SigningKey
    private let trusted: KeyRing
    public let audience: String

    /// - Parameter trusted: the keys that may have signed a chain; the signing key's own public half where nil.
    public init(signingKey: SigningKey, trusted: KeyRing? = nil, audience: String) throws(TokenError) {
        self.signingKey = signingKey
        if let trusted {
            self.trusted = trusted
        } else {
            self.trusted = try KeyRing([TrustedKey(signingKey.verificationKey)])
        }
        self.audience = audience
    }

    /// A delegation from the last of `chain` to `delegate`.
    /// - Parameter orchestrators: who made calls in the name of agents in the chain.
    func token(
        tenant: String, chain: [String], orchestrators: [String] = [], delegate: String, sessionID: String?,
        life: Int64 = usualLife, now: Timestamp
    ) throws(ChainError) -> (text: String, token: DelegationToken) {
        guard !chain.isEmpty, chain.count <= DelegationMint.deepestChain else {
            throw ChainError("the call chain would be longer than \(DelegationMint.deepestChain) agents")
        }
        guard let sessionID else {
            throw ChainError("a delegation belongs to a session, and the call names none; send its `session_id`")
        }
        let issuedAt = Timestamp(seconds: now.seconds)
        let token = DelegationToken(
            audience: audience, tenant: tenant, tokenID: "dlg_\(DecisionID(now: now))", chain: chain,
            orchestrators: orchestrators, delegate: delegate, sessionID: sessionID, issuedAt: issuedAt,
            expiresAt: Timestamp(seconds: issuedAt.seconds + min(max(1, life), DelegationMint.longestLife)))
        do {
            return (try signingKey.token(over: token.claims, type: DelegationToken.type), token)
        } catch {
            throw ChainError("the delegation could not be signed")
        }
    }

    /// Checks everything about `text`: signature, audience, tenant, time, and that it was made for this agent and session.
    /// - Parameter mayHaveExpired: whether one counts, too, whose time is over: not for a call that has yet to be made.
    func verify(
        _ text: String, delegate: String, tenant: String, sessionID: String?, now: Timestamp,
        mayHaveExpired: Bool = false
    ) throws(ChainError) -> DelegationToken {
        let document: Document
        do {
            let verified = try UnverifiedToken(compact: text).verified(by: trusted, type: DelegationToken.type)
            guard trusted[verified.keyID]?.maySign(forTenant: tenant) == true else {
                throw ChainError("the delegation's key may not sign for this tenant")
            }
            document = try verified.claims()
        } catch let error as TokenError {
            throw ChainError("the delegation is not one of ours: \(error.message)")
        } catch {
            throw error as? ChainError ?? ChainError("the delegation cannot be read")
        }
        defer { withExtendedLifetime(document) {} }
        let token = try DelegationToken(claims: document.root)
        for (given, held, what) in [
            (token.audience, audience, "gateway"), (token.tenant, tenant, "tenant"),
            (token.delegate, delegate, "agent"),
        ] where given != held {
            throw ChainError("the delegation was made for another \(what)")
        }
        guard token.sessionID == sessionID else {
            throw ChainError("the delegation was made for another session")
        }
        guard mayHaveExpired || now < token.expiresAt else {
            throw ChainError("the delegation expired at \(token.expiresAt)")
        }
        // A minute of another gateway's clock being ahead is forgiven.
        guard token.issuedAt.seconds <= now.seconds + 60 else { throw ChainError("the delegation is not valid yet") }
        return token
    }
}
