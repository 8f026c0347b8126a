import Foundation
import RegoRuntime
import RegoValues
import Testing

struct PrivateKeyBuiltinTests {
    private let harness = BuiltinHarness(now: CertificateFixture.now)

    private func answer(_ name: String, _ texts: String...) throws -> String {
        try harness.answer(name, try CertificateFixture.arguments(texts))
    }

    @Test(arguments: [
        ("leaf-key", ["d", "dp", "dq", "e", "kty", "n", "p", "q", "qi"]),
        ("p521-key", ["crv", "d", "kty", "x", "y"]), ("ed25519-key", ["crv", "d", "kty", "x"]),
    ])
    func `a private key becomes a web key`(_ file: String, _ members: [String]) throws {
        let arguments = try CertificateFixture.arguments([try CertificateFixture.pem(file)])
        let key = try harness.call("crypto.x509.parse_rsa_private_key", arguments)
        #expect(key.entries.map { $0.key.string ?? "" } == members)
    }

    @Test(arguments: [("leaf-key", "leaf-key-pkcs1"), ("p256-key", "p256-key-sec1")])
    func `the wrapped and the bare form hold the same key`(_ wrapped: String, _ bare: String) throws {
        for name in ["crypto.x509.parse_rsa_private_key", "crypto.parse_private_keys"] {
            let answers = try [wrapped, bare].map { try answer(name, try CertificateFixture.pem($0)) }
            #expect(answers[0] == answers[1])
            #expect(!answers[0].contains("failure"))
        }
    }

    @Test(arguments: [
        ("leaf-key", "RS256", "leaf"), ("leaf-key", "PS384", "leaf"), ("p256-key", "ES256", "p521-leaf"),
        ("p521-key", "ES512", "p521-root"), ("ed25519-key", "EdDSA", "ed25519-leaf"),
    ])
    func `the certificate verifies what the web key signed`(
        _ keyFile: String, _ algorithm: String, _ certificate: String
    ) throws {
        let arguments = try CertificateFixture.arguments([try CertificateFixture.pem(keyFile)])
        let key = try harness.call("crypto.x509.parse_rsa_private_key", arguments)
        var json: [UInt8] = []
        JSONWriter.write(key, to: &json)
        let token = try harness.call(
            "io.jwt.encode_sign",
            #"[{"alg": "\#(algorithm)"}, {"sub": "a"}, \#(String(decoding: json, as: UTF8.self))]"#)
        let pem = try CertificateFixture.pem(certificate)
        let verify = "io.jwt.verify_\(algorithm.lowercased())"
        #expect(try answer(verify, token.string ?? "", pem) == "true")
        #expect(try answer(verify, token.string ?? "", try CertificateFixture.pem("rsa-root")) == "false")
    }

    @Test func `all keys of a file are shown as Go has them`() throws {
        let pem = try CertificateFixture.pem("leaf-key", "root", "p256-key", "ed25519-key", "x25519-key")
        for text in [pem, Data(pem.utf8).base64EncodedString()] {
            let keys = try harness.call("crypto.parse_private_keys", try CertificateFixture.arguments([text]))
            let shapes = keys.elements.map { key in
                key.kind == .object
                    ? key.entries.map { $0.key.string ?? "" }.joined(separator: " ")
                    : RegoTermWriter.text(key).hasPrefix("\"") ? "string" : "other"
            }
            #expect(shapes == ["D E N Precomputed Primes", "Curve D X Y", "string", ""])
            let precomputed = keys.elements[0].lookup("Precomputed")
            #expect(precomputed.entries.map { $0.key.string } == ["CRTValues", "Dp", "Dq", "Qinv"])
        }
    }

    @Test func `the numbers that follow from others are worked out`() throws {
        // n = 7 * 13, e = 5, d = 29, and zeros where d mod (p-1), d mod (q-1) and the inverse of q stand.
        let der: [UInt8] = [
            0x30, 27, 2, 1, 0, 2, 1, 91, 2, 1, 5, 2, 1, 29, 2, 1, 7, 2, 1, 13, 2, 1, 0, 2, 1, 0, 2, 1, 0,
        ]
        let pem =
            "-----BEGIN RSA PRIVATE KEY-----\n\(Data(der).base64EncodedString())\n-----END RSA PRIVATE KEY-----\n"
        #expect(
            try answer("crypto.x509.parse_rsa_private_key", pem)
                == ##"{"d": "HQ", "dp": "BQ", "dq": "BQ", "e": "BQ", "kty": "RSA", "n": "Ww", "p": "Bw", "q": "DQ", "qi": "Bg"}"##
        )
        for (index, value, reason) in [
            (7, UInt8(90), "crypto/rsa: invalid modulus"), (13, 28, "crypto/rsa: invalid exponents"),
            (4, 1, "x509: RSA keys of more than two primes are not supported"),
            (4, 2, "x509: unsupported private key version"),
            (16, 0, "x509: private key contains zero or negative value"),
        ] {
            var changed = der
            changed[index] = value
            let text = pem.replacingOccurrences(
                of: Data(der).base64EncodedString(), with: Data(changed).base64EncodedString())
            let answer = try answer("crypto.x509.parse_rsa_private_key", text)
            #expect(answer == "failure: crypto.x509.parse_rsa_private_key: \(reason)")
        }
    }

    static let broken = "-----BEGIN RSA PRIVATE KEY-----\nMAA=\n-----END RSA PRIVATE KEY-----\n"

