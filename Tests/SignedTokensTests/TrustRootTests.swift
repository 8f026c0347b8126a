import Testing

@testable import SignedTokens

@Suite struct TrustRootTests {
    private static let now = UTCTime(seconds: 1_795_409_600)
    private let keys: [SigningKey]

    init() throws {
        keys = try ["root-a", "root-b", "root-c"].map { try SigningKey(generating: .edDSA, name: $0) }
    }

    private func root(
        version: Int = 1, roots: [Int] = [0], threshold: Int = 1, people: [TrustedKey] = []
    ) throws(TokenError) -> TrustRoot {
        try TrustRoot(
            version: version, issuedAt: Self.now, rootKeys: roots.map { keys[$0].verificationKey },
            threshold: threshold, keys: people,
            reviewRules: ReviewRulebook(byTenant: ["acme": ReviewRules(quorum: ["approver": 2, "security": 1])]))
    }

    private func signed(_ root: TrustRoot, by indexes: [Int], after former: TrustRoot? = nil) throws -> SignedTrustRoot
    {
        var signed = try SignedTrustRoot(root)
        for index in indexes { try signed.sign(with: keys[index], allowing: former) }
        return signed
    }

    @Test func `a trust root survives its file, with all that it says of a key`() throws {
        let key = try SigningKey(pem: RSAKeyTests.pem, name: "lea-2026").verificationKey
        let entry = TrustedKey(
            key, scope: "bundles", tenants: ["acme", "globex"], person: "lea", roles: ["approver", "security"],
            validFrom: Self.now, validUntil: Self.now.adding(seconds: 60),
            revocation: Revocation(at: Self.now, reason: "left", isCompromised: true))
        let file = try signed(root(people: [entry]), by: [0]).bytes
        let read = try SignedTrustRoot(json: file)
        #expect(read.bytes == file)
        #expect(read.signerNames == ["root-a"])
        let again = try #require(read.root["lea-2026"])
        #expect(again.key == key)
        #expect(again.scope == "bundles")
        #expect(again.tenants == ["acme", "globex"])
        #expect(again.person == "lea")
        #expect(again.roles == ["approver", "security"])
        #expect(again.validFrom == entry.validFrom)
        #expect(again.validUntil == entry.validUntil)
        #expect(again.revocation == entry.revocation)
        #expect(try read.root.ring().reviewRules["acme"]?.missing(after: ["security"]) == "2 approver")
        #expect(try read.root.ring().reviewRules["globex"] == nil)
    }

    @Test func `every altered byte of a trust root is refused`() throws {
        let key = try SigningKey(generating: .edDSA, name: "lea-2026").verificationKey
        let file = try signed(root(people: [TrustedKey(key, person: "lea", roles: ["approver"])]), by: [0]).bytes
        for index in file.indices.dropLast() {
            var changed = file
            changed[index] ^= 1
            #expect(throws: TokenError.self, "byte \(index)") { try SignedTrustRoot(json: changed) }
        }
    }

