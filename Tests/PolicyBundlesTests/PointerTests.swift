import SignedTokens
import Testing

@testable import PolicyBundles

@Suite struct PointerTests {
    static let digest = BundleDigest(of: Array("bundle".utf8))

    static func pointer(
        tenant: String = "acme", version: Int = 43, at time: Int64 = Fixture.now, scope: String? = nil,
        backFrom: Int? = nil
    ) -> BundlePointer {
        BundlePointer(
            tenant: tenant, version: version, digest: digest, signedAt: time, scope: scope,
            rollback: backFrom.map { BundlePointer.Rollback(from: $0, reason: "payments broke") })
    }

    @Test func `a pointer survives its token, and has one form`() throws {
        let pointer = Self.pointer(version: 5, backFrom: 7)
        let signed = try pointer.signed(by: Fixture.key)
        #expect(try SignedPointer(token: signed.token + "\n") == signed)
        #expect(signed.claimed == pointer)
        #expect(
            String(decoding: pointer.payload, as: UTF8.self) == """
                {"digest":"\(Self.digest)","iat":1795409600,"rollback":{"from":7,"reason":"payments broke"},"tenant":"acme","version":5}
                """)
    }

    @Test(arguments: [
        "", "x", "a.b.c", String(repeating: "x", count: 9000), token("{}"), token("[]"), token(#"{"tenant":"acme"}"#),
        token(#"{"digest":"\#(digest)","iat":1,"tenant":"../x","version":1}"#),
        token(#"{"digest":"\#(digest)","iat":1,"tenant":"acme","version":0}"#),
        token(#"{"digest":"\#(digest)","iat":1,"tenant":"acme","version":1.5}"#),
        token(#"{"digest":"\#(digest)","iat":-1,"tenant":"acme","version":1}"#),
        token(#"{"digest":"sha256:0","iat":1,"tenant":"acme","version":1}"#),
        token(#"{"digest":"\#(digest)","iat":1,"tenant":"acme","version":1,"more":true}"#),
        token(#"{"digest":"\#(digest)","iat":1,"tenant":"acme","version":1,"scope":7}"#),
        token(#"{"digest":"\#(digest)","iat":1,"tenant":"acme","version":2,"rollback":{"from":2,"reason":"x"}}"#),
        token(#"{"digest":"\#(digest)","iat":1,"tenant":"acme","version":2,"rollback":{"from":3,"reason":""}}"#),
        token(#"{"digest":"\#(digest)","iat":1,"tenant":"acme","version":2,"rollback":true}"#),
    ])
    func `what is no pointer is refused whole`(text: String) {
        let error = #expect(throws: BundleError.self) { try SignedPointer(token: text) }
        #expect(error?.code == .pointerInvalid)
    }

    @Test func `a pointer that may be believed is followed`() throws {
        let active = ActiveBundle(version: 42, digest: BundleDigest(of: [1]))
        #expect(try Self.verify(Self.pointer(), active) == Self.pointer())
        #expect(
            try Self.verify(Self.pointer(version: 42), ActiveBundle(version: 42, digest: Self.digest)).version == 42)
        #expect(try Self.verify(Self.pointer(version: 40, backFrom: 42), active).version == 40)
        #expect(try Self.verify(Self.pointer(version: 40, backFrom: 50), active).version == 40)
    }

    struct Refused: CustomTestStringConvertible, Sendable {
        let name: String
        let token: String
        let message: String
        var last: BundlePointer?
        var testDescription: String { name }
    }

    static let globex: SigningKey = {
        do { return try SigningKey(generating: .edDSA, name: "globex-2026") } catch { preconditionFailure("\(error)") }
    }()

    static let refused: [Refused] = {
        do {
            let stranger = try SigningKey(generating: .edDSA, name: "stranger")
            let twin = try SigningKey(generating: .edDSA, name: "ops-2026")
            let bundleToken = try Fixture.key.token(over: pointer().payload)
            return [
                Refused(
                    name: "a key that nobody trusts", token: try pointer().signed(by: stranger).token,
                    message:
                        "cannot be believed: the token is signed by a key that is not trusted here [bundle.key-untrusted]"
                ),
                Refused(
                    name: "another key of the same name", token: try pointer().signed(by: twin).token,
                    message:
                        "cannot be believed: the signature is not by the key `ops-2026` over this content [bundle.signature-invalid]"
                ),
                Refused(
                    name: "a bundle's signature", token: bundleToken,
                    message:
                        "cannot be believed: the token's type is not `aegis-bundle-pointer+jwt` [bundle.pointer-invalid]"
                ),
                Refused(
                    name: "another tenant's key", token: try pointer().signed(by: globex).token,
                    message: "is signed by `globex-2026`, which may not sign for tenant `acme` [bundle.key-tenant]"),
                Refused(
                    name: "another tenant", token: try pointer(tenant: "globex").signed(by: Fixture.key).token,
                    message: "is for tenant `globex`, not `acme` [bundle.tenant-mismatch]"),
                Refused(
                    name: "another use", token: try pointer(scope: "other").signed(by: Fixture.key).token,
                    message: "is not signed for what the key `ops-2026` is trusted for [bundle.scope-mismatch]"),
                Refused(
                    name: "the future", token: try pointer(at: Fixture.now + 301).signed(by: Fixture.key).token,
                    message: "was signed 301 s from now [bundle.signature-from-future]"),
                Refused(
                    name: "an older pointer", token: try pointer(at: Fixture.now - 10).signed(by: Fixture.key).token,
                    message: "was signed 10 s before the one that is followed [bundle.pointer-older]", last: pointer()),
                Refused(
                    name: "an older version", token: try pointer(version: 41).signed(by: Fixture.key).token,
                    message: "names version 41, which is older than the active version 42 [bundle.version-older]"),
                Refused(
                    name: "a rollback from before",
                    token: try pointer(version: 40, backFrom: 41).signed(by: Fixture.key).token,
                    message: "names version 40, which is older than the active version 42 [bundle.version-older]"),
                Refused(
                    name: "another content", token: try pointer(version: 42).signed(by: Fixture.key).token,
                    message: "names version 42, which is active already with another content [bundle.version-reused]"),
            ]
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    @Test(arguments: refused)
    func `a pointer that may not be believed or followed is refused with its reason`(refused: Refused) throws {
        let error = #expect(throws: BundleError.self) {
            try Self.verify(
                SignedPointer(token: refused.token), ActiveBundle(version: 42, digest: BundleDigest(of: [1])),
                last: refused.last)
        }
        #expect(
            error?.description.split(separator: "\n").first.map(String.init)
                == "latest:1:1: error: the pointer to the latest bundle \(refused.message)")
        #expect(error?.fix != nil)
    }

    private static func verify(_ pointer: BundlePointer, _ active: ActiveBundle) throws -> BundlePointer {
        try verify(pointer.signed(by: Fixture.key), active)
    }

    private static func verify(
        _ pointer: SignedPointer, _ active: ActiveBundle, last: BundlePointer? = nil
    ) throws -> BundlePointer {
        var verifier = try Fixture.verifier()
        verifier.trust = try KeyRing([
            TrustedKey(Fixture.key.verificationKey), TrustedKey(globex.verificationKey, tenants: ["globex"]),
        ])
        verifier.active = active
        return try verifier.verify(pointer, after: last, now: Fixture.now)
    }

    private static func token(_ claims: String) -> String {
        do { return try Fixture.key.token(over: Array(claims.utf8), type: BundlePointer.tokenType) } catch {
            preconditionFailure("\(error)")
        }
    }
}
