public import RegoValues

/// A bundle that passed every check of a ``BundleVerifier``, which alone makes one: the only kind that may become active
/// or be published.
public struct VerifiedBundle: Sendable {
    public let manifest: BundleManifest
    /// All files, the manifest and the signature included, sorted by path.
    public let files: [BundleFile]
    /// The content of `data.json`; an empty object when the bundle has none.
    public let data: Document
    public let archive: [UInt8]
    /// Of the archive.
    public let digest: BundleDigest
    /// The name of the key that signed it.
    public let keyID: String
    /// Seconds since 1970, as the signer says.
    public let signedAt: Int64

    init(
        manifest: BundleManifest, data: Document, bundle: UnverifiedBundle, keyID: String, signedAt: Int64
    ) {
        self.manifest = manifest
        files = bundle.files
        self.data = data
        archive = bundle.archive
        digest = bundle.digest
        self.keyID = keyID
        self.signedAt = signedAt
    }

    /// `TENANT/VERSION@sha256:FIRST12`, the name of this bundle in every decision and record.
    public var policyVersion: String { "\(manifest.revision)@\(digest.short)" }

    /// The Rego modules, sorted by path.
    public var modules: [BundleFile] { files.filter { $0.path.hasSuffix(".rego") } }

    /// What a verifier needs to know of this bundle to judge the next one.
    public var asActive: ActiveBundle { ActiveBundle(version: manifest.metadata.version, digest: digest) }
}
