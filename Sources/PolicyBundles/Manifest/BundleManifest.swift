import RegoValues

/// `.manifest`: what a bundle says of itself.
public struct BundleManifest: Sendable, Hashable {
    public static let path = ".manifest"
    /// Where a bundle keeps its signature.
    public static let signaturePath = SignatureFile.path

    /// `TENANT/VERSION`.
    public let revision: String
    /// The parts of `data` that the bundle owns, such as `aegis`; none lies within another.
    public let roots: [String]
    public let metadata: BundleMetadata

    /// Reads a manifest that Aegis wrote: Rego v1, no Wasm, no per-file versions, `metadata.aegis` complete.
    /// - Throws: `.dataInvalid`, `.manifestInvalid`, `.schemaUnsupported`.
    init(_ file: BundleFile) throws(BundleError) {
        let document = try StructuredHash.parse(file)
        defer { withExtendedLifetime(document) {} }
        guard document.root.kind == .object else {
            throw BundleError(.manifestInvalid, "the manifest must be a JSON object", in: Self.path)
        }
        let reader = ManifestReader(object: document.root, path: "")
        try reader.checkNames(["revision", "roots", "rego_version", "metadata"])
        revision = try reader.string("revision")
        guard try reader.integer("rego_version", atLeast: 0) == 1 else { throw reader.wrong("rego_version", "1") }
        roots = try Roots.checked(reader.strings("roots"))
        let metadata = try reader.child("metadata")
        try metadata.checkNames(["aegis"])
        self.metadata = try BundleMetadata(metadata.child("aegis"))
        guard revision == self.metadata.revision else { throw reader.wrong("revision", "`\(self.metadata.revision)`") }
    }

    /// Reads the bytes of a `.manifest`.
    package init(reading bytes: [UInt8]) throws(BundleError) {
        try self.init(BundleFile(path: Self.path, bytes: bytes))
    }

    init(roots: [String], metadata: BundleMetadata) {
        revision = metadata.revision
        self.roots = roots
        self.metadata = metadata
    }

    /// The manifest's one form, with the content digest in it.
    func file(contentDigest: BundleDigest?) -> BundleFile {
        let heap = Heap()
        return withExtendedLifetime(heap) {
            let value = heap.object([
                Entry(key: heap.string("revision"), value: heap.string(revision)),
                Entry(key: heap.string("roots"), value: heap.array(roots.map { heap.string($0) })),
                Entry(key: heap.string("rego_version"), value: .integer(1)),
                Entry(
                    key: heap.string("metadata"),
                    value: heap.object([
                        Entry(key: heap.string("aegis"), value: metadata.value(in: heap, contentDigest: contentDigest))
                    ])),
            ])
            return BundleFile(path: Self.path, bytes: StructuredHash.text(value))
        }
    }
}
