import SignedTokens
import RegoValues
import Testing

@testable import PolicyBundles

@Suite struct BuilderTests {
    @Test func `a built bundle is verified and says what it is`() throws {
        let built = try Fixture.builder().build(signedBy: Fixture.key, at: Fixture.signedAt)
        let bundle = try Fixture.verified(built.archive)
        #expect(bundle.digest == built.digest)
        #expect(bundle.policyVersion == built.policyVersion)
        #expect(bundle.policyVersion == "acme/42@\(built.digest.description.prefix(19))")
        #expect(bundle.manifest.revision == "acme/42")
        #expect(bundle.manifest.roots == ["aegis"])
        var metadata = Fixture.metadata()
        metadata.contentDigest = built.contentDigest
        #expect(bundle.manifest.metadata == metadata)
        #expect(bundle.keyID == "ops-2026")
        #expect(bundle.signedAt == Fixture.signedAt)
        #expect(bundle.modules.map(\.path) == ["aegis/decision.rego", "aegis/guards.rego"])
        #expect(
            bundle.files.map(\.path) == [
                ".manifest", ".signatures.json", "aegis/decision.rego", "aegis/guards.rego", "data.json",
                "policies/pay.yaml",
            ])
        #expect(withExtendedLifetime(bundle.data) { bundle.data.root.lookup("aegis").lookup("limit").int64 } == 1)
        #expect(bundle.asActive == ActiveBundle(version: 42, digest: built.digest))
    }

    /// Ed25519 signatures are a function of key and message, so the whole archive is.
    @Test func `the same files and metadata give the same bytes, here and everywhere`() throws {
        let built = try Fixture.builder().build(signedBy: Fixture.key, at: Fixture.signedAt)
        let shuffled = try Fixture.builder(files: Fixture.files.reversed()).build(
            signedBy: Fixture.key, at: Fixture.signedAt)
        #expect(shuffled.archive == built.archive)
        #expect(built.contentDigest.description == GoldenBytes.contentDigest)
        #expect(built.digest.description == GoldenBytes.archive)
        #expect(BundleDigest(of: TarWriter.archive(Fixture.files)).description == GoldenBytes.tar)
    }

    @Test func `the spelling of the data does not matter, its numbers do`() throws {
        let spaced = Fixture.files.map {
            $0.path == "data.json"
                ? BundleFile(path: $0.path, text: #"{"aegis":{"names":["b","a"],"limit":1.0,"\u00e9":-0}}"#) : $0
        }
        #expect(try Fixture.archive(files: spaced) == Fixture.archive())
        let other = Fixture.files.map {
            $0.path == "data.json"
                ? BundleFile(path: $0.path, text: #"{"aegis":{"names":["b","a"],"limit":1,"\u00e9":-0}}"#) : $0
        }
        #expect(try Fixture.archive(files: other) != Fixture.archive())
    }

    @Test func `reviews and signers do not change the content digest, everything else does`() throws {
        let base = try Fixture.builder().contentDigest()
        var reviewed = Fixture.metadata()
        reviewed.reviews = []
        #expect(try Fixture.builder(reviewed).contentDigest() == base)
        let es256 = try SigningKey(generating: .es256, name: "other")
        #expect(try Fixture.builder().build(signedBy: es256, at: 1).contentDigest == base)

        var seen: Set<BundleDigest> = [base]
        func expectNew(_ metadata: BundleMetadata, _ files: [BundleFile] = Fixture.files) throws {
            #expect(seen.insert(try Fixture.builder(metadata, files: files).contentDigest()).inserted)
        }
        try expectNew(Fixture.metadata(tenant: "globex"))
        try expectNew(Fixture.metadata(region: nil))
        try expectNew(Fixture.metadata(version: 43))
        try expectNew(Fixture.metadata(parent: base))
        var metadata = Fixture.metadata()
        metadata.author = "mallory@acme.example"
        try expectNew(metadata)
        metadata.controls = [:]
        try expectNew(metadata)
        metadata.createdAt = "2026-11-23T05:32:04Z"
        try expectNew(metadata)
        for index in Fixture.files.indices {
            var files = Fixture.files
            files.remove(at: index)
            try expectNew(Fixture.metadata(), files)
            files.append(BundleFile(path: "policies/renamed-\(index)", bytes: Fixture.files[index].bytes))
            try expectNew(Fixture.metadata(), files)
        }
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let error: String
        let change: @Sendable (inout BundleBuilder) -> Void

        init(_ name: String, _ error: String, change: @escaping @Sendable (inout BundleBuilder) -> Void) {
            testDescription = name
            self.error = error
            self.change = change
        }
    }

    static let refused: [Refused] = [
        Refused(
            "absolute path",
            """
            bundle: error: the file name `/etc/x` is absolute [bundle.path-unsafe]
            fix: name files relative to the bundle, such as policies/pay.yaml
            """
        ) { $0.files.append(BundleFile(path: "/etc/x", text: "")) },
        Refused(
            "path that leads out",
            """
            bundle: error: the file name `a/../../x` has an empty part, `.` or `..` in it [bundle.path-unsafe]
            fix: name files relative to the bundle, such as policies/pay.yaml
            """
        ) { $0.files.append(BundleFile(path: "a/../../x", text: "")) },
        Refused("file twice", "data.json:1:1: error: the file is there twice [bundle.path-duplicate]") {
            $0.files.append(BundleFile(path: "data.json", text: "{}"))
        },
        Refused(
            "manifest of one's own",
            """
            .manifest:1:1: error: the builder makes this file itself [bundle.unexpected-file]
            fix: leave it out
            """
        ) { $0.files.append(BundleFile(path: ".manifest", text: "{}")) },
        Refused(
            "delta",
            """
            patch.json:1:1: error: this is a delta bundle, and nothing vouches for those [bundle.delta]
            fix: publish the whole bundle
            """
        ) { $0.files.append(BundleFile(path: "patch.json", text: "{}")) },
        Refused(
            "package outside of the roots",
            """
            x.rego:1:1: error: the package `system.authz` is outside of the bundle's roots (`aegis`) [bundle.root-violation]
            fix: move it under a root, or name its root in the manifest
            """
        ) { $0.files.append(BundleFile(path: "x.rego", text: "package system.authz\n")) },
        Refused(
            "no package",
            "x.rego:1:1: error: the module does not begin with a readable package clause [bundle.root-violation]"
        ) { $0.files.append(BundleFile(path: "x.rego", text: "allow := true\n")) },
        Refused(
            "data outside of the roots",
            """
            data.json:1:1: error: the data at `/system` is outside of the bundle's roots (`aegis`) [bundle.root-violation]
            fix: move it under a root, or name its root in the manifest
            """
        ) { $0.files = [BundleFile(path: "data.json", text: #"{"system":{}}"#)] },
        Refused(
            "data that is no JSON",
            """
            data.json:1:1: error: this is not strict JSON: 1:8: duplicate key `a` [bundle.data-invalid]
            fix: write the file as JSON with unique names and build the bundle again
            """
        ) { $0.files = [BundleFile(path: "data.json", text: #"{"a":1,"a":2}"#)] },
        Refused(
            "tenant that is no name",
            ".manifest:1:1: error: `metadata.aegis.tenant` must be 1 to 63 of a-z, 0-9, `-` and `_` [bundle.manifest-invalid]"
        ) { $0.metadata.tenant = "../globex" },
        Refused(
            "version zero",
            ".manifest:1:1: error: `metadata.aegis.version` must be an integer of at least 1 [bundle.manifest-invalid]"
        ) { $0.metadata.version = 0 },
        Refused(
            "region without name",
            ".manifest:1:1: error: `metadata.aegis.region` must be a region's name or null [bundle.manifest-invalid]"
        ) { $0.metadata.region = "" },
        Refused("overlapping roots", ".manifest:1:1: error: the roots `a` and `a/b` overlap [bundle.manifest-invalid]")
        {
            $0.roots = ["a", "a/b"]
        },
    ]

    @Test(arguments: refused)
    func `what a verifier would refuse is not built`(refused: Refused) {
        var builder = Fixture.builder()
        refused.change(&builder)
        let error = #expect(throws: BundleError.self) { try builder.build(signedBy: Fixture.key, at: Fixture.signedAt) }
        #expect(error?.description == refused.error)
        #expect(throws: BundleError.self) { try builder.contentDigest() }
    }
}
