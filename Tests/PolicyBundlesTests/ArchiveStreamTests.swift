@testable import PolicyBundles
import Testing

/// Archives that are written and read file by file.
struct ArchiveStreamTests {
    static let files = [
        BundleFile(path: "pack/b.txt", text: "second in the alphabet, first in the archive"),
        BundleFile(path: "pack/a.txt", bytes: []),
        BundleFile(path: "pack/long.bin", bytes: (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }),
        BundleFile(path: "pack/" + String(repeating: "deep/", count: 20) + "end", text: "x"),
    ]

    static func archive(_ files: [BundleFile] = files) throws -> [UInt8] {
        try files.flatMap { try ArchiveWriter.member($0) } + ArchiveWriter.end
    }

    static func read(_ archive: [UInt8], chunk: Int = .max, limits: ArchiveLimits = .init()) throws -> [BundleFile] {
        var offset = 0
        let reader = try ArchiveReader(limits: limits) { wanted in
            let end = min(archive.count, offset + min(wanted, chunk))
            defer { offset = end }
            return Array(archive[offset..<end])
        }
        var files: [BundleFile] = []
        while let file = try reader.next() { files.append(file) }
        return files
    }

    @Test(arguments: [1, 2, 3, 7, 512, 4096, Int.max])
    func `files come back in their order, however the bytes arrive`(chunk: Int) throws {
        #expect(try Self.read(Self.archive(), chunk: chunk) == Self.files)
    }

    @Test func `the bundle reader takes what the stream writer wrote`() throws {
        let expanded = try Self.archive().count
        #expect(expanded < 200_000)
        var tar: [UInt8] = []
        for file in Self.files { TarWriter.append(file, to: &tar) }
        #expect(try TarReader.files(in: tar + TarWriter.end, limits: .init()) == Self.files)
    }

    @Test func `every cut is noticed`() throws {
        let archive = try Self.archive(Array(Self.files.prefix(2)))
        for end in archive.indices {
            #expect(throws: BundleError.self, "after \(end) bytes") { try Self.read(Array(archive[..<end])) }
        }
    }

    @Test func `zeros may pad an archive, and nothing else may follow it`() throws {
        let padding = Gzip.compress([UInt8](repeating: 0, count: 9000))
        #expect(try Self.read(Self.archive() + padding) == Self.files)
        let more = try Self.archive() + Gzip.compress([UInt8](repeating: 0, count: 900) + [1])
        #expect(throws: BundleError.self) { try Self.read(more) }
        #expect(throws: BundleError.self) { try Self.read(try Self.archive() + [1, 2, 3]) }
    }

    @Test(arguments: [
        ([BundleFile(path: "a", text: "1"), BundleFile(path: "a", text: "2")], BundleError.Code.pathDuplicate),
        ([BundleFile(path: String(repeating: "é", count: 90), text: "1")], .archiveInvalid),
    ])
    func `what two tools could read in two ways is refused`(files: [BundleFile], code: BundleError.Code) throws {
        let archive = try Self.archive(files)
        let error = #expect(throws: BundleError.self) { try Self.read(archive) }
        #expect(error?.code == code)
    }

    @Test func `a file beyond the limit is refused before it is expanded`() throws {
        let archive = try Self.archive()
        let error = #expect(throws: BundleError.self) { try Self.read(archive, limits: ArchiveLimits(file: 1000)) }
        #expect(error?.code == .fileTooLarge)
        #expect(error?.member == "pack/long.bin")
    }

    @Test func `a name that leaves the archive is not written`() {
        #expect(throws: BundleError.self) { try ArchiveWriter.member(BundleFile(path: "../a", text: "")) }
        #expect(throws: BundleError.self) { try ArchiveWriter.member(BundleFile(path: "/a", text: "")) }
    }
}
