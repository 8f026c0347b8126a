import Approvals
import Testing

@testable import Decisions

/// What is kept for retries has a bound, and no tenant takes another's share.
@Suite struct AnswerMemoryTests {
    private let now = Timestamp(seconds: 1_000_000)
    private let memory = AnswerMemory(.init(answer: 1000, tenant: 10_000, all: 25_000))

    private func remember(_ number: Int, of tenant: String, bytes: Int = 1000, at time: Timestamp? = nil) {
        memory.remember(
            [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: bytes), tenant: tenant, agent: "a",
            claim: .init(key: "k\(number)", fingerprint: [1]), now: time ?? now)
    }

    private func kept(_ numbers: Range<Int>, of tenant: String, at time: Timestamp? = nil) -> [Int] {
        numbers.filter { number in
            memory.prior(
                tenant: tenant, agent: "a", claim: .init(key: "k\(number)", fingerprint: [1]), now: time ?? now) != nil
        }
    }

    @Test func `a tenant keeps its latest answers, as many as there is room for`() {
        for number in 0..<100 { remember(number, of: "acme") }
        #expect(kept(0..<100, of: "acme") == Array(93..<100))
        remember(100, of: "acme", bytes: 1001)
        #expect(kept(0..<101, of: "acme") == Array(93..<100), "too long to be kept here")
    }

    @Test func `who keeps the most gives way when there is no room for all`() {
        for number in 0..<3 { remember(number, of: "small") }
        for tenant in ["b", "c", "d"] { for number in 0..<100 { remember(number, of: tenant) } }
        #expect(kept(0..<3, of: "small") == [0, 1, 2])
        let count = ["b", "c", "d"].reduce(0) { $0 + kept(0..<100, of: $1).count }
        #expect((14...16).contains(count), "\(count)")
        for tenant in ["b", "c", "d"] { #expect(kept(99..<100, of: tenant) == [99]) }
    }

    @Test func `an answer ends after a day, and makes room`() {
        let day = SpendOrder.IdempotencyClaim.life
        for number in 0..<3 { remember(number, of: "acme") }
        #expect(kept(0..<3, of: "acme", at: now.advanced(bySeconds: day - 1)).count == 3)
        #expect(kept(0..<3, of: "acme", at: now.advanced(bySeconds: day)) == [])
        remember(3, of: "acme", at: now.advanced(bySeconds: day))
        #expect(kept(0..<4, of: "acme") == [3], "what is over is gone")
    }

    @Test func `the same key again takes the room of the former`() {
        for _ in 0..<100 { remember(7, of: "acme") }
        for number in 0..<7 { remember(number, of: "acme") }
        #expect(kept(0..<8, of: "acme") == [0, 1, 2, 3, 4, 5, 6])
    }
}
