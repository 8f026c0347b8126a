/// A bundle as it came in: an archive that could be read. Nothing in it is to be believed; ``BundleVerifier`` turns it
/// into a ``VerifiedBundle``.
public struct UnverifiedBundle: Sendable {
    /// What the operator calls it, usually its path; errors begin with it.
    public let name: String
    public let archive: [UInt8]
    /// Of the archive.
    public let digest: BundleDigest
    /// Sorted by path.
    public let files: [BundleFile]

    /// Reads a gzip tar archive.
    /// - Throws: the first fault: `.archiveTooLarge`, `.gzipInvalid`, `.gzipTruncated`, `.trailingData`,
    ///   `.archiveTruncated`, `.archiveChecksum`, `.archiveInvalid`, `.pathUnsafe`, `.pathDuplicate`, `.fileTooLarge`,
    ///   `.tooManyFiles`.
    public init(archive: [UInt8], name: String, limits: ArchiveLimits = .init()) throws(BundleError) {
        self.name = name
        self.archive = archive
        do throws(BundleError) {
            guard archive.count <= limits.compressed else {
                throw BundleError(
                    .archiveTooLarge, "the archive has \(archive.count) bytes; the limit is \(limits.compressed)")
            }
            let tar = try Gzip.expand(archive, limit: limits.expanded)
            let found = try TarReader.files(in: tar, limits: limits)
            files = found.sorted(by: BundleFile.precedes)
        } catch {
            throw error.located(in: name)
        }
        digest = BundleDigest(of: archive)
    }

    /// The one archive of these files, as the builder would have packed it.
    public init(packing files: [BundleFile], name: String) {
        self.name = name
        self.files = files.sorted(by: BundleFile.precedes)
        archive = Gzip.compress(TarWriter.archive(files))
        digest = BundleDigest(of: archive)
    }

    func file(_ path: String) -> BundleFile? { files.first { $0.path == path } }
}
