import RegoValues

/// The claims of an override token: what exactly may be done once, by whom, and until when.
///
/// A JWT (RFC 7519) with the registered names `aud`, `jti`, `iat`, `exp` and Aegis's own beside them. One token names one
/// tenant, agent, tool, parameters digest, policy version and approval, and nothing in it is optional.
public struct OverrideToken: Sendable, Hashable {
    /// The gateways that redeem it, such as `aegis`.
    public var audience: String
    public var tokenID: String
    public var call: HeldCall
    public var approvalID: ApprovalID
    /// The rules to which people have consented; one that holds the call besides still does.
    public var releases: [HoldingRule]
    public var issuedAt: Timestamp
    /// In whole seconds, rounded down: never later than the approval's own end.
    public var expiresAt: Timestamp

    /// The `typ` of the JWS header, so that no other token signed with the same key passes for this one.
    public static let type = "aegis-override+jwt"

    public init(
        audience: String, tokenID: String, call: HeldCall, approvalID: ApprovalID, releases: [HoldingRule],
        issuedAt: Timestamp, expiresAt: Timestamp
    ) {
        self.audience = audience
        self.tokenID = tokenID
        self.call = call
        self.approvalID = approvalID
        self.releases = releases
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }

    /// The JWT claims set.
    public var claims: [UInt8] {
        var json = JSONText()
        json.object { json in
            json.field("aud", audience)
            json.field("jti", tokenID)
            json.field("iat", issuedAt.seconds)
            json.field("exp", expiresAt.seconds)
            json.field("tenant", call.tenant)
            json.field("agent_id", call.agent)
            json.field("tool_name", call.tool)
            json.field("params_digest", call.parametersDigest)
            json.field("circumstances_digest", call.circumstancesDigest)
            json.field("policy_version", call.policyVersion)
            json.field("approval_id", approvalID.description)
            json.key("releases")
            json.array { list in
                for rule in releases {
                    list.array { names in for name in rule.names { names.string(name) } }
                }
            }
        }
        return json.bytes
    }

    /// - Throws: `.invalidToken` where a claim is missing or has another type than this writer gives it.
    public init(claims: [UInt8]) throws(ApprovalError) {
        let document: Document
        do { document = try Document(json: claims) } catch {
            throw ApprovalError(.invalidToken, "the token's claims are not a JSON object")
        }
        defer { withExtendedLifetime(document) {} }
        func text(_ name: StaticString) throws(ApprovalError) -> String {
            guard let value = document.root.lookup(name).string, !value.isEmpty else {
                throw ApprovalError(.invalidToken, "the token lacks the claim `\(name)`")
            }
            return value
        }
        func seconds(_ name: StaticString) throws(ApprovalError) -> Timestamp {
            guard let value = document.root.lookup(name).int64, value >= 0 else {
                throw ApprovalError(.invalidToken, "the token lacks the claim `\(name)`")
            }
            return Timestamp(seconds: value)
        }
        audience = try text("aud")
        tokenID = try text("jti")
        call = HeldCall(
            tenant: try text("tenant"), agent: try text("agent_id"), tool: try text("tool_name"),
            parametersDigest: try text("params_digest"),
            circumstancesDigest: try text("circumstances_digest"), policyVersion: try text("policy_version"))
        guard let approval = ApprovalID(parsing: try text("approval_id")) else {
            throw ApprovalError(.invalidToken, "the token's claim `approval_id` is not an approval's name")
        }
        approvalID = approval
        releases = []
        for entry in document.root.lookup("releases").elements {
            let names = entry.elements.compactMap(\.string)
            guard (2...3).contains(names.count), names.count == entry.elements.count else {
                throw ApprovalError(.invalidToken, "the token's claim `releases` does not list rules")
            }
            releases.append(
                HoldingRule(policy: names[0], rule: names[1], reasonDigest: names.count == 3 ? names[2] : nil))
        }
        issuedAt = try seconds("iat")
        expiresAt = try seconds("exp")
    }
}
