public import SignedTokens

/// Makes signed bundles out of files and metadata. The same files and metadata give the same bytes, but for the signature.
public struct BundleBuilder: Sendable {
    public var metadata: BundleMetadata
    /// Paths under `data` that the bundle owns.
    public var roots: [String]
    /// Rego modules, `data.json` and policies as authored; manifest and signature are made here.
    public var files: [BundleFile]

    public init(metadata: BundleMetadata, roots: [String] = ["aegis"], files: [BundleFile]) {
        self.metadata = metadata
        self.roots = roots
        self.files = files
    }

    /// What reviewers sign for these files and this metadata; reviews do not change it.
    /// - Throws: whatever would be wrong with the bundle: `.pathUnsafe`, `.pathDuplicate`, `.unexpectedFile`, `.delta`,
    ///   `.dataInvalid`, `.manifestInvalid`, `.rootViolation`.
    public func contentDigest() throws(BundleError) -> BundleDigest { try content().digest }

    /// Signs and packs the bundle.
    /// - Parameters:
    ///   - scope: what the signature is for; the verifier's ``TrustedKey`` must name the same.
    ///   - time: seconds since 1970.
    /// - Throws: as ``contentDigest()``, and `.signingFailed`.
    public func build(
        signedBy key: any Signer, scope: String? = nil, at time: Int64
    ) throws(BundleError) -> BuiltBundle {
        let (files, digest) = try content()
        var entries: [SignedFileList.Entry] = []
        for file in files { entries.append(SignedFileList.Entry(path: file.path, hash: try StructuredHash.hash(file))) }
        let scope = scope?.isEmpty == true ? nil : scope
        let list = SignedFileList(files: entries, keyID: key.name, scope: scope, signedAt: time)
        let token: String
        do {
            token = try key.token(over: list.bytes)
        } catch {
            throw BundleError(.signingFailed, error.message, fix: error.fix)
        }
        let signature = BundleFile(path: SignatureFile.path, bytes: SignatureFile.bytes(holding: token))
        return BuiltBundle(files: files + [signature], revision: metadata.revision, contentDigest: digest)
    }

    /// All files but the signature, sorted, in canonical form, the manifest with its content digest.
    /// - Throws: as ``contentDigest()``.
    public func content() throws(BundleError) -> (files: [BundleFile], digest: BundleDigest) {
        var paths: Set<String> = []
        var result: [BundleFile] = []
        for file in files {
            guard try ArchivePath.normalized(file.path) == file.path else {
                throw BundleError(
                    .pathUnsafe, "the path is not relative", in: file.path, fix: "leave out `/` and `./` in front")
            }
            guard paths.insert(file.path).inserted else {
                throw BundleError(.pathDuplicate, "the file is there twice", in: file.path)
            }
            guard file.path != BundleManifest.path, file.path != SignatureFile.path else {
                throw BundleError(
                    .unexpectedFile, "the builder makes this file itself", in: file.path, fix: "leave it out")
            }
            try BundleLayout.checkName(file.path)
            let roots = try Roots.checked(self.roots)
            try BundleLayout.checkRoots(file, roots: roots)
            result.append(
                StructuredHash.isStructured(file.path)
                    ? BundleFile(path: file.path, bytes: try StructuredHash.text(file)) : file)
        }
        let manifest = BundleManifest(roots: try Roots.checked(roots), metadata: metadata)
        let digest = try ContentDigest.of(result + [manifest.file(contentDigest: nil)])
        let manifestFile = manifest.file(contentDigest: digest)
        // Whatever the verifier would refuse in the manifest is refused here.
        _ = try BundleManifest(manifestFile)
        return ((result + [manifestFile]).sorted(by: BundleFile.precedes), digest)
    }
}

/// A bundle fresh from the builder.
public struct BuiltBundle: Sendable {
    public let archive: [UInt8]
    /// All files, the signature last.
    public let files: [BundleFile]
    /// Of the archive.
    public let digest: BundleDigest
    public let contentDigest: BundleDigest
    /// `TENANT/VERSION@sha256:FIRST12`.
    public let policyVersion: String

    init(files: [BundleFile], revision: String, contentDigest: BundleDigest) {
        self.files = files
        archive = Gzip.compress(TarWriter.archive(files))
        self.contentDigest = contentDigest
        digest = BundleDigest(of: archive)
        policyVersion = "\(revision)@\(digest.short)"
    }
}
