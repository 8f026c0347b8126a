import Crypto
import Foundation
import RegoRuntime
import RegoValues
import Testing

/// A key pair made for one test: the private JWK, and the public key in all forms.
private struct TokenKeys {
    let algorithm: String
    let privateJWK: String
    let publicJWK: String
    let publicPEM: String

    init(_ algorithm: String) throws {
        self.algorithm = algorithm
        func text(_ bytes: Data) -> String {
            bytes.base64EncodedString().replacingOccurrences(of: "+", with: "-")
                .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
        }
        func elliptic(_ curve: String, _ raw: Data, _ secret: Data, _ pem: String) -> (String, String, String) {
            let half = raw.count / 2
            let numbers = #""x":"\#(text(raw.prefix(half)))","y":"\#(text(raw.suffix(half)))""#
            let start = #"{"kty":"EC","crv":"\#(curve)",\#(numbers)"#
            return ("\(start),\"d\":\"\(text(secret))\"}", "\(start)}", pem)
        }
        switch algorithm {
        case "ES256":
            let key = P256.Signing.PrivateKey()
            (privateJWK, publicJWK, publicPEM) = elliptic(
                "P-256", key.publicKey.rawRepresentation, key.rawRepresentation, key.publicKey.pemRepresentation)
        case "ES384":
            let key = P384.Signing.PrivateKey()
            (privateJWK, publicJWK, publicPEM) = elliptic(
                "P-384", key.publicKey.rawRepresentation, key.rawRepresentation, key.publicKey.pemRepresentation)
        case "ES512":
            let key = P521.Signing.PrivateKey()
            (privateJWK, publicJWK, publicPEM) = elliptic(
                "P-521", key.publicKey.rawRepresentation, key.rawRepresentation, key.publicKey.pemRepresentation)
        default:
            let key = Curve25519.Signing.PrivateKey()
            let raw = key.publicKey.rawRepresentation
            let start = #"{"kty":"OKP","crv":"Ed25519","x":"\#(text(raw))""#
            privateJWK = "\(start),\"d\":\"\(text(key.rawRepresentation))\"}"
            publicJWK = "\(start)}"
            let der = Data([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]) + raw
            publicPEM = "-----BEGIN PUBLIC KEY-----\n\(der.base64EncodedString())\n-----END PUBLIC KEY-----\n"
        }
    }

    func token(_ claims: String, _ harness: BuiltinHarness) throws -> String {
        let header = #"{"alg":"\#(algorithm)","typ":"JWT"}"#
        return try #require(try harness.call("io.jwt.encode_sign", "[\(header),\(claims),\(privateJWK)]").string)
    }
}

/// The texts as a JSON array.
private func list(_ texts: String...) throws -> String {
    String(decoding: try JSONEncoder().encode(texts), as: UTF8.self)
}

private let secretKey = #"{"kty":"oct","k":"c2VjcmV0"}"#

