/// Reads the regular files out of a tar archive: ustar, pax and GNU long names. Directories are skipped;
/// links, devices and whatever could be read in two ways are refused.
struct TarReader {
    private let tar: [UInt8]
    private let limits: ArchiveLimits
    private var offset = 0
    private var files: [BundleFile] = []
    private var paths: Set<String> = []
    private var entries = 0
    private var longName: String?

    /// The files of `tar` in the order of the archive, with normalized names.
    /// - Throws: `.archiveTruncated`, `.archiveChecksum`, `.archiveInvalid`, `.trailingData`, `.pathUnsafe`,
    ///   `.notAFile`, `.pathDuplicate`, `.fileTooLarge`, `.tooManyFiles`.
    static func files(in tar: [UInt8], limits: ArchiveLimits) throws(BundleError) -> [BundleFile] {
        var reader = TarReader(tar: tar, limits: limits)
        while try reader.readEntry() {}
        return reader.files
    }

    private init(tar: [UInt8], limits: ArchiveLimits) {
        self.tar = tar
        self.limits = limits
    }

    /// - Returns: false at the end of the archive.
    private mutating func readEntry() throws(BundleError) -> Bool {
        guard offset + 512 <= tar.count else { throw truncated("no end-of-archive blocks") }
        guard let header = try TarHeader(tar[offset..<offset + 512], at: offset) else {
            try checkEnd()
            return false
        }
        entries += 1
        guard entries <= limits.entries else {
            throw BundleError(.tooManyFiles, "the archive has more than \(limits.entries) entries")
        }
        let start = offset + 512
        guard header.size <= tar.count - start else {
            throw truncated("the entry at byte \(offset) promises \(header.size) bytes")
        }
        let content = tar[start..<start + header.size]
        let padded = (header.size + 511) / 512 * 512
        guard padded <= tar.count - start else { throw truncated("the entry at byte \(offset) is not padded") }
        switch header.type {
        case .file: try take(content, header: header)
        case .paxHeader: longName = try PaxRecords.path(in: content, at: offset) ?? longName
        case .gnuLongName: longName = try TarHeader.text(content.prefix { $0 != 0 }, at: offset)
        case .link: throw foreign(header, "a link")
        case .device: throw foreign(header, "a device or a pipe")
        case .directory:
            guard header.size == 0 else {
                throw BundleError(.archiveInvalid, "the entry at byte \(offset) is a directory and yet has content")
            }
            longName = nil
        case .ignoredExtension: break
        }
        offset = start + padded
        return true
    }

    private mutating func take(_ content: ArraySlice<UInt8>, header: TarHeader) throws(BundleError) {
        let path = try ArchivePath.normalized(longName ?? header.name)
        longName = nil
        guard content.count <= limits.file else {
            throw BundleError(
                .fileTooLarge, "the file has \(content.count) bytes; the limit is \(limits.file)", in: path)
        }
        guard paths.insert(path).inserted else {
            throw BundleError(
                .pathDuplicate, "the archive holds this file twice", in: path, fix: "build the bundle again")
        }
        files.append(BundleFile(path: path, bytes: Array(content)))
    }

    /// Two zero blocks end an archive; tools may pad with more of them, and nothing else may follow.
    private func checkEnd() throws(BundleError) {
        guard longName == nil else { throw truncated("a long name without its file") }
        guard offset + 1024 <= tar.count else { throw truncated("one end-of-archive block instead of two") }
        guard tar[offset...].allSatisfy({ $0 == 0 }) else {
            throw BundleError(.trailingData, "data follows the end of the tar archive at byte \(offset)")
        }
    }

    private func foreign(_ header: TarHeader, _ what: String) -> BundleError {
        BundleError(
            .notAFile, "the archive holds \(what), `\((longName ?? header.name).prefix(80))`: a bundle has files only",
            fix: "build the bundle with: aegis policy build")
    }

    private func truncated(_ what: String) -> BundleError {
        BundleError(.archiveTruncated, "the tar archive is cut off: \(what)", fix: "fetch the bundle again")
    }
}
