import Decisions
import SignedTokens
import Synchronization
import Testing

/// mTLS and tokens: what proves a caller, what is refused, and what is not a prover's matter.
@Suite struct ProverTests {
    static let issuer = "https://idp.acme.example"

    final class Keys: IssuerKeys {
        let ring: KeyRing
        let asked = Mutex(0)

        init(_ keys: [SigningKey]) throws { ring = try KeyRing(keys.map { TrustedKey($0.verificationKey) }) }

        func noteUnknownKey() { asked.withLock { $0 += 1 } }
    }

    @Test(arguments: [
        ("spiffe://acme.example/ns/fin/sa/agent", true), ("spiffe://acme.example/a", true),
        ("spiffe://acme.example", false), ("spiffe://acme.example/", false), ("spiffe://acme.example/a/", false),
        ("spiffe://acme.example//a", false), ("spiffe://acme.example/./a", false),
        ("spiffe://acme.example/../a", false), ("spiffe://acme.example/...", true),
        ("spiffe://acme.example:8443/a", false), ("spiffe://me@acme.example/a", false),
        ("spiffe://acme.example/a?b", false), ("spiffe://acme.example/a#b", false),
        ("spiffe://acme.example/%61", false), ("spiffe://ACME.example/a", false), ("SPIFFE://acme.example/a", false),
        ("spiffe:///a", false), ("https://acme.example/a", false), ("spiffe://acme.example/ä", false), ("", false),
        ("spiffe://acme.example/" + String(repeating: "a", count: 2048), false),
    ])
    func `a SPIFFE id is what the standard says`(text: String, isID: Bool) {
        #expect((SPIFFEID(text) != nil) == isID)
    }

    @Test func `a verified certificate of the trust domain proves its agent, another's is not looked at`() {
        let prover = MutualTLSProver(trustDomain: "acme.example", tenant: "acme")
        #expect(
            prover.prove(Credentials(spiffeID: "spiffe://acme.example/fin"))
                == Caller(
                    tenant: "acme", kind: .agent, name: nil, keyID: "spiffe://acme.example/fin", method: .mutualTLS))
        #expect(prover.examine(Credentials(spiffeID: "spiffe://evil.example/fin")) == .absent)
        #expect(prover.examine(Credentials(spiffeID: "spiffe://acme.example.evil.example/fin")) == .absent)
        #expect(
            prover.examine(Credentials(spiffeID: "spiffe://acme.example/fin/../admin"))
                == .refused("the client certificate's SPIFFE id is malformed"))
        #expect(prover.examine(.none) == .absent)
    }

    static func claims(
        iss: String = issuer, aud: String = #""aegis""#, sub: String = #""fin""#, iat: Int = 1000, exp: Int = 1300
    ) -> String {
        #"{"iss": "\#(iss)", "aud": \#(aud), "sub": \#(sub), "iat": \#(iat), "exp": \#(exp)}"#
    }

    @Test(arguments: [
        (claims(), "JWT", nil), (claims(), "at+jwt", nil),
        (claims(), "application/at+jwt", nil), (claims(aud: #"["other", "aegis"]"#), "JWT", nil),
        (claims(aud: #""other""#), "JWT", "the token is not meant for `aegis`"),
        (claims(exp: 1000), "JWT", "the token expired 100 s ago"),
        (claims(iat: 1200), "JWT", "the token is not valid yet"),
        (claims(exp: 1000 + 24 * 3600 + 1), "JWT", "the token lives longer than 86400 s"),
        (claims(sub: #""""#), "JWT", "the token names no subject"),
        (claims(sub: "7"), "JWT", "the token names no subject"),
        (claims(), "aegis-override+jwt", "the token's type is not `JWT`"),
        (claims(), "aegis-delegation+jwt", "the token's type is not `JWT`"),
        (
            #"{"iss": "https://idp.acme.example", "aud": "aegis", "sub": "fin"}"#, "JWT",
            "the token never expires: `exp` is required"
        ),
    ])
    func `a token proves its subject only as its issuer means it`(claims: String, type: String, refusal: String?) throws
    {
        let key = try SigningKey(generating: .es256, name: "k1")
        let prover = TokenProver(
            issuer: Self.issuer, audience: "aegis", tenant: "acme", keys: try Keys([key]), now: { 1100 })
        let token = try key.token(over: Array(claims.utf8), type: type)
        let finding = prover.examine(Credentials(bearerToken: token))
        if let refusal {
            #expect(finding == .refused(refusal))
        } else {
            #expect(
                finding
                    == .proven(
                        Caller(
                            tenant: "acme", kind: .agent, name: nil, keyID: "https://idp.acme.example fin",
                            method: .token)))
        }
    }

    @Test func `what another issuer signed, or nobody, is for the tool and not for us`() throws {
        let key = try SigningKey(generating: .es256, name: "k1")
        let prover = TokenProver(
            issuer: Self.issuer, audience: "aegis", tenant: "acme", keys: try Keys([key]), now: { 1100 })
        let foreign = try key.token(over: Array(Self.claims(iss: "https://other.example").utf8))
        for text in [foreign, "opaque", "", "a.b.c", "..", "sk-1234"] {
            #expect(prover.examine(Credentials(bearerToken: text)) == .absent)
        }
    }

    @Test func `a forged token is refused, and asks for fresh keys only when it names an unknown one`() throws {
        let key = try SigningKey(generating: .es256, name: "k1")
        let keys = try Keys([key])
        let prover = TokenProver(
            issuer: Self.issuer, audience: "aegis", tenant: "acme", keys: keys, now: { 1100 })
        let forged = try SigningKey(generating: .es256, name: "k1").token(over: Array(Self.claims().utf8))
        #expect(
            prover.examine(Credentials(bearerToken: forged))
                == .refused("the signature is not by the key `k1` over this content"))
        #expect(keys.asked.withLock { $0 } == 0)
        let unknown = try SigningKey(generating: .es256, name: "k2").token(over: Array(Self.claims().utf8))
        #expect(
            prover.examine(Credentials(bearerToken: unknown))
                == .refused("the token is signed by a key that is not trusted here"))
        #expect(keys.asked.withLock { $0 } == 1)
    }

    @Test func `a credential that does not hold is never passed over for a weaker one`() throws {
        let key = try SigningKey(generating: .es256, name: "k1")
        let apiKey = try #require(APIKey.generate(keyID: "fin"))
        let caller = Caller(tenant: "acme", kind: .agent, name: nil, keyID: "fin", method: .apiKey)
        let keys = APIKeyProver([APIKeyEntry(keyID: "fin", digest: apiKey.digest, caller: caller)])
        let tokens = TokenProver(
            issuer: Self.issuer, audience: "aegis", tenant: "acme", keys: try Keys([key]), now: { 1100 })
        let prover = OrderedProver([
            MutualTLSProver(trustDomain: "acme.example", tenant: "acme"), tokens, keys,
        ])
        let expired = try key.token(over: Array(Self.claims(exp: 1000).utf8))
        #expect(
            prover.examine(Credentials(apiKey: apiKey.text, bearerToken: expired))
                == .refused("the token expired 100 s ago"))
        #expect(prover.prove(Credentials(apiKey: apiKey.text, bearerToken: "for-the-tool")) == caller)
        #expect(
            prover.prove(Credentials(apiKey: apiKey.text, spiffeID: "spiffe://acme.example/fin"))?.method == .mutualTLS)
        #expect(prover.examine(.none) == .absent)
        #expect(OrderedProver([]).examine(Credentials(apiKey: apiKey.text)) == .absent)
    }
}
