import Approvals
import RegoValues
import SignedTokens
import Testing

@Suite struct OverrideTokenTests {
    let start = Timestamp(seconds: 1_795_409_523)
    let mint: OverrideTokenMint
    let call = HeldCall(
        tenant: "acme", agent: "finance-agent", tool: "payments.transfer", parametersDigest: "d1",
        circumstancesDigest: "c1",
        policyVersion: "acme/1@sha256:000000000000")

    init() throws {
        mint = try OverrideTokenMint(
            signingKey: SigningKey(generating: .es256, name: "token-1"), audience: "aegis")
    }

    func approved() throws -> Approval {
        var approval = Approval(
            ApprovalDraft(
                id: .random(), call: call,
                terms: ApprovalTerms(policy: "p", rule: "r", message: "m", approvers: ["jane"]),
                decisionID: "decision-1", excluded: [], shownParameters: "{}"),
            now: start)
        try approval.approve(
            by: Approver(tenant: "acme", name: "jane", roles: []), comment: nil, now: start)
        return approval
    }

    @Test func `a token verifies for its exact call`() throws {
        let approval = try approved()
        let token = try mint.verify(mint.mint(approval, now: start), for: call, now: start)
        #expect(token.approvalID == approval.id)
        #expect(token.tokenID == approval.tokenID)
        #expect(token.expiresAt == approval.expiresAt)
        #expect(token.call == call)
        #expect(token.releases == [HoldingRule(policy: "p", rule: "r")])
    }

    @Test func `collected twice it is the same right`() throws {
        let approval = try approved()
        let first = try mint.verify(mint.mint(approval, now: start), for: call, now: start)
        let second = try mint.verify(
            mint.mint(approval, now: start.advanced(bySeconds: 5)), for: call, now: start)
        #expect(first.tokenID == second.tokenID)
    }

    @Test(
        arguments: [
            (\HeldCall.tenant, "tenant"), (\HeldCall.agent, "agent"), (\HeldCall.tool, "tool"),
            (\HeldCall.parametersDigest, "set of parameters"),
            (\HeldCall.circumstancesDigest, "request, chain or context"),
            (\HeldCall.policyVersion, "policy version"),
        ] as [(WritableKeyPath<HeldCall, String> & Sendable, String)])
    func `a token is refused for another call`(
        field: WritableKeyPath<HeldCall, String> & Sendable, name: String
    ) throws {
        let token = try mint.mint(approved(), now: start)
        var other = call
        other[keyPath: field] += "x"
        #expect(throws: ApprovalError(.invalidToken, "the override token was given for another \(name)")) {
            try mint.verify(token, for: other, now: start)
        }
    }

    @Test func `a token ends with its approval`() throws {
        let approval = try approved()
        let token = try mint.mint(approval, now: start)
        #expect(
            throws: ApprovalError(.expired, "the override token expired at \(approval.expiresAt)")
        ) { try mint.verify(token, for: call, now: approval.expiresAt) }
        #expect(throws: ApprovalError.self) { try mint.mint(approval, now: approval.expiresAt) }
    }

    @Test func `what is not approved has no token`() throws {
        var approval = try approved()
        try approval.redeem(tokenID: try #require(approval.tokenID), decisionID: "decision-2", now: start)
        let error = #expect(throws: ApprovalError.self) { try mint.mint(approval, now: start) }
        #expect(error?.code == .alreadyRedeemed)
    }

    @Test func `a changed, foreign or empty token is refused`() throws {
        let token = try mint.mint(approved(), now: start)
        let other = try OverrideTokenMint(
            signingKey: SigningKey(generating: .es256, name: "token-1"), audience: "aegis")
        var parts = token.split(separator: ".").map(String.init)
        parts[1] = Base64.encodeURL("{}".utf8)
        for text in ["", "x", "a.b.c", parts.joined(separator: "."), try other.mint(approved(), now: start)] {
            let error = #expect(throws: ApprovalError.self) { try mint.verify(text, for: call, now: start) }
            #expect(error?.code == .invalidToken)
        }
    }

    @Test func `another kind of token by the same key is refused`() throws {
        let key = try SigningKey(generating: .edDSA, name: "token-2")
        let mint = try OverrideTokenMint(signingKey: key, audience: "aegis")
        let approval = try approved()
        let claims = try UnverifiedToken(compact: mint.mint(approval, now: start)).unverifiedPayload
        let error = #expect(throws: ApprovalError.self) {
            try mint.verify(key.token(over: claims, type: "JWT"), for: call, now: start)
        }
        #expect(error?.code == .invalidToken)
    }

    @Test func `another gateway's token is refused`() throws {
        let key = try SigningKey(generating: .edDSA, name: "token-2")
        let token = try OverrideTokenMint(signingKey: key, audience: "other").mint(approved(), now: start)
        #expect(throws: ApprovalError(.invalidToken, "the override token is meant for another gateway")) {
            try OverrideTokenMint(signingKey: key, audience: "aegis").verify(token, for: call, now: start)
        }
    }

    @Test(arguments: [
        "aud", "jti", "iat", "exp", "tenant", "agent_id", "tool_name", "params_digest", "circumstances_digest",
        "approval_id",
    ])
    func `a token without a claim is refused`(claim: String) throws {
        let token = OverrideToken(
            audience: "aegis", tokenID: "t", call: call, approvalID: .random(), releases: [], issuedAt: start,
            expiresAt: start)
        let text = String(decoding: token.claims, as: UTF8.self).replacing("\"\(claim)\"", with: "\"x\"")
        #expect(throws: ApprovalError(.invalidToken, "the token lacks the claim `\(claim)`")) {
            try OverrideToken(claims: Array(text.utf8))
        }
    }
}
