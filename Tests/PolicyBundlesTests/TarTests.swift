import RepeatableRandomness
import Testing

@testable import PolicyBundles

@Suite struct TarTests {
    static let long = String(repeating: "abcdefghi/", count: 12) + "file.rego"

    @Test(arguments: [
        "a", ".manifest", "aegis/x.rego", String(repeating: "n", count: 100), String(repeating: "n", count: 101), long,
        String(repeating: "d", count: 155) + "/" + String(repeating: "n", count: 100),
        String(repeating: "d", count: 156) + "/n", "politique/é.yaml", String(repeating: "日本/", count: 90) + "x",
    ])
    func `a file of any name survives the archive`(path: String) throws {
        for size in [0, 1, 511, 512, 513, 5000] {
            let file = BundleFile(path: path, bytes: (0..<size).map { UInt8(truncatingIfNeeded: $0) })
            let tar = TarWriter.archive([file, BundleFile(path: "zz", text: "z")])
            #expect(tar.count.isMultiple(of: 512))
            #expect(Set(try read(tar)) == [file, BundleFile(path: "zz", text: "z")])
        }
    }

    @Test func `the order of the files does not matter`() {
        let files = (0..<20).map { BundleFile(path: "f\($0)", text: "\($0)") }
        let tar = TarWriter.archive(files)
        var random = SeededGenerator(seed: 3)
        for _ in 0..<5 { #expect(TarWriter.archive(files.shuffled(using: &random)) == tar) }
    }

    @Test(arguments: [
        ("./data.json", "data.json"), ("a/b.rego", "a/b.rego"), (".manifest", ".manifest"),
    ])
    func `names are read with or without a dot before them`(name: String, path: String) throws {
        #expect(try read(TarBuilder.tar { $0.add(name) }) == [BundleFile(path: path, text: "x")])
    }

    @Test(arguments: [
        ("1", "a link"), ("2", "a link"), ("3", "a device or a pipe"), ("4", "a device or a pipe"),
        ("6", "a device or a pipe"),
    ])
    func `links and devices are refused`(type: String, what: String) {
        let tar = TarBuilder.tar { $0.add("passwd", "", type: Unicode.Scalar(type) ?? "2") }
        let error = #expect(throws: BundleError.self) { try read(tar) }
        #expect(error?.code == .notAFile)
        #expect(error?.message == "the archive holds \(what), `passwd`: a bundle has files only")
    }

    @Test func `directories are skipped`() throws {
        let tar = TarBuilder.tar {
            $0.add("aegis/", "", type: "5")
            $0.add("old/", "", type: "0")
            $0.add("pax_global_header", TarBuilder.pax("comment", "abc"), type: "g")
            $0.add("aegis/a.rego", "package aegis")
        }
        #expect(try read(tar) == [BundleFile(path: "aegis/a.rego", text: "package aegis")])
    }

    @Test func `long names of pax and GNU tar are read`() throws {
        let tar = TarBuilder.tar {
            $0.add("pax", TarBuilder.pax("mtime", "1.5") + TarBuilder.pax("path", Self.long + "1"), type: "x")
            $0.add("short", "1")
            $0.add("././@LongLink", Self.long + "2\u{0}", type: "L")
            $0.add("short", "2")
            $0.add("rest.txt", "3", prefix: "dir/sub")
            $0.add("old.txt", "4", magic: "ustar  \u{0}")
        }
        #expect(
            try read(tar) == [
                BundleFile(path: Self.long + "1", text: "1"), BundleFile(path: Self.long + "2", text: "2"),
                BundleFile(path: "dir/sub/rest.txt", text: "3"), BundleFile(path: "old.txt", text: "4"),
            ])
    }

