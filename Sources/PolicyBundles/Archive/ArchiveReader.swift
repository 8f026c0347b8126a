/// Reads a tar archive file by file, so that memory holds one file at a time. It takes plain files only: where links,
/// devices or extended headers could make two tools read two things, it refuses.
public final class ArchiveReader {
    private let stream: GzipStream
    private let limits: ArchiveLimits
    private var offset = 0
    private var paths: Set<String> = []

    /// - Parameters:
    ///   - limits: of these, `file` and `entries` count; the archive as a whole may have any size.
    ///   - read: the next bytes of the archive, at most as many as asked for; none at its end.
    /// - Throws: `.gzipInvalid` when the reader cannot start.
    public init(
        limits: ArchiveLimits = .init(), read: @escaping (Int) throws -> [UInt8]
    ) throws(BundleError) {
        stream = try GzipStream(read: read)
        self.limits = limits
    }

    /// The next file; nil behind the last.
    /// - Throws: ``BundleError``, or what reading throws.
    public func next() throws -> BundleFile? {
        let block = try stream.expand(512)
        guard block.count == 512 else { throw truncated("no end-of-archive blocks") }
        guard let header = try TarHeader(block[...], at: offset) else {
            try checkEnd()
            return nil
        }
        guard header.type == .file else {
            throw BundleError(.archiveInvalid, "the entry at byte \(offset) is no plain file")
        }
        let path = try ArchivePath.normalized(header.name)
        guard header.size <= limits.file else {
            throw BundleError(
                .fileTooLarge, "the file has \(header.size) bytes; the limit is \(limits.file)", in: path)
        }
        guard paths.insert(path).inserted else {
            throw BundleError(.pathDuplicate, "the archive holds this file twice", in: path)
        }
        guard paths.count <= limits.entries else {
            throw BundleError(.tooManyFiles, "the archive has more than \(limits.entries) entries")
        }
        let padded = (header.size + 511) / 512 * 512
        var content = try stream.expand(padded)
        guard content.count == padded else { throw truncated("`\(path)` ends early") }
        content.removeLast(padded - header.size)
        offset += 512 + padded
        return BundleFile(path: path, bytes: content)
    }

    /// Two zero blocks end an archive; tools may pad with more of them, and nothing else may follow.
    private func checkEnd() throws {
        let second = try stream.expand(512)
        guard second.count == 512 else { throw truncated("one end-of-archive block instead of two") }
        var rest = second
        while !rest.isEmpty {
            guard rest.allSatisfy({ $0 == 0 }) else {
                throw BundleError(.trailingData, "data follows the end of the tar archive at byte \(offset)")
            }
            rest = try stream.expand(64 << 10)
        }
    }

    private func truncated(_ what: String) -> BundleError {
        BundleError(.archiveTruncated, "the tar archive is cut off: \(what)", fix: "fetch the archive again")
    }
}