    @Test func `as many root keys as the threshold have to sign, each once`() throws {
        let two = try root(roots: [0, 1, 2], threshold: 2)
        let message =
            "version 1 of the trust root is signed by 1 of the root keys of version 1 (`root-a`, `root-b`, `root-c`), and needs 2"
        var one = try signed(two, by: [0])
        #expect(throws: TokenError.self) { try one.check() }
        #expect(#expect(throws: TokenError.self) { try SignedTrustRoot(json: one.bytes) }?.message == message)
        try one.sign(with: keys[0])
        #expect(one.signatures.count == 1)
        try one.sign(with: keys[2])
        #expect(try SignedTrustRoot(json: one.bytes).root.version == 1)
        let stranger = try SigningKey(generating: .edDSA, name: "root-a")
        #expect(
            #expect(throws: TokenError.self) { try one.sign(with: stranger) }?.message
                == "`root-a` is not one of the root keys")
    }

    @Test func `the next root is signed by the root keys before and by its own`() throws {
        let first = try root()
        // root-b takes over from root-a.
        let second = try root(version: 2, roots: [1])
        let onlyNew = try signed(second, by: [1], after: first)
        #expect(
            #expect(throws: TokenError.self) { try onlyNew.check(after: first) }?.message
                == "version 2 of the trust root is signed by 0 of the root keys of version 1 (`root-a`), and needs 1")
        let onlyOld = try signed(second, by: [0], after: first)
        #expect(throws: TokenError.self) { try onlyOld.check(after: first) }
        try signed(second, by: [0, 1], after: first).check(after: first)
        let twin = try signed(try root(), by: [0])
        #expect(
            #expect(throws: TokenError.self) { try twin.check(after: first) }?.message
                == "the trust root has version 1, and version 1 is in force already")
    }

    @Test func `a root that follows forgets no key, gives none to another, and revives none`() throws {
        let lea = try SigningKey(generating: .edDSA, name: "lea-2026").verificationKey
        let gone = Revocation(at: Self.now, reason: "left", isCompromised: false)
        let first = try root(people: [TrustedKey(lea, person: "lea", roles: ["approver"], revocation: gone)])
        func refusal(_ people: [TrustedKey]) throws -> String? {
            let next = try signed(root(version: 2, people: people), by: [0])
            do {
                try next.check(after: first)
                return nil
            } catch { return error.message }
        }
        let lost = "the key `lea-2026` of `lea` is gone, or somebody else's now"
        #expect(try refusal([]) == lost)
        #expect(try refusal([TrustedKey(lea, person: "zoe", roles: ["approver"], revocation: gone)]) == lost)
        #expect(
            try refusal([TrustedKey(lea, person: "lea", roles: ["approver"])])
                == "the key `lea-2026` was revoked and is to count again")
        #expect(try refusal([TrustedKey(lea, person: "lea", roles: ["author"], revocation: gone)]) == nil)
    }

    @Test(arguments: [
        (0, 0, "0 of 1 root keys cannot sign"), (2, 0, "2 of 1 root keys cannot sign"),
    ])
    func `a threshold that cannot be reached is refused`(threshold: Int, other: Int, message: String) {
        #expect(#expect(throws: TokenError.self) { try root(threshold: threshold) }?.message == message)
    }

    @Test func `a key is one person's, and a root key is nobody's`() throws {
        let key = try SigningKey(generating: .edDSA, name: "lea-2026").verificationKey
        let asRoot = TrustedKey(
            try VerificationKey(pem: keys[0].verificationKey.pem, name: "lea-2"), person: "lea", roles: ["approver"])
        #expect(
            #expect(throws: TokenError.self) { try root(people: [asRoot]) }?.message
                == "`root-a` and `lea-2` are the same key under two names")
        let entry = TrustedKey(key, person: "lea", roles: ["approver"])
        #expect(
            #expect(throws: TokenError.self) { try root(people: [entry, entry]) }?.message
                == "two keys are named `lea-2026`")
        #expect(
            #expect(throws: TokenError.self) { try root(people: [TrustedKey(key, person: "lea", roles: ["A b"])]) }?
                .message == "the roles of the key `lea-2026` are not words of a-z, 0-9, `-` and `_`")
    }

    @Test func `a key counts within its period, and after a theft not at all`() throws {
        let key = try SigningKey(generating: .edDSA, name: "k").verificationKey
        let (from, until) = (Self.now, Self.now.adding(seconds: 100))
        let entry = TrustedKey(key, validFrom: from, validUntil: until)
        try entry.check(at: from)
        try entry.check(at: until.adding(seconds: -1))
        #expect(throws: TokenError.self) { try entry.check(at: until) }
        #expect(throws: TokenError.self) { try entry.check(at: from.adding(seconds: -1)) }
        func revoked(_ compromised: Bool) -> TrustedKey {
            TrustedKey(
                key,
                revocation: Revocation(at: Self.now.adding(seconds: 50), reason: "gone", isCompromised: compromised))
        }
        try revoked(false).check(at: Self.now)
        #expect(throws: TokenError.self) { try revoked(false).check(at: Self.now.adding(seconds: 50)) }
        #expect(throws: TokenError.self) { try revoked(true).check(at: Self.now) }
    }

    @Test(arguments: [
        ("2026-11-23T09:15:04Z", true), ("2026-11-23T09:15:04.0Z", false), ("2026-11-23 09:15:04Z", false),
        ("2026-02-30T09:15:04Z", false), ("2026-11-23T09:15:04+00:00", false), ("2026-11-23T24:00:00Z", false),
        ("", false),
    ])
    func `a time has one way to be written`(text: String, isTime: Bool) {
        #expect((UTCTime(text) != nil) == isTime)
        if isTime { #expect(UTCTime(text)?.description == text) }
    }

    @Test(arguments: [
        ("{}", "`root` must be an object"),
        (#"{"root":{},"signatures":[],"more":1}"#, "`more` is not known here"),
        (#"{"root":{"x":1},"signatures":[]}"#, "`root.x` is not known here"),
        (#"{"root":{"schema_version":2},"signatures":[]}"#, "`root.schema_version` must be a whole number from 1 to 1"),
        ("[]", "the document must be an object"),
    ])
    func `a file that is no trust root is refused with its place`(json: String, message: String) {
        #expect(#expect(throws: TokenError.self) { try SignedTrustRoot(json: Array(json.utf8)) }?.message == message)
    }
}
