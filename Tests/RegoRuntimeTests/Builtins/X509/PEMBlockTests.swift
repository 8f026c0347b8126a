import Testing

@testable import RegoRuntime

struct PEMBlockTests {
    @Test(arguments: [
        ("-----BEGIN A-----\nYQ==\n-----END A-----\n", ["A:a"]), ("-----BEGIN A-----\nYQ==\n-----END A-----", ["A:a"]),
        ("text\n-----BEGIN A-----  \r\nYQ\n==\r\n-----END A----- \t\r\nmore", ["A:a"]),
        ("-----BEGIN A-----\nK: v\nL: w\n\nYQ==\n-----END A-----\n", ["A:a"]),
        ("-----BEGIN A-----\n-----END A-----\n", ["A:"]),
        ("-----BEGIN A-----\nYQ==\n-----END B-----\n-----BEGIN C-----\nYg==\n-----END C-----\n", ["C:b"]),
        ("-----BEGIN A-----\n-----BEGIN B-----\nYQ==\n-----END B-----\n-----END A-----\n", ["B:a"]),
        ("-----BEGIN A-----\nY\n-----END A-----\n-----BEGIN C-----\nYg==\n-----END C-----\n", ["C:b"]),
        (" -----BEGIN A-----\nYQ==\n-----END A-----\n", []), ("-----BEGIN A---\nYQ==\n-----END A---\n", []),
        ("-----BEGIN A-----\nYQ==\n", []), ("", []),
        ("-----BEGIN A-----\nYQ==\n-----END A-----\n-----BEGIN A-----\nYg==\n-----END A-----\n", ["A:a", "A:b"]),
    ])
    func `blocks are found between other text`(_ text: String, _ blocks: [String]) {
        let found = PEMBlock.all(in: text).map { "\($0.type):\(String(decoding: $0.bytes, as: UTF8.self))" }
        #expect(found == blocks)
        #expect(PEMBlock.first(in: text)?.block.type == blocks.first.map { String($0.prefix { $0 != ":" }) })
    }

    @Test func `the text after the first block is left`() {
        let rest = PEMBlock.first(in: "é\n-----BEGIN A-----\nYQ==\n-----END A-----\nrest é")?.rest
        #expect(rest.map(String.init) == "rest é")
    }

    @Test func `many beginnings without an end are read once each`() {
        let beginnings = String(repeating: "-----BEGIN A-----\n", count: 200_000)
        #expect(PEMBlock.all(in: beginnings).isEmpty)
        #expect(PEMBlock.all(in: beginnings + "YQ==\n-----END A-----\n").count == 1)
    }
}
