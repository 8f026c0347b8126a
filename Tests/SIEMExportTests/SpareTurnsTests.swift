@testable import ExportTransport
import NIOCore
import Testing

struct SpareTurnsTests {
    private static func at(_ milliseconds: Int64) -> NIODeadline {
        .uptimeNanoseconds(0) + .hours(1) + .milliseconds(milliseconds)
    }

    private static func ask(_ turns: inout SpareTurns, _ milliseconds: Int64) -> Bool {
        turns.takes(at: at(milliseconds))
    }

    @Test func `work goes to the spare thread as long as that gets on`() {
        var turns = SpareTurns()
        for start in stride(from: Int64(0), to: 600_000, by: 900) {
            #expect(Self.ask(&turns, start))
            turns.begin(at: Self.at(start + 890))
            turns.end(at: Self.at(start + 895))
        }
    }

    @Test func `a thread that was idle for long has not been kept waiting`() {
        var turns = SpareTurns()
        for start in [Int64(0), 3_600_000] {
            #expect(Self.ask(&turns, start))
            turns.begin(at: Self.at(start + 1))
            turns.end(at: Self.at(start + 2))
        }
    }

    @Test func `without spare time work goes to the other thread, and a minute later this one is tried again`() {
        var turns = SpareTurns()
        #expect(Self.ask(&turns, 0))
        #expect(Self.ask(&turns, 1000))
        #expect(!Self.ask(&turns, 1001))
        // It comes to its work at last: that is no reason to trust it with more at once.
        turns.begin(at: Self.at(2000))
        turns.end(at: Self.at(2001))
        turns.begin(at: Self.at(2001))
        turns.end(at: Self.at(2002))
        #expect(!Self.ask(&turns, 61_000))
        #expect(Self.ask(&turns, 61_001))
    }

    @Test func `a thread that is stuck in its work is left alone until it is out`() {
        var turns = SpareTurns()
        #expect(Self.ask(&turns, 0))
        turns.begin(at: Self.at(5))
        for late in [Int64(1006), 62_000, 200_000] { #expect(!Self.ask(&turns, late)) }
        turns.end(at: Self.at(200_001))
        #expect(!Self.ask(&turns, 259_999))
        #expect(Self.ask(&turns, 260_000))
    }
}