@Suite struct TokenBuiltinTests {
    @Test(arguments: ["ES256", "ES384", "ES512", "EdDSA"])
    func `a signed token verifies with the public key in every form, and no longer once changed`(
        algorithm: String
    ) throws {
        let harness = BuiltinHarness()
        let (keys, others) = (try TokenKeys(algorithm), try TokenKeys(algorithm))
        let token = try keys.token(#"{"sub":"ada"}"#, harness)
        let name = "io.jwt.verify_\(algorithm.lowercased())"
        for key in [keys.publicPEM, keys.publicJWK, #"{"keys":[\#(others.publicJWK),\#(keys.publicJWK)]}"#] {
            #expect(try harness.answer(name, try list(token, key)) == "true")
        }
        #expect(try harness.answer(name, try list(token, others.publicPEM)) == "false")
        #expect(try harness.answer(name, try list(token, keys.privateJWK)) == "false")
        let parts = token.split(separator: ".")
        let changed = "\(parts[0]).eyJzdWIiOiJib2IifQ.\(parts[2])"
        #expect(try harness.answer(name, try list(changed, keys.publicPEM)) == "false")
    }

    @Test func `a key with another algorithm in a set is passed over`() throws {
        let harness = BuiltinHarness()
        let keys = try TokenKeys("ES256")
        let token = try keys.token("{}", harness)
        let marked = keys.publicJWK.dropLast() + #","alg":"ES384"}"#
        #expect(try harness.answer("io.jwt.verify_es256", try list(token, #"{"keys":[\#(marked)]}"#)) == "false")
    }

    @Test(arguments: [
        (#"{"iss":"here"}"#, #"{"iss":"here"}"#, true), (#"{"iss":"there"}"#, #"{"iss":"here"}"#, false),
        ("{}", #"{"iss":"here"}"#, false), (#"{"aud":"a"}"#, "{}", false),
        (#"{"aud":["a","b"]}"#, #"{"aud":"b"}"#, true), ("{}", #"{"aud":"b"}"#, false),
        (#"{"exp":5}"#, #"{"time":4999999999}"#, true), (#"{"exp":5}"#, #"{"time":5000000000}"#, false),
        (#"{"nbf":5}"#, #"{"time":5000000000}"#, true), (#"{"nbf":5}"#, #"{"time":4999999999}"#, false),
        ("{}", #"{"alg":"HS256"}"#, true), ("{}", #"{"alg":"HS512"}"#, false),
    ])
    func `constraints hold a token to its claims`(claims: String, constraints: String, isValid: Bool) throws {
        let harness = BuiltinHarness()
        let token = try harness.call(
            "io.jwt.encode_sign", #"[{"alg":"HS256"},\#(claims),\#(secretKey)]"#)
        let rest = constraints == "{}" ? "}" : "," + constraints.dropFirst()
        let result = try harness.call(
            "io.jwt.decode_verify", #"[\#(JSONWriter.text(token)),{"secret":"secret"\#(rest)]"#)
        #expect(result.elements.first?.boolValue == isValid)
        #expect(JSONWriter.text(result.elements[2]) == (isValid ? claims : "{}"))
    }

    @Test(arguments: [
        Call("io.jwt.decode", #"["a"]"#, "failure: io.jwt.decode: encoded JWT had no period separators"),
        Call("io.jwt.decode", #"["a.b.c.d"]"#, "failure: io.jwt.decode: encoded JWT must have 3 sections, found 4"),
        Call(
            "io.jwt.verify_rs256", #"["a.b.c","-----BEGIN CERT-----\nAAAA\n-----END CERT-----"]"#,
            "failure: io.jwt.verify_rs256: failed to extract a Key from the PEM certificate"),
        Call(
            "io.jwt.verify_rs256", #"["a.b.c","-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----"]"#,
            "failure: io.jwt.verify_rs256: failed to parse a PEM certificate: x509: malformed tbs certificate"),
        Call(
            "io.jwt.verify_rs256", #"["a.b.c","-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n\nx"]"#,
            "failure: io.jwt.verify_rs256: extra data after a PEM certificate block"),
        Call("io.jwt.decode_verify", #"["a.b.c",{}]"#, "failure: io.jwt.decode_verify: no key constraint"),
        Call(
            "io.jwt.decode_verify", #"["a.b.c",{"secret":"x","typ":"y"}]"#,
            "failure: io.jwt.decode_verify: unknown token validation constraint: typ"),
        Call(
            "io.jwt.encode_sign", #"[{"alg":"none"},{},{"kty":"oct","k":"AA"}]"#,
            "failure: io.jwt.encode_sign: unknown JWS algorithm: none"),
        Call(
            "io.jwt.encode_sign", #"[{"alg":"RS256"},{},{"kty":"oct","k":"AA"}]"#,
            "failure: io.jwt.encode_sign: failed to sign payload: the key does not fit algorithm RS256"),
    ])
    func `damaged tokens and keys are refused with the reason`(call: Call) throws {
        #expect(try BuiltinHarness().answer(call.name, call.arguments) == call.answer)
    }

    @Test(arguments: [
        Call(
            "yaml.unmarshal", #"["a: yes\nb: 0x10\nc: \"1\"\nd: ~\ne: 1e3"]"#,
            #"{"a": true, "b": 16, "c": "1", "d": null, "e": 1000}"#),
        Call(
            "yaml.unmarshal", #"["x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}"]"#,
            #"{"x": {"a": 1, "b": 2}, "y": {"a": 1, "b": 3}}"#),
        Call("yaml.marshal", #"[{"b":[1,"yes"],"a":{}}]"#, #""a: {}\nb:\n- 1\n- \"yes\"\n""#),
        Call("yaml.is_valid", #"["a: {"]"#, "false"), Call("yaml.is_valid", "[1]", "false"),
    ])
    func `YAML is read and written by the rules of version 1·1`(call: Call) throws {
        #expect(try BuiltinHarness().answer(call.name, call.arguments) == call.answer)
    }

    @Test func `an AWS request needs a URL`() throws {
        let configuration =
            #"{"aws_access_key":"K","aws_secret_access_key":"S","aws_service":"iam","aws_region":"eu-west-1"}"#
        let answer = try BuiltinHarness().answer(
            "providers.aws.sign_req", #"[{"method":"GET","url":"http://a:b/"},\#(configuration),0]"#)
        #expect(
            answer
                == #"failure: providers.aws.sign_req: parse "http://a:b/": invalid port ":b" after host"#)
    }

    @Test func `an AWS signature covers path, query and headers`() throws {
        let configuration =
            #"{"aws_access_key":"K","aws_secret_access_key":"S","aws_service":"iam","aws_region":"eu-west-1"}"#
        func authorization(_ request: String) throws -> String {
            let signed = try BuiltinHarness().call("providers.aws.sign_req", "[\(request),\(configuration),0]")
            return try #require(signed.lookup("headers").lookup("Authorization").string)
        }
        let plain = try authorization(#"{"method":"GET","url":"https://a.example/x?y=1"}"#)
        #expect(
            plain.hasPrefix("AWS4-HMAC-SHA256 Credential=K/19700101/eu-west-1/iam/aws4_request,SignedHeaders=host;"))
        for other in [
            #"{"method":"GET","url":"https://a.example/z?y=1"}"#, #"{"method":"GET","url":"https://a.example/x?y=2"}"#,
            #"{"method":"GET","url":"https://a.example/x?y=1","headers":{"Foo":"1"}}"#,
            #"{"method":"GET","url":"https://a.example/x?y=1","body":1}"#,
        ] {
            #expect(try authorization(other) != plain)
        }
        let ignored = #"{"method":"GET","url":"https://a.example/x?y=1","headers":{"User-Agent":"1"}}"#
        #expect(try authorization(ignored) == plain)
    }
}
