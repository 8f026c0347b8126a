import SignedTokens

@testable import PolicyBundles

/// A small bundle with a known key, and ways to make wrong ones that are rightly signed.
enum Fixture {
    static let now: Int64 = 1_795_409_600
    static let signedAt: Int64 = 1_795_409_523

    /// The key of RFC 8410, section 10.3.
    static let key = key(
        """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
        -----END PRIVATE KEY-----
        """)

    static let files = [
        BundleFile(
            path: "aegis/decision.rego", text: "# generated\npackage aegis\n\ndecision := {\"outcome\": \"deny\"}\n"),
        BundleFile(path: "aegis/guards.rego", text: "package aegis.guards\n"),
        BundleFile(path: "data.json", text: #"{ "aegis": {"limit": 1.0, "names": ["b", "a"], "é": -0} }"#),
        BundleFile(path: "policies/pay.yaml", text: "aegis: v1\nkind: Policy\n"),
    ]

    static func metadata(
        tenant: String = "acme", region: String? = "eu-1", version: Int = 42, parent: BundleDigest? = nil
    ) -> BundleMetadata {
        BundleMetadata(
            tenant: tenant, region: region, version: version, parent: parent, createdAt: "2026-11-23T05:32:03Z",
            author: "alice@acme.example",
            reviews: [
                BundleReview(
                    approvalID: "apr_1", reviewer: "bob@acme.example", verdict: "approved",
                    comment: "fine \u{2028} <b>",
                    at: "2026-11-23T06:00:00Z")
            ], controls: ["SOC2:CC6.1": ["finance-payments", "egress"]])
    }

    static func builder(_ metadata: BundleMetadata = metadata(), files: [BundleFile] = files) -> BundleBuilder {
        BundleBuilder(metadata: metadata, files: files)
    }

    static func archive(
        _ metadata: BundleMetadata = metadata(), files: [BundleFile] = files, key: SigningKey = key,
        scope: String? = nil
    ) throws -> [UInt8] {
        try builder(metadata, files: files).build(signedBy: key, scope: scope, at: signedAt).archive
    }

    static func verifier() throws -> BundleVerifier {
        BundleVerifier(trust: try KeyRing([TrustedKey(key.verificationKey)]), tenant: "acme", region: "eu-1")
    }

    static func read(_ archive: [UInt8]) throws(BundleError) -> UnverifiedBundle {
        try UnverifiedBundle(archive: archive, name: "pay.tar.gz")
    }

    static func verified(_ archive: [UInt8], by verifier: BundleVerifier? = nil) throws -> VerifiedBundle {
        try (verifier ?? Fixture.verifier()).verify(read(archive), now: now)
    }

    /// The archive of exactly these files, in canonical form, whatever they are.
    static func pack(_ files: [BundleFile]) -> [UInt8] { Gzip.compress(TarWriter.archive(files)) }

    /// The files of a good bundle, changed, and signed anew over what they are then.
    static func resigned(
        key: SigningKey = key, changing change: (inout [BundleFile]) throws -> Void
    ) throws -> [UInt8] {
        var files = try read(archive()).files.filter { $0.path != SignatureFile.path }
        try change(&files)
        let entries = try files.map { SignedFileList.Entry(path: $0.path, hash: try StructuredHash.hash($0)) }
        return try pack(
            files + [
                signature(
                    claims: SignedFileList(
                        files: entries, keyID: key.name, scope: nil, signedAt: signedAt
                    ).bytes, key: key)
            ])
    }

    static func signature(claims: [UInt8], key: SigningKey = key) throws -> BundleFile {
        BundleFile(path: SignatureFile.path, bytes: SignatureFile.bytes(holding: try key.token(over: claims)))
    }

    /// The codes with which a bundle is refused; empty when it is not.
    static func codes(_ archive: [UInt8], _ verifier: BundleVerifier? = nil) throws -> [BundleError.Code] {
        let bundle: UnverifiedBundle
        do {
            bundle = try read(archive)
        } catch {
            return [error.code]
        }
        do {
            _ = try (verifier ?? Fixture.verifier()).verify(bundle, now: now)
            return []
        } catch let refusal as BundleRefusal {
            return refusal.errors.map(\.code)
        }
    }

    static func replace(_ path: String, with text: String, in files: inout [BundleFile]) {
        files.removeAll { $0.path == path }
        files.append(BundleFile(path: path, text: text))
    }

    private static func key(_ pem: String) -> SigningKey {
        do {
            return try SigningKey(pem: pem, name: "ops-2026")
        } catch {
            preconditionFailure("\(error)")
        }
    }
}
