import RegoValues
import Testing

@testable import SignedTokens

@Suite struct ClaimRulesTests {
    static let rules = ClaimRules(issuer: "https://idp", audience: "gw-1", leeway: 60, longestLifetime: 600)

    @Test(
        arguments: [
            (#"{"iss":"https://idp","aud":"gw-1","iat":1000,"exp":1600}"#, 1000),
            (#"{"iss":"https://idp","aud":["x","gw-1"],"iat":1000,"exp":1300,"nbf":1000}"#, 1100),
            (#"{"iss":"https://idp","aud":"gw-1","iat":1000,"exp":1300}"#, 1359),
            (#"{"iss":"https://idp","aud":"gw-1","iat":1000,"exp":1300}"#, 940),
            (#"{"iss":"https://idp","aud":"gw-1","iat":1000,"exp":1300.0}"#, 1100),
        ] as [(String, Int64)])
    func `claims within the rules pass`(json: String, now: Int64) throws {
        let claims = try Document(json: Array(json.utf8))
        #expect(throws: Never.self) { try Self.rules.check(claims.root, now: now) }
        withExtendedLifetime(claims) {}
    }

    @Test(
        arguments: [
            (#"{"iss":"https://idp/","aud":"gw-1","iat":1000,"exp":1300}"#, 1100, TokenError.Code.issuerMismatch),
            (#"{"aud":"gw-1","iat":1000,"exp":1300}"#, 1100, .issuerMismatch),
            (#"{"iss":"https://idp","aud":"gw-2","iat":1000,"exp":1300}"#, 1100, .audienceMismatch),
            (#"{"iss":"https://idp","aud":["gw-2",7],"iat":1000,"exp":1300}"#, 1100, .audienceMismatch),
            (#"{"iss":"https://idp","iat":1000,"exp":1300}"#, 1100, .audienceMismatch),
            (#"{"iss":"https://idp","aud":"gw-1","iat":1000}"#, 1100, .claimMissing),
            (#"{"iss":"https://idp","aud":"gw-1","exp":1300}"#, 1100, .claimMissing),
            (#"{"iss":"https://idp","aud":"gw-1","iat":1000,"exp":1300}"#, 1360, .expired),
            (#"{"iss":"https://idp","aud":"gw-1","iat":1000,"exp":1300}"#, 939, .notYetValid),
            (#"{"iss":"https://idp","aud":"gw-1","iat":1000,"exp":1300,"nbf":1200}"#, 1139, .notYetValid),
            (#"{"iss":"https://idp","aud":"gw-1","iat":1000,"exp":1601}"#, 1100, .lifetimeTooLong),
            (#"{"iss":"https://idp","aud":"gw-1","iat":1000,"exp":"1300"}"#, 1100, .claimsInvalid),
            (#"{"iss":"https://idp","aud":"gw-1","iat":1000,"exp":1300.5}"#, 1100, .claimsInvalid),
            (#"{"iss":"https://idp","aud":"gw-1","iat":-1,"exp":1300}"#, 1100, .claimsInvalid),
            (#"{"iss":"https://idp","aud":"gw-1","iat":0,"exp":1e300}"#, 1100, .claimsInvalid),
            (#"{"iss":"https://idp","aud":"gw-1","iat":0,"exp":9223372036854775807}"#, 1100, .lifetimeTooLong),
            (#"{"iss":"https://idp","aud":"gw-1","iat":0,"exp":1,"nbf":null}"#, 0, .claimsInvalid),
        ] as [(String, Int64, TokenError.Code)])
    func `claims outside of the rules are refused`(json: String, now: Int64, code: TokenError.Code) throws {
        let claims = try Document(json: Array(json.utf8))
        #expect(try refusal { try Self.rules.check(claims.root, now: now) } == code)
        withExtendedLifetime(claims) {}
    }
}
