import RegoValues
import Testing

@testable import SignedTokens

@Suite struct TokenTests {
    static let payload = Array(#"{"sub":"finance-agent"}"#.utf8)

    @Test(arguments: [SignatureAlgorithm.es256, .edDSA])
    func `a token is verified by its key and by no other`(algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey(generating: algorithm, name: "ops")
        let token = try UnverifiedToken(compact: key.token(over: Self.payload))
        #expect(token.header.keyID == "ops")
        #expect(token.header.type == "JWT")
        let verified = try token.verified(by: key.verificationKey, type: "JWT")
        #expect(verified.payload == Self.payload)
        #expect(verified.keyID == "ops")
        let claims = try verified.claims()
        #expect(withExtendedLifetime(claims) { claims.root.lookup("sub").string } == "finance-agent")
        let stranger = try SigningKey(generating: algorithm, name: "ops").verificationKey
        #expect(try refusal { try token.verified(by: stranger, type: "JWT") } == .signatureInvalid)
    }

    /// The example of RFC 8037, appendix A.4.
    @Test func `the Ed25519 token of RFC 8037 is verified`() throws {
        let raw = try #require(Base64.decodeURL(Array("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".utf8)))
        let pem = PEMBlock(label: "PUBLIC KEY", der: Ed25519Encoding.publicPrefix + raw).text
        let key = try VerificationKey(pem: pem, name: "rfc")
        let text =
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
            + "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        let verified = try UnverifiedToken(compact: text).verified(by: key, type: "JWT", allowsMissingType: true)
        #expect(verified.payload == Array("Example of Ed25519 signing".utf8))
        #expect(try refusal { try UnverifiedToken(compact: text).verified(by: key, type: "JWT") } == .typeMismatch)
    }

    @Test(arguments: [SignatureAlgorithm.es256, .edDSA])
    func `every flipped bit of a token is refused`(algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey(generating: algorithm, name: "ops")
        let text = Array(try key.token(over: Self.payload).utf8)
        for index in text.indices {
            for bit in 0..<8 {
                var changed = text
                changed[index] ^= 1 << bit
                guard let string = String(validating: changed, as: UTF8.self) else { continue }
                #expect(throws: TokenError.self, "byte \(index), bit \(bit)") {
                    try UnverifiedToken(compact: string).verified(by: key.verificationKey, type: "JWT")
                }
            }
        }
    }

