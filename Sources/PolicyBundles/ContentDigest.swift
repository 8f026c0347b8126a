import RegoValues

/// What reviewers sign: a digest over everything in the bundle but the reviews and the signature.
///
/// SHA-256 over one line for each file, `HASH  PATH\n`, sorted by the UTF-8 bytes of the path. HASH is the hash that the
/// bundle's signature lists. The manifest counts with
/// `metadata.aegis.reviews`, `.emergency` and `.content_digest` taken out: those come after.
enum ContentDigest {
    /// - Parameter files: with the manifest, without the signatures.
    static func of(_ files: [BundleFile]) throws(BundleError) -> BundleDigest {
        var lines = ""
        for file in files.sorted(by: BundleFile.precedes) where file.path != SignatureFile.path {
            let hash = try StructuredHash.hash(file.path == BundleManifest.path ? try withoutReviews(file) : file)
            lines += "\(hash)  \(file.path)\n"
        }
        return BundleDigest(of: lines.utf8)
    }

    private static func withoutReviews(_ manifest: BundleFile) throws(BundleError) -> BundleFile {
        let document = try StructuredHash.parse(manifest)
        let heap = Heap()
        return withExtendedLifetime((document, heap)) {
            let reduced = removing(
                ["reviews", "emergency", "content_digest"], under: ["metadata", "aegis"][...], from: document.root, heap
            )
            return BundleFile(path: manifest.path, bytes: StructuredHash.text(reduced))
        }
    }

    private static func removing(
        _ names: Set<String>, under path: ArraySlice<String>, from value: Value, _ heap: Heap
    ) -> Value {
        guard value.kind == .object else { return value }
        guard let next = path.first else {
            return heap.object(value.entries.filter { !names.contains($0.key.string ?? "") })
        }
        return heap.object(
            value.entries.map { entry in
                entry.key.string == next
                    ? Entry(key: entry.key, value: removing(names, under: path.dropFirst(), from: entry.value, heap))
                    : entry
            })
    }
}
