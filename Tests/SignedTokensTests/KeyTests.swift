import Testing

@testable import SignedTokens

@Suite struct KeyTests {
    /// Made with `openssl genpkey`; RFC 8410, section 10.3 has the Ed25519 key.
    static let ed25519 = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
        -----END PRIVATE KEY-----

        """

    @Test(arguments: [SignatureAlgorithm.es256, .edDSA])
    func `a key survives its PEM form`(algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey(generating: algorithm, name: "ops-2026")
        let again = try SigningKey(pem: key.pem, name: "ops-2026")
        #expect(again.algorithm == algorithm)
        #expect(again.pem == key.pem)
        #expect(again.verificationKey == key.verificationKey)
        let publicHalf = try VerificationKey(pem: key.verificationKey.pem, name: "ops-2026")
        #expect(publicHalf == key.verificationKey)
        #expect(publicHalf.fingerprint == key.verificationKey.fingerprint)
        let message = Array("pay 10".utf8)
        #expect(publicHalf.isValid(try again.sign(message), for: message))
    }

    @Test func `the example key of RFC 8410 has the public key of RFC 8410`() throws {
        let key = try SigningKey(pem: Self.ed25519, name: "rfc")
        #expect(key.algorithm == .edDSA)
        #expect(key.pem == Self.ed25519)
        #expect(
            key.verificationKey.pem == """
                -----BEGIN PUBLIC KEY-----
                MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
                -----END PUBLIC KEY-----

                """)
    }

    @Test func `a key that is printed shows its name alone`() throws {
        let key = try SigningKey(pem: Self.ed25519, name: "ops")
        var dumped = ""
        dump(key, to: &dumped)
        #expect("\(key)" == "SigningKey(ops)")
        #expect(!dumped.contains("secret"))
        #expect(String(reflecting: key) == "SigningKey(ops)")
    }

    @Test(arguments: [
        ("", "the key is not one PEM block"),
        ("hello", "the key is not one PEM block"),
        (
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
            "the PEM block `PRIVATE KEY` has no matching end line"
        ),
        (
            "-----BEGIN PRIVATE KEY-----\nA A=\n-----END PRIVATE KEY-----\n",
            "the PEM block `PRIVATE KEY` does not hold base64"
        ),
        (ed25519 + ed25519, "the PEM block `PRIVATE KEY` does not hold base64"),
        ("note\n" + ed25519, "the key is not one PEM block"),
        (
            "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n",
            "the key `k` is a PEM block `EC PRIVATE KEY`, not `PRIVATE KEY`"
        ),
        (
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            "the key `k` is no P-256, Ed25519 or RSA private key"
        ),
    ])
    func `a private key that is none is refused`(pem: String, message: String) {
        let error = #expect(throws: TokenError.self) { try SigningKey(pem: pem, name: "k") }
        #expect(error?.message == message)
    }

    @Test func `a private key is not taken for a public one`() throws {
        let key = try SigningKey(generating: .es256, name: "k")
        let error = #expect(throws: TokenError.self) { try VerificationKey(pem: key.pem, name: "k") }
        #expect(
            error?.description == """
                error: the key `k` is a PEM block `PRIVATE KEY`, not `PUBLIC KEY` [key.unsupported]
                fix: give the public key; a private key belongs to the signer alone
                """)
        #expect(throws: TokenError.self) { try SigningKey(pem: key.verificationKey.pem, name: "k") }
    }

    @Test(arguments: ["", ".hidden", "a/b", "a b", "é", "../x", "-x", String(repeating: "a", count: 65), "a\n", "a\"b"])
    func `a name that is not plain names no key`(name: String) {
        let error = #expect(throws: TokenError.self) { try SigningKey(generating: .edDSA, name: name) }
        #expect(error?.code == .keyNameInvalid)
    }

    @Test func `a P-256 signature always has the low s`() throws {
        let key = try SigningKey(generating: .es256, name: "k")
        for index in 0..<40 {
            let message = Array("message \(index)".utf8)
            let signature = try key.sign(message)
            #expect(ECDSASignature.isLowS(signature))
            #expect(key.verificationKey.isValid(signature, for: message))
        }
    }

    @Test func `the other s of a signature is valid and not low`() throws {
        let key = try SigningKey(generating: .es256, name: "k")
        let signature = try key.sign([1])
        let other = ECDSASignature.negated(signature)
        #expect(key.verificationKey.isValid(other, for: [1]))
        #expect(!ECDSASignature.isLowS(other))
        #expect(ECDSASignature.lowS(other) == signature)
    }

    @Test(arguments: [SignatureAlgorithm.es256, .edDSA])
    func `a signature of another length is refused`(algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey(generating: algorithm, name: "k")
        let signature = try key.sign([1])
        for wrong in [[], Array(signature.dropLast()), signature + [0], [UInt8](repeating: 0, count: 64)] {
            #expect(!key.verificationKey.isValid(wrong, for: [1]))
        }
    }

    @Test func `a ring holds one key of a name`() throws {
        let key = try SigningKey(generating: .edDSA, name: "ops").verificationKey
        let error = #expect(throws: TokenError.self) { try KeyRing([TrustedKey(key), TrustedKey(key, scope: "x")]) }
        #expect(error?.message == "two trusted keys are named `ops`")
        let ring = try KeyRing([TrustedKey(key, tenants: ["acme"])])
        #expect(ring["ops"]?.maySign(forTenant: "acme") == true)
        #expect(ring["ops"]?.maySign(forTenant: "globex") == false)
        #expect(ring["other"] == nil)
        #expect(ring.keyIDs == ["ops"])
    }
}
