public import Approvals
import RegoValues
import SignedTokens

/// The claims of a delegation: a JWT (RFC 7519) whose nested `act` (RFC 8693, section 4.1) is the call chain, newest
/// outermost, and whose `may_act` (section 4.4) names the one agent that may bring it.
///
/// It carries no right of its own. It proves who stands before the agent, and every one of them narrows what is permitted.
public struct DelegationToken: Sendable, Hashable {
    /// The gateways that believe it.
    public var audience: String
    public var tenant: String
    public var tokenID: String
    /// The agents in the call so far, oldest first; at least one, at most ``DelegationMint/deepestChain``.
    public var chain: [String]
    /// Who made calls of agents in the chain in their name, oldest first. Policies do not see them; the kill switch does, and
    /// nobody approves what they have a part in.
    public var orchestrators: [String] = []
    /// The agent that it was made for.
    public var delegate: String
    /// The session that it belongs to: in another one it is a replay.
    public var sessionID: String
    public var issuedAt: Timestamp
    public var expiresAt: Timestamp

    /// The `typ` of the JWS header: no other token signed with the same key passes for one.
    public static let type = "aegis-delegation+jwt"

    /// The JWT claims set.
    public var claims: [UInt8] {
        var json = JSONText()
        json.object { json in
            json.field("iss", audience)
            json.field("aud", audience)
            json.field("jti", tokenID)
            json.field("iat", issuedAt.seconds)
            json.field("exp", expiresAt.seconds)
            json.field("tenant", tenant)
            json.field("sub", chain.first)
            json.key("act")
            DelegationToken.write(chain[...], to: &json)
            json.key("may_act")
            json.object { $0.field("sub", delegate) }
            json.field("session_id", sessionID)
            if !orchestrators.isEmpty { json.field("orchestrators", orchestrators) }
        }
        return json.bytes
    }

    private static func write(_ chain: ArraySlice<String>, to json: inout JSONText) {
        json.object { json in
            json.field("sub", chain.last)
            guard chain.count > 1 else { return }
            json.key("act")
            write(chain.dropLast(), to: &json)
        }
    }
}

extension DelegationToken {
    /// Reads verified claims. Every claim that the writer gives must be there, of its type, and nothing may contradict.
    init(claims: Value) throws(ChainError) {
        func text(_ value: Value, _ name: String) throws(ChainError) -> String {
            guard let text = value.string, !text.isEmpty else { throw ChainError("the delegation lacks `\(name)`") }
            return text
        }
        func time(_ name: StaticString) throws(ChainError) -> Timestamp {
            guard let seconds = claims.lookup(name).int64, seconds >= 0 else {
                throw ChainError("the delegation lacks `\(name)`")
            }
            return Timestamp(seconds: seconds)
        }
        audience = try text(claims.lookup("aud"), "aud")
        tenant = try text(claims.lookup("tenant"), "tenant")
        tokenID = try text(claims.lookup("jti"), "jti")
        delegate = try text(claims.lookup("may_act").lookup("sub"), "may_act")
        sessionID = try text(claims.lookup("session_id"), "session_id")
        issuedAt = try time("iat")
        expiresAt = try time("exp")
        var newestFirst: [String] = []
        var actor = claims.lookup("act")
        while !actor.isUndefined {
            guard newestFirst.count < DelegationMint.deepestChain else {
                throw ChainError("the call chain is longer than \(DelegationMint.deepestChain) agents")
            }
            newestFirst.append(try text(actor.lookup("sub"), "act"))
            actor = actor.lookup("act")
        }
        chain = newestFirst.reversed()
        let named = claims.lookup("orchestrators")
        if !named.isUndefined {
            guard named.kind == .array, named.elements.count <= DelegationMint.deepestChain else {
                throw ChainError(
                    "the delegation's `orchestrators` is no list of at most \(DelegationMint.deepestChain)")
            }
            for name in named.elements { orchestrators.append(try text(name, "orchestrators")) }
        }
        guard let first = chain.first, first == claims.lookup("sub").string else {
            throw ChainError("the delegation's chain does not begin with its subject")
        }
    }
}

/// Why a call chain is not believed. The message holds nothing of the token but names.
public struct ChainError: Error, Sendable, Hashable {
    public var message: String

    init(_ message: String) { self.message = message }
}
