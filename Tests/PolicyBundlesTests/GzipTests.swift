import RepeatableRandomness
import SignedTokens
import Testing

@testable import PolicyBundles

@Suite struct GzipTests {
    static let contents: [[UInt8]] = {
        var random = SeededGenerator(seed: 7)
        let noise = (0..<70_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        let few = (0..<70_000).map { _ in UInt8.random(in: 0...2, using: &random) }
        let text = Array(
            String(repeating: "package aegis.guards\n\nallow if input.params.amount <= 5000\n", count: 900).utf8)
        return [
            [], [0], [1, 2, 3], [1, 2, 3, 4], Array(0...255), [UInt8](repeating: 0, count: 257),
            [UInt8](repeating: 9, count: 258), [UInt8](repeating: 9, count: 259), [UInt8](repeating: 0, count: 100_000),
            noise, few, text, Array(noise.prefix(32_768) + noise.prefix(32_768)),
            Array(noise.prefix(32_769) + noise.prefix(32_769)),
            Array(noise.prefix(40_000) + few.prefix(40_000) + noise.prefix(30_000)),
        ]
    }()

    @Test(arguments: contents)
    func `zlib reads back what is written`(content: [UInt8]) throws {
        let archive = Gzip.compress(content)
        #expect(try Gzip.expand(archive, limit: 1 << 20) == content)
        #expect(Gzip.compress(content) == archive)
    }

    @Test func `text and zeros shrink`() {
        let text = Array(String(repeating: "allow if input.params.amount <= 5000\n", count: 100).utf8)
        #expect(Gzip.compress(text).count < text.count / 20)
        #expect(Gzip.compress([UInt8](repeating: 0, count: 10_240)).count < 120)
    }

    /// The encoder's output is part of the format: bundles in the field are compared with it.
    @Test func `the compressed bytes never change`() {
        let text = Array("allow allow allow deny deny \u{e9}\u{e9}\u{e9}\u{e9}\u{e9} allow".utf8)
        #expect(Hexadecimal.encode(Gzip.compress(text)) == GoldenBytes.gzip)
        #expect(BundleDigest(of: Self.contents.flatMap { Gzip.compress($0) }).description == GoldenBytes.gzipOfAll)
    }

    @Test func `a bomb is refused at the limit`() {
        let bomb = Gzip.compress([UInt8](repeating: 0, count: 3 << 20))
        let error = #expect(throws: BundleError.self) { try Gzip.expand(bomb, limit: 1 << 20) }
        #expect(error?.code == .archiveTooLarge)
        #expect(error?.message == "the archive expands to more than 1048576 bytes")
        #expect(throws: Never.self) { try Gzip.expand(Gzip.compress([1, 2, 3]), limit: 3) }
        #expect(throws: BundleError.self) { try Gzip.expand(Gzip.compress([1, 2, 3]), limit: 2) }
    }

    @Test func `a stream that is cut anywhere is refused`() {
        let archive = Gzip.compress(Array("package aegis\npackage aegis\n".utf8))
        for length in archive.indices {
            let error = #expect(throws: BundleError.self) { try Gzip.expand(Array(archive[..<length]), limit: 1000) }
            #expect(error?.code == .gzipTruncated, "\(length) bytes")
        }
    }

    @Test func `a second member and stray bytes are refused`() {
        let archive = Gzip.compress([1, 2, 3])
        for tail in [[0], archive, [UInt8](repeating: 0, count: 512)] {
            let error = #expect(throws: BundleError.self) { try Gzip.expand(archive + tail, limit: 1000) }
            #expect(error?.message == "\(tail.count) bytes follow the end of the gzip stream")
            #expect(error?.code == .trailingData)
        }
    }

    @Test(arguments: [
        Array("not gzip at all".utf8), [0x78, 0x9c, 3, 0, 0, 0, 0, 1], [0x1f, 0x8b, 9, 0, 0, 0, 0, 0, 0, 0xff],
    ])
    func `other formats are refused`(bytes: [UInt8]) {
        let error = #expect(throws: BundleError.self) { try Gzip.expand(bytes, limit: 1000) }
        #expect(error?.code == .gzipInvalid)
    }
}
