import RepeatableRandomness
import Testing

@testable import PolicyBundles

/// Whatever is done to a signed bundle by somebody without its key, it is refused.
@Suite struct MutationTests {
    @Test func `every flipped byte of a bundle is refused`() throws {
        let archive = try Fixture.archive()
        #expect(try Fixture.codes(archive) == [])
        for index in archive.indices {
            for change in [1, 0x80, 0xff] as [UInt8] {
                var changed = archive
                changed[index] ^= change
                #expect(try Fixture.codes(changed) != [], "byte \(index) ^ \(change)")
            }
        }
    }

    @Test func `every flipped bit of every file is refused, packed anew`() throws {
        let files = try Fixture.read(Fixture.archive()).files
        for (position, file) in files.enumerated() {
            for index in file.bytes.indices {
                var bytes = file.bytes
                bytes[index] ^= 1 << UInt8(index % 8)
                var changed = files
                changed[position] = BundleFile(path: file.path, bytes: bytes)
                #expect(try Fixture.codes(Fixture.pack(changed)) != [], "\(file.path), byte \(index)")
            }
        }
    }

    @Test func `every cut and every added byte is refused`() throws {
        let archive = try Fixture.archive()
        for length in stride(from: 0, to: archive.count, by: 7) {
            #expect(try Fixture.codes(Array(archive.prefix(length))) == [.gzipTruncated])
        }
        #expect(try Fixture.codes(archive + [0]) == [.trailingData])
        #expect(try Fixture.codes(archive + archive) == [.trailingData])
    }

    @Test func `random damage never passes and never traps`() throws {
        let archive = try Fixture.archive()
        let tar = TarWriter.archive(try Fixture.read(archive).files)
        var random = SeededGenerator(seed: 42)
        for round in 0..<1500 {
            var changed = round.isMultiple(of: 2) ? archive : tar
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let index = Int.random(in: changed.indices, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: changed[index] = UInt8.random(in: 0...255, using: &random)
                case 1: changed.remove(at: index)
                default: changed.insert(UInt8.random(in: 0...255, using: &random), at: index)
                }
            }
            if changed == archive || changed == tar { continue }
            #expect(
                try Fixture.codes(round.isMultiple(of: 2) ? changed : Gzip.compress(changed)) != [], "round \(round)")
        }
    }

    @Test func `files that change places or names are refused`() throws {
        let files = try Fixture.read(Fixture.archive()).files
        for (first, one) in files.enumerated() {
            for (second, other) in files.enumerated() where first != second {
                var swapped = files
                swapped[first] = BundleFile(path: one.path, bytes: other.bytes)
                swapped[second] = BundleFile(path: other.path, bytes: one.bytes)
                #expect(try Fixture.codes(Fixture.pack(swapped)) != [], "\(one.path) and \(other.path)")
            }
            var renamed = files
            renamed[first] = BundleFile(path: one.path + "x", bytes: one.bytes)
            #expect(try Fixture.codes(Fixture.pack(renamed)) != [], "\(one.path)")
        }
    }

    @Test func `the signature of one version does not carry another`() throws {
        let old = try Fixture.read(Fixture.archive(Fixture.metadata(version: 41))).files
        let new = try Fixture.read(Fixture.archive(Fixture.metadata(version: 42))).files
        let mixed = new.map { file in
            file.path == SignatureFile.path ? old.first { $0.path == file.path } ?? file : file
        }
        #expect(try Fixture.codes(Fixture.pack(mixed)).first == .fileChanged)
    }
}
