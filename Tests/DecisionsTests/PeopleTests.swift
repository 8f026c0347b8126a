import Decisions
import SignedTokens
import Testing

/// People by the tokens of an identity provider: who they are, what they may do, and when they are nobody.
@Suite struct PeopleTests {
    static let people = PeopleClaims(
        audience: "aegis-console", nameClaim: "email", groupsClaim: "groups",
        grants: [
            .init(group: "soc", role: "auditor", tenant: "acme"),
            .init(group: "soc", role: "auditor", tenant: "globex"),
            .init(group: "ops", role: "operator", tenant: "acme"), .init(group: "ops", role: "auditor", tenant: "acme"),
        ])

    static func finding(_ more: String, people: PeopleClaims = people) throws -> IdentityFinding {
        let key = try SigningKey(generating: .es256, name: "k1")
        let prover = TokenProver(
            issuer: ProverTests.issuer, audience: "aegis", tenant: "acme", people: people,
            keys: try ProverTests.Keys([key]), now: { 1100 })
        let claims = #"{"iss": "\#(ProverTests.issuer)", "sub": "u-7", "iat": 1000, "exp": 1300, \#(more)}"#
        return prover.examine(Credentials(bearerToken: try key.token(over: Array(claims.utf8), type: "JWT")))
    }

    static func lea(_ roles: [String], elsewhere: [String: [String]] = [:]) -> IdentityFinding {
        .proven(
            Caller(
                tenant: "acme", kind: .person, name: "lea@acme.example", keyID: "\(ProverTests.issuer) u-7",
                roles: roles,
                rolesElsewhere: elsewhere, method: .token))
    }

    static let head = #""aud": "aegis-console", "email": "lea@acme.example", "#

    @Test func `groups give roles, in other tenants too, each once`() throws {
        #expect(
            try Self.finding(Self.head + #""groups": ["soc", "ops", "football"]"#)
                == Self.lea(["auditor", "operator"], elsewhere: ["globex": ["auditor"]]))
        #expect(try Self.finding(Self.head + #""groups": ["ops"]"#) == Self.lea(["operator", "auditor"]))
    }

    @Test(arguments: [
        (head + #""groups": ["football"]"#, "none of the groups in the token's `groups` has a role here"),
        (head + #""groups": "soc""#, "none of the groups in the token's `groups` has a role here"),
        (head + #""groups": [7, null]"#, "none of the groups in the token's `groups` has a role here"),
        (head + #""roles": ["soc"]"#, "none of the groups in the token's `groups` has a role here"),
        (#""aud": "aegis-console", "groups": ["soc"]"#, "the token's `email` is no name of a person"),
        (#""aud": "aegis-console", "email": "", "groups": ["soc"]"#, "the token's `email` is no name of a person"),
        (
            #""aud": "aegis-console", "email": "a\nb", "groups": ["soc"]"#,
            "the token's `email` is no name of a person"
        ),
        (
            head + #""email_verified": false, "groups": ["soc"]"#,
            "the token's `email` is not verified by its issuer"
        ),
        (
            head + #""email_verified": "false", "groups": ["soc"]"#,
            "the token's `email` is not verified by its issuer"
        ),
        (head + #""email_verified": 1, "groups": ["soc"]"#, "the token's `email` is not verified by its issuer"),
        (
            #""aud": ["aegis", "aegis-console"], "email": "lea@acme.example", "groups": ["soc"]"#,
            "the token is meant for people and for agents at once"
        ),
        (#""aud": "other", "email": "lea@acme.example", "groups": ["soc"]"#, "the token is not meant for `aegis`"),
    ])
    func `who cannot be told or has no role is nobody`(claims: String, refusal: String) throws {
        #expect(try Self.finding(claims) == .refused(refusal))
    }

    @Test func `an agent's token of the same issuer stays an agent's, whatever groups it claims`() throws {
        #expect(
            try Self.finding(#""aud": "aegis", "email": "lea@acme.example", "groups": ["ops"]"#)
                == .proven(
                    Caller(
                        tenant: "acme", kind: .agent, name: nil, keyID: "\(ProverTests.issuer) u-7", method: .token)))
    }

    @Test func `without an audience of their own all tokens are people's`() throws {
        var people = Self.people
        people.audience = nil
        let claims = #""aud": "aegis", "email": "lea@acme.example", "groups": ["ops"]"#
        #expect(try Self.finding(claims, people: people) == Self.lea(["operator", "auditor"]))
    }
}
