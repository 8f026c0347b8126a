/// Writes a tar archive file by file, so that memory holds one file at a time. The same files in the same order give the
/// same bytes.
///
/// Each file is compressed for itself: gzip members one after the other are one archive to every tool (RFC 1952,
/// section 2.2).
public enum ArchiveWriter {
    /// The next bytes of the archive, for its next file.
    /// - Throws: `.pathUnsafe` for a name that could leave the archive's folder.
    public static func member(_ file: BundleFile) throws(BundleError) -> [UInt8] {
        guard try ArchivePath.normalized(file.path) == file.path else {
            throw BundleError(.pathUnsafe, "the path is not relative", in: file.path)
        }
        var tar: [UInt8] = []
        tar.reserveCapacity(file.bytes.count + 2048)
        TarWriter.append(file, to: &tar)
        return Gzip.compress(tar)
    }

    /// The last bytes of the archive.
    public static let end = Gzip.compress(TarWriter.end)
}
