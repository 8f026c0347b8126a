import AuditTrail
import Testing

@Suite struct RandomWordsTests {
    @Test func `no word comes twice, not to callers at the same time either`() async {
        let words = await withTaskGroup(of: [UInt64].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (0..<1000).flatMap { _ in
                        let (first, second) = RandomWords.pair()
                        return [first, second]
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(words).count == 16_000)
        // A word that was never drawn would be zero.
        #expect(!words.contains(0))
    }
}
