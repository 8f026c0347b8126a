import RepeatableRandomness
import Testing

@testable import RegoValues

@Suite struct JSONPiecesTests {
    private func written(_ write: (inout [UInt8]) -> Void) -> String {
        var bytes: [UInt8] = []
        write(&bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("", #""""#), ("plain", #""plain""#), ("exactly8", #""exactly8""#), ("a \"quote\"", #""a \"quote\"""#),
        (#"back\slash"#, #""back\\slash""#), ("\u{8}\u{c}\n\r\t", #""\b\f\n\r\t""#),
        ("\0\u{1}\u{b}\u{1f}\u{7f}", "\"\\u0000\\u0001\\u000b\\u001f\u{7f}\""), ("é 漢 🙂", "\"é 漢 🙂\""),
        ("seven77\"", #""seven77\"""#), ("<&>/", #""<&>/""#),
    ])
    func `a text is quoted with the shortest escapes`(_ text: String, _ json: String) {
        #expect(written { $0.append(quoted: text) } == json)
    }

    @Test func `whatever a text holds, reading gives it back`() throws {
        var random = SeededGenerator(seed: 71)
        let letters = Array("ab\"\\\u{0}\u{1f}\n\t /é漢🙂~\u{7f}").map(String.init)
        for _ in 0..<4000 {
            let text = (0..<Int.random(in: 0...40, using: &random))
                .map { _ in letters.randomElement(using: &random) ?? "" }.joined()
            let heap = Heap()
            let json = Array(written { $0.append(quoted: text) }.utf8)
            #expect(try heap.parseJSON(json, limits: .document).string == text)
        }
    }

    @Test(arguments: [
        (Int64.min, "-9223372036854775808"), (-10, "-10"), (-1, "-1"), (0, "0"), (9, "9"), (10, "10"), (99, "99"),
        (100, "100"), (1_000_000_007, "1000000007"), (.max, "9223372036854775807"),
    ])
    func `a whole number is its digits`(_ number: Int64, _ digits: String) {
        #expect(written { $0.append(decimal: number) } == digits)
    }

    @Test func `the largest unsigned number is its digits`() {
        #expect(written { $0.append(decimal: UInt64.max) } == "18446744073709551615")
    }

    @Test func `members are parted by commas`() {
        let text = written {
            $0.append(member: "a", isFirst: true)
            $0.append(member: "two_words", isFirst: false)
            $0.append(member: "", isFirst: false)
        }
        #expect(text == #""a":,"two_words":,"":"#)
    }
}