    @Test(arguments: [
        (#"{"alg":"none","typ":"JWT"}"#, TokenError.Code.algorithmNone),
        (#"{"alg":"NoNe","typ":"JWT"}"#, .algorithmNone),
        (#"{"alg":"HS256","typ":"JWT"}"#, .algorithmMismatch),
        (#"{"alg":"EdDSA","typ":"JWT"}"#, .algorithmMismatch),
        (#"{"alg":"es256","typ":"JWT"}"#, .algorithmMismatch),
        (#"{"alg":"ES256","typ":"at+jwt"}"#, .typeMismatch),
        (#"{"alg":"ES256"}"#, .typeMismatch),
        (#"{"alg":"ES256","kid":"other","typ":"JWT"}"#, .keyMismatch),
        (#"{"alg":"ES256","crit":["b64"],"b64":false,"typ":"JWT"}"#, .headerCritical),
        (#"{"alg":"none","alg":"ES256","typ":"JWT"}"#, .headerInvalid),
        (#"{"alg":1,"typ":"JWT"}"#, .headerInvalid),
        (#"{"typ":"JWT"}"#, .headerInvalid),
        (#"{"alg":"ES256","kid":7,"typ":"JWT"}"#, .headerInvalid),
        (#"["ES256"]"#, .headerInvalid),
        ("", .headerInvalid),
        (#"{"alg":"ES256","typ":"JWT"}x"#, .headerInvalid),
    ])
    func `a header that the key does not allow is refused, rightly signed or not`(
        header: String, code: TokenError.Code
    ) throws {
        let key = try SigningKey(generating: .es256, name: "ops")
        let input = Base64.encodeURL(header.utf8) + "." + Base64.encodeURL(Self.payload)
        for signature in [try key.sign(Array(input.utf8)), []] {
            let text = input + "." + Base64.encodeURL(signature)
            #expect(
                try refusal { try UnverifiedToken(compact: text).verified(by: key.verificationKey, type: "JWT") }
                    == code)
        }
    }

    @Test(arguments: ["JWT", "jwt", "application/JWT", "APPLICATION/jwt"])
    func `types compare as media types`(type: String) throws {
        let key = try SigningKey(generating: .edDSA, name: "ops")
        let token = try UnverifiedToken(compact: key.token(over: Self.payload, type: type))
        #expect(try token.verified(by: key.verificationKey, type: "JWT").payload == Self.payload)
    }

    @Test func `a ring chooses by key id and believes nobody else`() throws {
        let mine = try SigningKey(generating: .es256, name: "mine")
        let theirs = try SigningKey(generating: .edDSA, name: "theirs")
        let ring = try KeyRing([TrustedKey(mine.verificationKey)])
        let good = try UnverifiedToken(compact: mine.token(over: Self.payload))
        #expect(try good.verified(by: ring, type: "JWT").keyID == "mine")
        let foreign = try UnverifiedToken(compact: theirs.token(over: Self.payload))
        #expect(try refusal { try foreign.verified(by: ring, type: "JWT") } == .keyUnknown)
        let input = Base64.encodeURL(#"{"alg":"ES256","typ":"JWT"}"#.utf8) + "." + Base64.encodeURL(Self.payload)
        let nameless = try UnverifiedToken(compact: input + "." + Base64.encodeURL(mine.sign(Array(input.utf8))))
        #expect(try refusal { try nameless.verified(by: ring, type: "JWT") } == .keyUnknown)
        let impostor = try SigningKey(generating: .edDSA, name: "mine")
        let confused = try UnverifiedToken(compact: impostor.token(over: Self.payload))
        #expect(try refusal { try confused.verified(by: ring, type: "JWT") } == .algorithmMismatch)
    }

    @Test(arguments: ["", "a", "a.b", "e30.e30.e30.e30", "e30=.e30.", "e30.e3 0.", " e30.e30.", "e30.e30.*"])
    func `text that is no compact token is refused`(text: String) throws {
        #expect(try refusal { try UnverifiedToken(compact: text) } == .malformed)
    }

    @Test func `a token over the limit is refused before it is looked at`() throws {
        let text = String(repeating: "A", count: 101)
        let error = #expect(throws: TokenError.self) { try UnverifiedToken(compact: text, limit: 100) }
        #expect(error?.description == "error: the token has 101 bytes; the limit is 100 [token.too-large]")
    }

    @Test func `no error shows the token`() throws {
        let key = try SigningKey(generating: .es256, name: "ops")
        let secret = "c2VjcmV0LWNvbnRlbnQ"
        for text in ["\(secret).x", "\(secret).\(secret).\(secret)", "e30.\(secret).\(secret)"] {
            let error = #expect(throws: TokenError.self) {
                try UnverifiedToken(compact: text).verified(by: key.verificationKey, type: "JWT")
            }
            #expect(error?.description.contains(secret) == false)
        }
    }

    @Test(arguments: [#"{"a":1,"a":2}"#, "[1]", "x", ""])
    func `claims that are no object with unique names are refused`(payload: String) throws {
        let key = try SigningKey(generating: .edDSA, name: "ops")
        let verified = try UnverifiedToken(compact: key.token(over: Array(payload.utf8)))
            .verified(by: key.verificationKey, type: "JWT")
        #expect(try refusal { try verified.claims() } == .claimsInvalid)
    }
}

/// The code of the token error that `body` throws; nil when it throws none.
func refusal(_ body: () throws -> Any) throws -> TokenError.Code? {
    do {
        _ = try body()
        return nil
    } catch let error as TokenError {
        return error.code
    }
}
