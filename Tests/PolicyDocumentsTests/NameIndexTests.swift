import RepeatableRandomness
import Testing

@testable import PolicyDocuments

@Suite struct NameIndexTests {
    static let letters = ["a", "b", ".", "é"]

    /// Short names and globs of few letters, so that many match.
    static func text(_ random: inout SeededGenerator, stars: Bool) -> String {
        (0..<Int.random(in: 1...4, using: &random)).map { _ in
            stars && Int.random(in: 0..<4, using: &random) == 0 ? "*" : letters.randomElement(using: &random) ?? ""
        }.joined()
    }

    @Test(arguments: UInt64(1)...200)
    func `an index finds what asking each name finds, in order`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let names = (0..<Int.random(in: 0...12, using: &random)).map { _ in Self.text(&random, stars: false) }
        let globs = (0..<Int.random(in: 0...4, using: &random)).map { _ in NameGlob(Self.text(&random, stars: true)) }
        let index = NameIndex(names)
        #expect(
            index.places(of: globs) == names.indices.filter { place in globs.contains { $0.matches(names[place]) } })
        for glob in globs { #expect(index.has(glob) == names.contains(where: glob.matches)) }
    }

    @Test(arguments: [
        ("pay*", ["pay", "payments", "payments.send"], ["pa", "repay", ""]),
        ("*.send", ["payments.send", ".send"], ["send", "payments.sender"]),
        ("a*c*", ["ac", "abc", "abcd", "acc"], ["ab", "bac"]), ("**", ["", "x"], []), ("*", ["", "x"], []),
        ("payments.send", ["payments.send"], ["payments.Send", "payments.send2"]),
    ])
    func `a star stands for any run of characters`(glob: String, matching: [String], other: [String]) {
        let glob = NameGlob(glob)
        for name in matching { #expect(glob.matches(name), "\(name)") }
        for name in other { #expect(!glob.matches(name), "\(name)") }
    }
}
