import Testing

@testable import PolicyBundles
@testable import SignedTokens

@Suite struct VerifierTests {
    struct Refused: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let errors: String
        let archive: @Sendable () throws -> [UInt8]
        let adjust: @Sendable (inout BundleVerifier) throws -> Void

        init(
            _ name: String, _ errors: String,
            archive: @escaping @Sendable () throws -> [UInt8] = { try Fixture.archive() },
            adjust: @escaping @Sendable (inout BundleVerifier) throws -> Void = { _ in }
        ) {
            testDescription = name
            self.errors = errors
            self.archive = archive
            self.adjust = adjust
        }
    }

    static let digest = BundleDigest(of: [1])

    static let refused: [Refused] = [
        // Who signed
        Refused(
            "no signature",
            """
            pay.tar.gz: error: the bundle is not signed [bundle.unsigned]
            fix: build it with a key: aegis policy build DIR --key KEY
            """
        ) { try Fixture.pack(Fixture.read(Fixture.archive()).files.filter { $0.path != SignatureFile.path }) },
        Refused(
            "unknown key",
            """
            pay.tar.gz/.signatures.json:1:1: error: the bundle is signed by `stranger`, which is not trusted here [bundle.key-untrusted]
            fix: sign it with a trusted key, or trust the signer's public key
            """
        ) { try Fixture.archive(key: SigningKey(generating: .es256, name: "stranger")) },
        Refused(
            "a key's name that would write into the log",
            """
            pay.tar.gz/.signatures.json:1:1: error: the bundle is signed by `a\u{fffd}[2J\u{fffd}b`, which is not trusted here \
            [bundle.key-untrusted]
            fix: sign it with a trusted key, or trust the signer's public key
            """
        ) {
            let header = Base64.encodeURL(#"{"alg":"ES256","kid":"a\u001b[2J\nb"}"#.utf8)
            return Fixture.pack([
                BundleFile(path: SignatureFile.path, bytes: SignatureFile.bytes(holding: header + ".e30.AA"))
            ])
        },
        Refused(
            "a nameless key",
            """
            pay.tar.gz/.signatures.json:1:1: error: the bundle is signed by a key without a name, which is not trusted here \
            [bundle.key-untrusted]
            fix: sign it with a trusted key, or trust the signer's public key
            """
        ) {
            let header = Base64.encodeURL(#"{"alg":"ES256"}"#.utf8)
            return Fixture.pack([
                BundleFile(path: SignatureFile.path, bytes: SignatureFile.bytes(holding: header + ".e30.AA"))
            ])
        },
        Refused(
            "another key of the same name",
            """
            pay.tar.gz/.signatures.json:1:1: error: the signature is not by the key `ops-2026` over this content [bundle.signature-invalid]
            fix: fetch the bundle again from its publisher; if that does not help, sign it again
            """
        ) { try Fixture.archive(key: SigningKey(generating: .edDSA, name: "ops-2026")) },
        Refused(
            "another algorithm",
            """
            pay.tar.gz/.signatures.json:1:1: error: the token names another algorithm than EdDSA, which the key `ops-2026` verifies \
            [bundle.signature-algorithm]
            fix: sign it again with: aegis policy build
            """
        ) { try Fixture.archive(key: SigningKey(generating: .es256, name: "ops-2026")) },
        Refused(
            "alg none",
            """
            pay.tar.gz/.signatures.json:1:1: error: the token is not signed (`alg` is `none`) [bundle.signature-algorithm]
            fix: sign it again with: aegis policy build
            """
        ) {
            let payload = Base64.encodeURL(#"{"files":[]}"#.utf8)
            let token = Base64.encodeURL(#"{"alg":"none","kid":"ops-2026"}"#.utf8) + "." + payload + "."
            return Fixture.pack([BundleFile(path: SignatureFile.path, bytes: SignatureFile.bytes(holding: token))])
        },
        Refused(
            "two signatures",
            "pay.tar.gz/.signatures.json:1:1: error: the signature file must hold one signature; it holds 2 [bundle.signatures-invalid]"
        ) { Fixture.pack([BundleFile(path: SignatureFile.path, text: #"{"signatures":["a.b.c","a.b.c"]}"#)]) },
        Refused(
            "no list of signatures",
            "pay.tar.gz/.signatures.json:1:1: error: the signature file has no list `signatures` [bundle.signatures-invalid]"
        ) { Fixture.pack([BundleFile(path: SignatureFile.path, text: #"{"signatures":"a.b.c"}"#)]) },
        Refused(
            "signature plugin",
            "pay.tar.gz/.signatures.json:1:1: error: the signature file has members besides `signatures` [bundle.signatures-invalid]"
        ) { Fixture.pack([BundleFile(path: SignatureFile.path, text: #"{"signatures":["a.b.c"],"plugin":"mine"}"#)]) },
        Refused(
            "signature that is no token",
            """
            pay.tar.gz/.signatures.json:1:1: error: a part of the token is not strict base64url [bundle.signatures-invalid]
            fix: sign the bundle again
            """
        ) { Fixture.pack([BundleFile(path: SignatureFile.path, text: #"{"signatures":["a.b.c"]}"#)]) },
        Refused(
            "two names for the key",
            "pay.tar.gz/.signatures.json:1:1: error: the signature names two keys, `ops-2026` and `default` [bundle.signatures-invalid]"
        ) { try signed(#"{"files":[],"keyid":"default","iat":1}"#) },
        Refused(
            "no list of files",
            """
            pay.tar.gz/.signatures.json:1:1: error: the signature lists no files [bundle.signatures-invalid]
            fix: sign the bundle again
            """
        ) { try signed(#"{"iat":1}"#) },
        Refused(
            "time as text",
            """
            pay.tar.gz/.signatures.json:1:1: error: `iat` of the signature is not a time in whole seconds [bundle.signatures-invalid]
            fix: sign the bundle again
            """
        ) { try signed(#"{"files":[],"iat":"1795409523"}"#) },
        Refused(
            "another hash",
            """
            pay.tar.gz/data.json:1:1: error: the signature's hash of this file is not SHA-256 [bundle.hash-unsupported]
            fix: sign the bundle again with SHA-256 hashes
            """
        ) { try signed(#"{"files":[{"name":"/data.json","hash":"aa","algorithm":"MD5"}],"iat":1}"#) },
        Refused(
            "file listed twice",
            """
            pay.tar.gz/.signatures.json:1:1: error: the signature lists `a` twice [bundle.signatures-invalid]
            fix: sign the bundle again
            """
        ) {
            try signed(
                #"{"files":[{"name":"a","hash":"x","algorithm":"SHA-256"},{"name":"/a","hash":"y","algorithm":"SHA-256"}],"iat":1}"#
            )
        },
        Refused(
            "scope that the key is not trusted for",
            """
            pay.tar.gz/.signatures.json:1:1: error: the signature is for the scope `write`, the key `ops-2026` is trusted for no scope \
            [bundle.scope-mismatch]
            fix: sign the bundle again with a key for this use
            """
        ) { try Fixture.archive(scope: "write") },
        Refused(
            "scope missing",
            """
            pay.tar.gz/.signatures.json:1:1: error: the signature is for no scope, the key `ops-2026` is trusted for the scope `bundles` \
            [bundle.scope-mismatch]
            fix: sign the bundle again with a key for this use
            """,
            adjust: { $0.trust = try KeyRing([TrustedKey(Fixture.key.verificationKey, scope: "bundles")]) }),
        Refused(
            "signature from the future",
            """
            pay.tar.gz/.signatures.json:1:1: error: the signature by `ops-2026` was made 301 s from now [bundle.signature-from-future]
            fix: compare the clocks of the signer and this machine
            """
        ) { try Fixture.builder().build(signedBy: Fixture.key, at: Fixture.now + 301).archive },
        // What was signed
        Refused(
            "changed file",
            """
            pay.tar.gz/policies/pay.yaml:1:1: error: the file is not the one that was signed [bundle.file-changed]
            fix: fetch the bundle again from its publisher
            pay.tar.gz/.manifest:1:1: error: the content digest in the manifest is not that of the files: reviews may be of another content \
            [bundle.content-digest]
            fix: build the bundle again and have it reviewed
            """
        ) { try repacked { Fixture.replace("policies/pay.yaml", with: "aegis: v2", in: &$0) } },
        Refused(
            "added file",
            """
            pay.tar.gz/aegis/extra.rego:1:1: error: the signature does not cover this file [bundle.file-unlisted]
            fix: remove the file, or build and sign the bundle again
            pay.tar.gz/.manifest:1:1: error: the content digest in the manifest is not that of the files: reviews may be of another content \
            [bundle.content-digest]
            fix: build the bundle again and have it reviewed
            """
        ) { try repacked { $0.append(BundleFile(path: "aegis/extra.rego", text: "package aegis\n")) } },
        Refused(
            "removed file",
            """
            pay.tar.gz/aegis/guards.rego:1:1: error: the signature lists this file and the bundle does not hold it [bundle.file-missing]
            fix: fetch the bundle again from its publisher
            pay.tar.gz/.manifest:1:1: error: the content digest in the manifest is not that of the files: reviews may be of another content \
            [bundle.content-digest]
            fix: build the bundle again and have it reviewed
            """
        ) { try repacked { $0.removeAll { $0.path == "aegis/guards.rego" } } },
        Refused(
            "delta",
            """
            pay.tar.gz/patch.json:1:1: error: this is a delta bundle, and nothing vouches for those [bundle.delta]
            fix: publish the whole bundle
            """
        ) { Fixture.pack([BundleFile(path: "patch.json", text: #"{"data":[]}"#)]) },
        Refused(
            "delta, signed",
            """
            pay.tar.gz/patch.json:1:1: error: this is a delta bundle, and nothing vouches for those [bundle.delta]
            fix: publish the whole bundle
            """
        ) { try Fixture.resigned { $0.append(BundleFile(path: "patch.json", text: #"{"data":[]}"#)) } },
        // What the bundle says of itself
        Refused(
            "no manifest",
            """
            pay.tar.gz: error: the bundle has no `.manifest` [bundle.manifest-missing]
            fix: build it with: aegis policy build
            """
        ) { try Fixture.resigned { $0.removeAll { $0.path == ".manifest" } } },
        Refused(
            "newer schema",
            """
            pay.tar.gz/.manifest:1:1: error: the bundle has schema version 2; this program reads 1 [bundle.schema-unsupported]
            fix: update aegis, or build the bundle with a matching version
            """
        ) { try withManifest { $0.replacing(#""schema_version":1"#, with: #""schema_version":2"#) } },
        Refused(
            "Rego v0",
            "pay.tar.gz/.manifest:1:1: error: `rego_version` must be 1 [bundle.manifest-invalid]"
        ) { try withManifest { $0.replacing(#""rego_version":1"#, with: #""rego_version":0"#) } },
        Refused(
            "Wasm",
            "pay.tar.gz/.manifest:1:1: error: `wasm` is not known in a manifest [bundle.manifest-invalid]"
        ) { try withManifest { String($0.dropLast()) + #","wasm":[]}"# } },
        Refused(
            "unknown metadata",
            "pay.tar.gz/.manifest:1:1: error: `metadata.aegis.verson` is not known in a manifest [bundle.manifest-invalid]"
        ) { try withManifest { $0.replacing(#""version":42}"#, with: #""version":42,"verson":1}"#) } },
        Refused(
            "version as text",
            "pay.tar.gz/.manifest:1:1: error: `metadata.aegis.version` must be an integer of at least 1 [bundle.manifest-invalid]"
        ) { try withManifest { $0.replacing(#""version":42}"#, with: #""version":"42"}"#) } },
        Refused(
            "revision of another version",
            "pay.tar.gz/.manifest:1:1: error: `revision` must be `acme/42` [bundle.manifest-invalid]"
        ) { try withManifest { $0.replacing(#""revision":"acme/42""#, with: #""revision":"acme/43""#) } },
        Refused(
            "review of another content",
            """
            pay.tar.gz/.manifest:1:1: error: the content digest in the manifest is not that of the files: reviews may be of another content \
            [bundle.content-digest]
            fix: build the bundle again and have it reviewed
            """
        ) { try Fixture.resigned { Fixture.replace("policies/pay.yaml", with: "aegis: v2", in: &$0) } },
        Refused(
            "package outside of the roots",
            """
            pay.tar.gz/aegis/guards.rego:1:1: error: the package `system` is outside of the bundle's roots (`aegis`) [bundle.root-violation]
            fix: move it under a root, or name its root in the manifest
            pay.tar.gz/.manifest:1:1: error: the content digest in the manifest is not that of the files: reviews may be of another content \
            [bundle.content-digest]
            fix: build the bundle again and have it reviewed
            """
        ) { try Fixture.resigned { Fixture.replace("aegis/guards.rego", with: "package system\n", in: &$0) } },
        // Its one form
        Refused(
            "space in the manifest",
            """
            pay.tar.gz/.manifest:1:1: error: the file is not in its one canonical form [bundle.not-canonical]
            fix: build the bundle with: aegis policy build
            """
        ) { try withManifest { $0.replacing(#""revision":"#, with: #""revision": "#) } },
        Refused(
            "space in the signature file",
            """
            pay.tar.gz/.signatures.json:1:1: error: the file is not in its one canonical form [bundle.not-canonical]
            fix: build the bundle with: aegis policy build
            """
        ) {
            try repacked { files in
                for index in files.indices where files[index].path == SignatureFile.path {
                    files[index] = BundleFile(path: SignatureFile.path, bytes: files[index].bytes + [0x0a])
                }
            }
        },
        Refused(
            "compressed in another way",
            """
            pay.tar.gz: error: the archive is not the one form of its files [bundle.not-canonical]
            fix: build the bundle with: aegis policy build
            """
        ) {
            var archive = try Fixture.archive()
            archive[9] = 3
            return archive
        },
        Refused(
            "a directory",
            """
            pay.tar.gz: error: the archive is not the one form of its files [bundle.not-canonical]
            fix: build the bundle with: aegis policy build
            """
        ) {
            var tar = TarBuilder(bytes: TarWriter.archive(try Fixture.read(Fixture.archive()).files).dropLast(1024))
            tar.add("link/", "", type: "5")
            return Gzip.compress(tar.bytes + [UInt8](repeating: 0, count: 1024))
        },
        // Whom it is for
        Refused(
            "tenant of somebody else",
            """
            pay.tar.gz/.manifest:1:1: error: the bundle is for tenant `acme`, not `globex` [bundle.tenant-mismatch]
            fix: publish it under its own tenant, or build it for `globex`
            """,
            adjust: { $0.tenant = "globex" }),
        Refused(
            "key of somebody else's tenant",
            """
            pay.tar.gz/.manifest:1:1: error: the key `ops-2026` may not sign for tenant `acme` [bundle.key-tenant]
            fix: sign it with a key that is trusted for this tenant
            """,
            adjust: { $0.trust = try KeyRing([TrustedKey(Fixture.key.verificationKey, tenants: ["globex"])]) }),
        Refused(
            "other region",
            """
            pay.tar.gz/.manifest:1:1: error: the bundle is for region `eu-1`, not `us-1` [bundle.region-mismatch]
            fix: build a bundle for `us-1`
            """,
            adjust: { $0.region = "us-1" }),
        Refused(
            "a region, and nobody says that this is it",
            """
            pay.tar.gz/.manifest:1:1: error: the bundle is for region `eu-1`, and this gateway does not say where it stands \
            [bundle.region-mismatch]
            fix: start it with --region eu-1, if that is its region
            """,
            adjust: {
                $0.region = nil
                $0.bindsRegion = true
            }),
        Refused(
            "older version",
            """
            pay.tar.gz/.manifest:1:1: error: version 42 is older than the active version 43 [bundle.version-older]
            fix: to go back, publish the old policies under version 44
            """,
            adjust: { $0.active = ActiveBundle(version: 43, digest: digest) }),
        Refused(
            "same version, other content",
            """
            pay.tar.gz/.manifest:1:1: error: version 42 is active already with another content [bundle.version-reused]
            fix: publish it under version 43
            """,
            adjust: { $0.active = ActiveBundle(version: 42, digest: digest) }),
        Refused(
            "other parent",
            """
            pay.tar.gz/.manifest:1:1: error: version 42 does not follow the active bundle: its parent is sha256:dbc1b4c900ff \
            [bundle.parent-mismatch]
            fix: build it again on top of the active bundle (sha256:4bf5122f3445)
            """,
            archive: { try Fixture.archive(Fixture.metadata(parent: BundleDigest(of: [2]))) },
            adjust: { $0.active = ActiveBundle(version: 41, digest: digest) }),
        Refused(
            "everything at once is reported at once",
            """
            pay.tar.gz/.manifest:1:1: error: the bundle is for tenant `acme`, not `globex` [bundle.tenant-mismatch]
            fix: publish it under its own tenant, or build it for `globex`
            pay.tar.gz/.manifest:1:1: error: the bundle is for region `eu-1`, not `us-1` [bundle.region-mismatch]
            fix: build a bundle for `us-1`
            pay.tar.gz/.manifest:1:1: error: version 42 is older than the active version 50 [bundle.version-older]
            fix: to go back, publish the old policies under version 51
            """,
            adjust: {
                $0.tenant = "globex"
                $0.region = "us-1"
                $0.active = ActiveBundle(version: 50, digest: digest)
            }),
    ]

    @Test(arguments: refused)
    func `a wrong bundle is refused with its fault, place and fix`(refused: Refused) throws {
        var verifier = try Fixture.verifier()
        try refused.adjust(&verifier)
        let bundle = try Fixture.read(refused.archive())
        let refusal = #expect(throws: BundleRefusal.self) { try verifier.verify(bundle, now: Fixture.now) }
        #expect(refusal?.description == refused.errors)
    }

    @Test func `a signature in high-s form is refused, though it is valid`() throws {
        let key = try SigningKey(generating: .es256, name: "ops-2026")
        var verifier = try Fixture.verifier()
        verifier.trust = try KeyRing([TrustedKey(key.verificationKey)])
        let archive = try Fixture.archive(key: key)
        #expect(try Fixture.codes(archive, verifier) == [])
        var files = try Fixture.read(archive).files
        let index = try #require(files.firstIndex { $0.path == SignatureFile.path })
        let token = try SignatureFile.token(in: files[index])
        let parts = token.split(separator: ".")
        let raw = try #require(Base64.decodeURL(Array(parts[2].utf8)))
        let other = "\(parts[0]).\(parts[1]).\(Base64.encodeURL(ECDSASignature.negated(raw)))"
        files[index] = BundleFile(path: SignatureFile.path, bytes: SignatureFile.bytes(holding: other))
        #expect(try UnverifiedToken(compact: other).verified(by: key.verificationKey, type: "JWT").keyID == "ops-2026")
        #expect(try Fixture.codes(Fixture.pack(files), verifier) == [.signatureNotCanonical])
    }

    @Test func `what is not asked is not checked, and the next version follows`() throws {
        let archive = try Fixture.archive()
        var verifier = BundleVerifier(trust: try KeyRing([TrustedKey(Fixture.key.verificationKey, tenants: ["acme"])]))
        let first = try Fixture.verified(archive, by: verifier)
        verifier.active = first.asActive
        #expect(try Fixture.codes(archive, verifier) == [])
        let next = try Fixture.archive(Fixture.metadata(version: 43, parent: first.digest))
        #expect(try Fixture.codes(next, verifier) == [])
        let later = try Fixture.archive(Fixture.metadata(region: nil, version: 50, parent: digestOfSomethingElse))
        verifier.region = "us-1"
        #expect(try Fixture.codes(later, verifier) == [])
        verifier.trust = try KeyRing([TrustedKey(Fixture.key.verificationKey, scope: "bundles")])
        #expect(try Fixture.codes(Fixture.archive(scope: "bundles"), verifier) == [.regionMismatch, .versionReused])
        #expect(
            try Fixture.codes(Fixture.archive(Fixture.metadata(region: nil, version: 60), scope: "bundles"), verifier)
                == [])
    }

    @Test func `where reviews are asked for, the next version names the one that it follows`() throws {
        let rules = ReviewRulebook(byTenant: ["acme": ReviewRules(quorum: ["approver": 1])])
        let keys = [TrustedKey(Fixture.key.verificationKey)]
        var verifier = BundleVerifier(trust: try KeyRing(keys))
        let first = try Fixture.verified(Fixture.archive(), by: verifier)
        verifier.active = first.asActive
        let orphan = try Fixture.archive(Fixture.metadata(version: 43, parent: nil))
        #expect(try Fixture.codes(orphan, verifier) == [])
        verifier.trust = try KeyRing(keys, reviewRules: rules)
        #expect(try Fixture.codes(orphan, verifier).contains(.parentMismatch))
        let heir = try Fixture.archive(Fixture.metadata(version: 43, parent: first.digest))
        #expect(try !Fixture.codes(heir, verifier).contains(.parentMismatch))
        // A gateway that missed some versions cannot know the chain in between.
        let later = try Fixture.archive(Fixture.metadata(version: 44, parent: nil))
        #expect(try !Fixture.codes(later, verifier).contains(.parentMismatch))
    }

    @Test func `nobody who wrote a part of it approves it`() throws {
        let lea = try SigningKey(generating: .edDSA, name: "lea-2026")
        let ring = try KeyRing(
            [
                TrustedKey(Fixture.key.verificationKey, person: "pia", roles: ["publisher"]),
                TrustedKey(lea.verificationKey, person: "lea", roles: ["approver"]),
            ], reviewRules: ReviewRulebook(byTenant: ["acme": ReviewRules(quorum: ["approver": 1])]))
        func codes(coauthors: [String]) throws -> [BundleError.Code] {
            let time = "2026-11-23T06:00:00Z"
            var metadata = BundleMetadata(
                tenant: "acme", version: 42, createdAt: "2026-11-23T05:32:03Z", author: "maria", coauthors: coauthors)
            let digest = try Fixture.builder(metadata).contentDigest()
            let said = """
                {"comment":"fine","content_digest":"\(digest)","id":"apr_1","kind":"approved","person":"lea",\
                "role":"approver","tenant":"acme","time":"\(time)"}
                """
            let statement = try lea.token(over: Array(said.utf8), type: ApprovalStatement.tokenType)
            metadata.reviews = [
                BundleReview(
                    approvalID: "apr_1", reviewer: "lea", verdict: "approved", comment: "fine", at: time,
                    statement: statement)
            ]
            return try Fixture.codes(Fixture.archive(metadata), BundleVerifier(trust: ring))
        }
        #expect(try codes(coauthors: []) == [])
        #expect(try codes(coauthors: ["omar"]) == [])
        #expect(try codes(coauthors: ["lea", "omar"]) == [.reviewInvalid, .reviewsMissing])
    }

    @Test func `a publisher who is the author signs nothing where the two are to be different people`() throws {
        func codes(author: String, separates: Bool) throws -> [BundleError.Code] {
            let rules = ReviewRules(quorum: ["approver": 1], separatesPublisher: separates)
            let key = TrustedKey(Fixture.key.verificationKey, person: "pia", roles: ["publisher", "author"])
            let ring = try KeyRing([key], reviewRules: ReviewRulebook(byTenant: ["acme": rules]))
            let metadata = BundleMetadata(
                tenant: "acme", version: 42, createdAt: "2026-11-23T05:32:03Z", author: author)
            return try Fixture.codes(Fixture.archive(metadata), BundleVerifier(trust: ring))
        }
        #expect(try codes(author: "pia", separates: true) == [.keyRole, .reviewsMissing])
        #expect(try codes(author: "pia", separates: false) == [.reviewsMissing])
        #expect(try codes(author: "maria", separates: true) == [.reviewsMissing])
    }

    @Test func `what was accepted before is judged by its signature and its content alone`() throws {
        let metadata = BundleMetadata(tenant: "acme", version: 42, createdAt: "2026-11-23T05:32:03Z", author: "maria")
        let archive = try Fixture.archive(metadata)
        func codes(_ key: TrustedKey, quorum: Int = 2) throws -> [BundleError.Code] {
            let rules = ReviewRulebook(byTenant: ["acme": ReviewRules(quorum: ["approver": quorum])])
            var verifier = BundleVerifier(trust: try KeyRing([key], reviewRules: rules), tenant: "acme")
            verifier.wasAccepted = true
            return try Fixture.codes(archive, verifier)
        }
        let own = Fixture.key.verificationKey
        #expect(try codes(TrustedKey(own, tenants: ["globex"], person: "pia", roles: ["author"])) == [])
        let stolen = Revocation(at: UTCTime(seconds: 4_000_000_000), reason: "stolen", isCompromised: true)
        #expect(try codes(TrustedKey(own, person: "pia", roles: ["publisher"], revocation: stolen)) == [.keyRevoked])
        let other = try SigningKey(generating: .edDSA, name: own.name).verificationKey
        #expect(try codes(TrustedKey(other)) == [.signatureInvalid])
    }

    @Test func `an empty ring trusts nobody`() throws {
        let verifier = BundleVerifier(trust: try KeyRing([]))
        #expect(try Fixture.codes(Fixture.archive(), verifier) == [.keyUntrusted])
    }

    private let digestOfSomethingElse = BundleDigest(of: [9])

    private static func signed(_ claims: String) throws -> [UInt8] {
        try Fixture.pack([Fixture.signature(claims: Array(claims.utf8))])
    }

    private static func repacked(_ change: (inout [BundleFile]) -> Void) throws -> [UInt8] {
        var files = try Fixture.read(Fixture.archive()).files
        change(&files)
        return Fixture.pack(files)
    }

    private static func withManifest(_ change: (String) -> String) throws -> [UInt8] {
        try Fixture.resigned { files in
            let manifest =
                files.first { $0.path == ".manifest" }.map { String(decoding: $0.bytes, as: UTF8.self) } ?? ""
            let changed = change(manifest)
            #expect(changed != manifest)
            Fixture.replace(".manifest", with: changed, in: &files)
        }
    }
}

extension String {
    fileprivate func replacing(_ text: String, with other: String) -> String {
        guard let range = firstRange(of: text) else { return self }
        return replacingCharacters(in: range, with: other)
    }

    private func replacingCharacters(in range: Range<Index>, with other: String) -> String {
        String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }

    private func firstRange(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