    @Test(arguments: [
        "../x", "a/../x", "/../x", "..", "a/..", "./../x", "a//b", "//x", "a/./b", ".", "", "././x", "a\\b",
        "a\nb",
        "a\u{7f}", "/./x", "/etc/passwd", "/data.json",
    ])
    func `a name that leads out or reads in two ways is refused`(name: String) {
        #expect(code(TarBuilder.tar { $0.add(name) }) == .pathUnsafe)
        #expect(
            code(
                TarBuilder.tar {
                    $0.add("pax", TarBuilder.pax("path", name), type: "x")
                    $0.add("fine")
                }) == (name.isEmpty ? .archiveInvalid : .pathUnsafe))
    }

    struct Hostile: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: BundleError.Code
        let message: String
        let tar: [UInt8]

        init(_ name: String, _ code: BundleError.Code, _ message: String, _ tar: [UInt8]) {
            testDescription = name
            self.code = code
            self.message = message
            self.tar = tar
        }
    }

    static let good = TarBuilder.tar { $0.add("a", "content") }

    static let hostile: [Hostile] = [
        Hostile(
            "empty", .archiveTruncated, "the tar archive is cut off: no end-of-archive blocks", []),
        Hostile(
            "one end block", .archiveTruncated, "the tar archive is cut off: one end-of-archive block instead of two",
            good.dropLast(512)),
        Hostile(
            "no end blocks", .archiveTruncated, "the tar archive is cut off: no end-of-archive blocks",
            good.dropLast(1024)),
        Hostile(
            "cut content", .archiveTruncated, "the tar archive is cut off: the entry at byte 0 promises 7 bytes",
            Array(good.prefix(515))),
        Hostile(
            "cut padding", .archiveTruncated, "the tar archive is cut off: the entry at byte 0 is not padded",
            Array(good.prefix(600))),
        Hostile(
            "data after the end", .trailingData, "data follows the end of the tar archive at byte 1024", good + [1]),
        Hostile(
            "a file after the end", .trailingData, "data follows the end of the tar archive at byte 1024", good + good),
        Hostile(
            "wrong checksum", .archiveChecksum, "the tar header at byte 0 does not match its checksum",
            TarBuilder.tar { $0.add("a", checksum: "0012345") }),
        Hostile(
            "huge size", .archiveTruncated, "the tar archive is cut off: the entry at byte 0 promises 8589934591 bytes",
            TarBuilder.tar { $0.add("a", size: "77777777777") }),
        Hostile(
            "negative size", .archiveInvalid, "the tar header at byte 0 has no readable size",
            TarBuilder.tar { $0.add("a", size: "-1") }),
        Hostile(
            "binary size", .archiveInvalid, "the tar header at byte 0 has no readable size",
            TarBuilder.tar { $0.add("a", size: "\u{7f}\u{1}") }),
        Hostile(
            "no size", .archiveInvalid, "the tar header at byte 0 has no readable size",
            TarBuilder.tar { $0.add("a", size: "") }),
        Hostile(
            "link with content", .notAFile, "the archive holds a link, `a`: a bundle has files only",
            TarBuilder.tar { $0.add("a", "hidden", type: "2") }),
        Hostile(
            "directory with content", .archiveInvalid, "the entry at byte 0 is a directory and yet has content",
            TarBuilder.tar { $0.add("a/", "hidden") }),
        Hostile(
            "sparse file", .archiveInvalid, "the tar entry at byte 0 is of a kind that is not supported",
            TarBuilder.tar { $0.add("a", type: "S") }),
        Hostile(
            "contiguous file", .archiveInvalid, "the tar entry at byte 0 is of a kind that is not supported",
            TarBuilder.tar { $0.add("a", type: "7") }),
        Hostile(
            "twice", .pathDuplicate, "the archive holds this file twice",
            TarBuilder.tar {
                $0.add("a", "1")
                $0.add("a", "2")
            }),
        Hostile(
            "twice, spelled differently", .pathDuplicate, "the archive holds this file twice",
            TarBuilder.tar {
                $0.add("a", "1")
                $0.add("./a", "2")
            }),
        Hostile(
            "size by pax", .archiveInvalid, "the pax header at byte 0 sets `size`, which is not supported",
            TarBuilder.tar {
                $0.add("pax", TarBuilder.pax("size", "0"), type: "x")
                $0.add("a")
            }),
        Hostile(
            "two paths", .archiveInvalid, "the pax header at byte 0 is malformed",
            TarBuilder.tar { $0.add("pax", TarBuilder.pax("path", "a") + TarBuilder.pax("path", "b"), type: "x") }),
        Hostile(
            "NUL in a path", .archiveInvalid, "the pax header at byte 0 is malformed",
            TarBuilder.tar { $0.add("pax", TarBuilder.pax("path", "a\u{0}b"), type: "x") }),
        Hostile(
            "pax length beyond the header", .archiveInvalid, "the pax header at byte 0 is malformed",
            TarBuilder.tar { $0.add("pax", "99 path=a\n", type: "x") }),
        Hostile(
            "pax without length", .archiveInvalid, "the pax header at byte 0 is malformed",
            TarBuilder.tar { $0.add("pax", "path=abcd\n", type: "x") }),
        Hostile(
            "name without file", .archiveTruncated, "the tar archive is cut off: a long name without its file",
            TarBuilder.tar { $0.add("pax", TarBuilder.pax("path", "a"), type: "x") }),
        Hostile(
            "name not UTF-8", .pathUnsafe, "the name of the tar entry at byte 0 is not UTF-8",
            TarBuilder.tar { $0.add([0x61, 0xff], [1]) }),
        Hostile(
            "text", .archiveChecksum, "the tar header at byte 0 does not match its checksum",
            [UInt8](repeating: 0x61, count: 2048)),
    ]

    @Test(arguments: hostile)
    func `a hostile archive is refused with its fault`(hostile: Hostile) {
        let error = #expect(throws: BundleError.self) { try self.read(hostile.tar) }
        #expect(error?.code == hostile.code)
        #expect(error?.message == hostile.message)
    }

    @Test func `limits hold to the byte`() throws {
        let tar = TarBuilder.tar {
            $0.add("a", "12345")
            $0.add("b", "1")
        }
        var limits = ArchiveLimits(file: 5, entries: 2)
        #expect(try TarReader.files(in: tar, limits: limits).count == 2)
        limits.file = 4
        let large = #expect(throws: BundleError.self) { try TarReader.files(in: tar, limits: limits) }
        #expect(large?.description == "a:1:1: error: the file has 5 bytes; the limit is 4 [bundle.file-too-large]")
        limits = ArchiveLimits(entries: 1)
        let many = #expect(throws: BundleError.self) { try TarReader.files(in: tar, limits: limits) }
        #expect(many?.description == "bundle: error: the archive has more than 1 entries [bundle.too-many-files]")
        let wide = #expect(throws: BundleError.self) {
            try UnverifiedBundle(archive: Gzip.compress(tar), name: "b.tar.gz", limits: ArchiveLimits(compressed: 10))
        }
        #expect(wide?.code == .archiveTooLarge)
    }

    @Test func `every changed header byte is noticed`() throws {
        let files = try read(Self.good)
        for index in 0..<512 {
            for change in [1, 0x20, 0x80] as [UInt8] {
                var tar = Self.good
                tar[index] ^= change
                // What a checksum's own field may differ in is spaces and NULs, which change nothing.
                if let changed = try? read(tar) {
                    #expect(changed == files && (148..<156).contains(index), "byte \(index)")
                }
            }
        }
    }

    private func read(_ tar: [UInt8]) throws(BundleError) -> [BundleFile] {
        try TarReader.files(in: tar, limits: ArchiveLimits())
    }

    private func code(_ tar: [UInt8]) -> BundleError.Code? {
        do {
            _ = try read(tar)
            return nil
        } catch {
            return error.code
        }
    }
}
