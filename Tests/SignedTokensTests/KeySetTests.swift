import Testing

@testable import SignedTokens

@Suite struct KeySetTests {
    private static let modulus =
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pC"
        + "gNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg6"
        + "65xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRW"
        + "yuXpoQ"
    private static let payload =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    /// RFC 7515, appendix A.2.
    private static let rs256 =
        "eyJhbGciOiJSUzI1NiJ9." + payload + "."
        + "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1"
        + "dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzD"
        + "wusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe7"
        + "7Rw"
    /// RFC 7515, appendix A.3.
    private static let es256 =
        "eyJhbGciOiJFUzI1NiJ9." + payload
        + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    private static let rsaKey = #"{"kty":"RSA","kid":"rsa","n":"\#(modulus)","e":"AQAB"}"#
    private static let ecKey =
        #"{"kty":"EC","kid":"ec","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","#
        + #""y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","use":"sig","key_ops":["verify"],"alg":"ES256"}"#
    private static let edKey =
        #"{"kty":"OKP","kid":"ed","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#

    @Test func `the keys of the RFCs verify the tokens of the RFCs`() throws {
        let ring = try ring(Self.rsaKey, Self.ecKey, Self.edKey)
        #expect(ring.keyIDs == ["ec", "ed", "rsa"])
        #expect(try verified(Self.rs256, by: ring, "rsa") == Base64.decodeURL(Array(Self.payload.utf8)))
        #expect(try verified(Self.es256, by: ring, "ec") == Base64.decodeURL(Array(Self.payload.utf8)))
        for (token, key) in [(Self.rs256, "ec"), (Self.es256, "rsa"), (Self.rs256, "ed")] {
            #expect(try refusal { try self.verified(token, by: ring, key) } == .algorithmMismatch)
        }
        let damaged = String(Self.rs256.dropLast(10)) + "A" + String(Self.rs256.suffix(9))
        #expect(try refusal { try self.verified(damaged, by: ring, "rsa") } == .signatureInvalid)
    }

    @Test func `a published key is read back`() throws {
        for key in try [
            SigningKey(generating: .es256, name: "a").verificationKey,
            SigningKey(generating: .edDSA, name: "b").verificationKey,
            #require(ring(Self.rsaKey)["rsa"]).key,
        ] {
            let again = try #require(ring(key.jsonWebKey)[key.name])
            #expect(again.key == key)
            #expect(try VerificationKey(pem: key.pem, name: key.name) == key)
        }
        #expect(
            try #require(ring(Self.edKey)["ed"]).key.jsonWebKey
                == #"{"alg":"EdDSA","crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"ed","use":"sig"}"#
        )
    }

    @Test(arguments: [
        #"{"kty":"oct","kid":"k","k":"AAAA"}"#.replacingKey("k", with: "x"),
        #"{"kty":"EC","kid":"k","crv":"P-384","x":"AA","y":"AA"}"#,
        #"{"kty":"OKP","kid":"k","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
        edKey.replacingKey("kty\":\"OKP", with: "use\":\"enc\",\"kty\":\"OKP"),
        edKey.replacingKey("kty\":\"OKP", with: "key_ops\":[\"sign\"],\"kty\":\"OKP"),
        edKey.replacingKey("kty\":\"OKP", with: "alg\":\"ES256\",\"kty\":\"OKP"),
        rsaKey.replacingKey("kty\":\"RSA", with: "alg\":\"RS512\",\"kty\":\"RSA"),
        edKey.replacingKey("\"kid\":\"ed\",", with: ""),
        edKey.replacingKey("\"kid\":\"ed\"", with: "\"kid\":\"a\\nb\""),
        edKey.replacingKey("\"kid\":\"ed\"", with: "\"kid\":\"\""),
        edKey.replacingKey("\"kid\":\"ed\"", with: "\"kid\":7"),
        "{}", "7",
    ])
    func `keys for something else are left out`(key: String) throws {
        #expect(try ring(key, Self.ecKey).keyIDs == ["ec"])
    }

    @Test(arguments: [
        (edKey.replacingKey("kty\":\"OKP", with: "d\":\"AAAA\",\"kty\":\"OKP"), "the key `ed` shows its private part"),
        (edKey.replacingKey("11qY", with: ""), "`x` of the key `ed` is not what its kind needs"),
        (edKey.replacingKey("11qY", with: "11q="), "`x` of the key `ed` is not what its kind needs"),
        (ecKey.replacingKey("f83O", with: "f83P"), "the key `ec` is no point of P-256"),
        (rsaKey.replacingKey("AQAB", with: "AA"), "the key `rsa` is no RSA key that may be used"),
        (
            rsaKey.replacingKey(modulus, with: String(modulus.prefix(172))),
            "the key `rsa` is no RSA key that may be used"
        ),
    ])
    func `a key that contradicts itself spoils the set`(key: String, message: String) throws {
        let error = #expect(throws: TokenError.self) { try ring(key) }
        #expect(error?.message == message)
        #expect(error?.code == .keyInvalid)
    }

    @Test func `a set is an object with one list of uniquely named keys`() throws {
        for text in ["", "[]", "{}", #"{"keys":{}}"#, #"{"keys":[],"keys":[]}"#] {
            #expect(try refusal { try KeyRing(jwks: Array(text.utf8)) } == .keyInvalid)
        }
        #expect(try refusal { try self.ring(Self.edKey, Self.edKey) } == .keyDuplicate)
        let many = Array(repeating: "{}", count: 65).joined(separator: ",")
        #expect(try refusal { try KeyRing(jwks: Array(#"{"keys":[\#(many)]}"#.utf8)) } == .keyInvalid)
        #expect(try KeyRing(jwks: Array(#"{"keys":[]}"#.utf8)).isEmpty)
    }

    private func ring(_ keys: String...) throws -> KeyRing {
        try KeyRing(jwks: Array(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8))
    }

    private func verified(_ token: String, by ring: KeyRing, _ key: String) throws -> [UInt8] {
        try UnverifiedToken(compact: token).verified(by: #require(ring[key]).key, type: "JWT", allowsMissingType: true)
            .payload
    }
}

extension String {
    fileprivate func replacingKey(_ text: String, with other: String) -> String {
        split(separator: text, omittingEmptySubsequences: false).joined(separator: other)
    }
}
