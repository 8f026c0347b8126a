@testable import Decisions
import RepeatableRandomness
import Testing

struct PlainPathTests {
    /// Paths of the characters that matter, mostly plain ones.
    private static func path(_ random: inout SeededGenerator) -> String {
        let characters = Array("aZ09-_//////.%2f;?#\\~é\u{0} ")
        let plain = Array("abcXYZ012-_/")
        let length = Int.random(in: 0...12, using: &random)
        let isPlain = Bool.random(using: &random)
        return String(
            (0..<length).map { place in
                place == 0 ? "/" : ((isPlain ? plain : characters).randomElement(using: &random) ?? "/")
            })
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `a path that is taken as it stands is what decoding would have made of it`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var same = 0
        for _ in 0..<20_000 {
            let path = Self.path(&random)
            let expected = RequestLine.decodedPath(path)
            #expect(RequestLine.normalPath(path) == expected, "\(path)")
            if expected == path { same += 1 }
        }
        #expect(same > 1_000)
    }
}
