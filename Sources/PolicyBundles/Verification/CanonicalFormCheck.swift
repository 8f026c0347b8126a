/// One content has one archive: structured files, signature file, tar and gzip are in the form that the builder writes.
///
/// OPA's signature does not cover spaces in structured files, tar headers or the way the archive was compressed. Without
/// this check somebody on the way could make many archives, with many digests, of one signed bundle.
enum CanonicalFormCheck {
    static func errors(in bundle: UnverifiedBundle) -> [BundleError] {
        var errors: [BundleError] = []
        for file in bundle.files where !isCanonical(file) {
            errors.append(
                BundleError(.notCanonical, "the file is not in its one canonical form", in: file.path, fix: rebuild))
        }
        if Gzip.compress(TarWriter.archive(bundle.files)) != bundle.archive {
            errors.append(BundleError(.notCanonical, "the archive is not the one form of its files", fix: rebuild))
        }
        return errors
    }

    /// Files that are not JSON at all are for the other checks to refuse.
    private static func isCanonical(_ file: BundleFile) -> Bool {
        if file.path == SignatureFile.path {
            guard let token = try? SignatureFile.token(in: file) else { return true }
            return file.bytes == SignatureFile.bytes(holding: token)
        }
        guard StructuredHash.isStructured(file.path), let text = try? StructuredHash.text(file) else { return true }
        return file.bytes == text
    }

    private static let rebuild = "build the bundle with: aegis policy build"
}