    @Test(arguments: [
        Call("crypto.parse_private_keys", #"[""]"#, "null"), Call("crypto.parse_private_keys", #"["none"]"#, "[]"),
        Call("crypto.x509.parse_rsa_private_key", #"["-----BEGIN"]"#, "null"),
        Call("crypto.x509.parse_rsa_private_key", #"["bm9uZQ=="]"#, "null"),
        Call(
            "crypto.x509.parse_rsa_private_key", #"[""]"#,
            "failure: crypto.x509.parse_rsa_private_key: input PEM data was empty"),
        Call(
            "crypto.x509.parse_rsa_private_key", #"["-"]"#,
            "failure: crypto.x509.parse_rsa_private_key: illegal base64 data at input byte 0"),
        Call(
            "crypto.parse_private_keys", "[1]",
            "type: crypto.parse_private_keys: operand 1 must be string but got number"),
    ])
    func `text without keys is told apart`(_ call: Call) throws {
        #expect(try harness.answer(call.name, call.arguments) == call.answer)
    }

    @Test func `a form under another's label is named`() throws {
        func relabelled(_ file: String, _ label: String) throws -> String {
            let pem = try CertificateFixture.pem(file).split(separator: "\n")
            return
                "-----BEGIN \(label)-----\n\(pem.dropFirst().dropLast().joined(separator: "\n"))\n-----END \(label)-----\n"
        }
        let prefix = "failure: crypto.parse_private_keys: x509: failed to parse private key (use "
        let suffix = " instead for this key format)"
        for (file, label, function) in [
            ("leaf-key", "RSA PRIVATE KEY", "ParsePKCS8PrivateKey"),
            ("p256-key-sec1", "RSA PRIVATE KEY", "ParseECPrivateKey"),
            ("leaf-key-pkcs1", "PRIVATE KEY", "ParsePKCS1PrivateKey"),
            ("p256-key-sec1", "PRIVATE KEY", "ParseECPrivateKey"),
            ("leaf-key", "EC PRIVATE KEY", "ParsePKCS8PrivateKey"),
            ("leaf-key-pkcs1", "EC PRIVATE KEY", "ParsePKCS1PrivateKey"),
        ] {
            let answer = try answer("crypto.parse_private_keys", try relabelled(file, label))
            #expect(answer == prefix + function + suffix)
        }
        #expect(
            try answer("crypto.parse_private_keys", Self.broken)
                == "failure: crypto.parse_private_keys: asn1: structure error: RSA private key is malformed")
    }

    // MARK: - Pairs

    @Test func `a key pair holds the chain, the key and the leaf`() throws {
        for (certificate, key) in [("leaf", "leaf-key"), ("leaf", "leaf-key-pkcs1"), ("ed25519-leaf", "ed25519-key")] {
            let pem = try CertificateFixture.pem(certificate, "middle")
            let pair = try harness.call(
                "crypto.x509.parse_keypair", try CertificateFixture.arguments([pem, try CertificateFixture.pem(key)]))
            #expect(pair.lookup("Certificate").count == 2)
            let first = try CertificateFixture.der(certificate).base64EncodedString()
            #expect(pair.lookup("Certificate").elements[0].string == first)
            #expect(pair.lookup("Leaf").lookup("Raw").string == first)
            #expect(pair.lookup("Leaf").lookup("URIStrings").isUndefined)
            #expect(RegoTermWriter.text(pair.lookup("OCSPStaple")) == "null")
        }
    }

    @Test func `a pair may be base64 of DER`() throws {
        let texts = try ["leaf", "leaf-key"].map { try CertificateFixture.der($0).base64EncodedString() }
        let pair = try harness.call("crypto.x509.parse_keypair", try CertificateFixture.arguments(texts))
        #expect(pair.lookup("PrivateKey").lookup("E").string == nil)
        #expect(RegoTermWriter.text(pair.lookup("PrivateKey").lookup("E")) == "65537")
    }

    @Test(arguments: [
        ("leaf", "p256-key", "tls: private key type does not match public key type"),
        ("root", "p256-key", "tls: private key does not match public key"),
        ("root", "x25519-key", "tls: found unknown private key type in PKCS#8 wrapping"),
        (
            "leaf-key", "leaf",
            "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may "
                + "have been switched"
        ),
        ("leaf", "leaf", "tls: found a certificate rather than a key in the PEM for the private key"),
        (
            "request", "leaf-key",
            "tls: failed to find \"CERTIFICATE\" PEM block in certificate input after skipping PEM blocks of the "
                + "following types: [CERTIFICATE REQUEST]"
        ),
    ])
    func `what is no pair is refused`(_ certificate: String, _ key: String, _ reason: String) throws {
        let answer = try answer(
            "crypto.x509.parse_keypair", try CertificateFixture.pem(certificate), try CertificateFixture.pem(key))
        #expect(answer == "failure: crypto.x509.parse_keypair: \(reason)")
    }

    @Test(arguments: ["leaf-key-pkcs1", "leaf-key", "p256-key-sec1", "p256-key", "ed25519-key"])
    func `a key cut short or changed is read or refused, and never crashes`(_ file: String) throws {
        let der = try CertificateFixture.der(file)
        let label = try String(CertificateFixture.pem(file).split(separator: "\n")[0].dropFirst(11).dropLast(5))
        func answer(_ bytes: Data) throws -> String {
            let pem = "-----BEGIN \(label)-----\n\(bytes.base64EncodedString())\n-----END \(label)-----\n"
            return try harness.answer("crypto.parse_private_keys", try CertificateFixture.arguments([pem]))
        }
        for count in 0..<der.count { #expect(try answer(der.prefix(count)).hasPrefix("failure: ")) }
        for index in stride(from: 0, to: der.count, by: 3) {
            var changed = der
            changed[index] ^= 0x41
            let text = try answer(changed)
            #expect(text.hasPrefix("[") || text.hasPrefix("failure: crypto.parse_private_keys: "))
        }
    }
}
