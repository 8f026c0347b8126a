@testable import AuditTrail
import Testing

/// How many records the journal's thread waits for where the processors are busy.
struct GatheringTests {
    private func queue(_ count: Int) throws -> Monitor<AuditJournal.Queue> {
        let queue = Monitor(AuditJournal.Queue(status: AuditStatus(durable: [:])))
        try add(count, to: queue)
        return queue
    }

    private func add(_ count: Int, to queue: Monitor<AuditJournal.Queue>) throws {
        let record = try RecordFormatter.format(Fixture.decision(1), log: "gw-1/acme")
        queue.withLock { queue in
            for _ in 0..<count { queue.pending.append(.init(record: record) { _ in }) }
        }
        queue.signal()
    }

    @Test(arguments: [(0, 1), (1, 1), (6, 3), (7, 3), (16, 8), (31, 15)])
    func `where nobody else comes, half of them are waited for the next time`(there: Int, wanted: Int) throws {
        var half = HalfOfCallers()
        #expect(half.wanted == HalfOfCallers.most)
        half.wait(on: try queue(there))
        #expect(half.wanted == wanted)
    }

    @Test func `where more come than were waited for, more are waited for the next time, up to a bound`() throws {
        var half = HalfOfCallers()
        half.wait(on: try queue(8))
        var wanted: [Int] = []
        for _ in 0..<8 {
            half.wait(on: try queue(64))
            wanted.append(half.wanted)
        }
        #expect(wanted == [6, 8, 11, 14, 18, 23, 29, 32])
    }

    @Test func `where just as many come as were waited for, as many are waited for again`() throws {
        var half = HalfOfCallers()
        half.wait(on: try queue(4))
        for _ in 0..<3 {
            half.wait(on: try queue(2))
            #expect(half.wanted == 2)
        }
    }

    @Test func `a journal that ends waits for nobody`() throws {
        let queue = try queue(20)
        queue.withLock { $0.isClosing = true }
        var half = HalfOfCallers()
        half.wait(on: queue)
        #expect(half.wanted == 10)
    }

    @Test(
        arguments: [
            (used: 0, wall: 20, thousandths: 2000, isHigh: false), (29, 20, 2000, false), (30, 20, 2000, true),
            (40, 20, 2000, true), (14, 20, 1000, false), (15, 20, 1000, true), (7, 20, 500, false), (8, 20, 500, true),
        ] as [(used: Int64, wall: Int64, thousandths: Int64, isHigh: Bool)])
    func `three quarters of the processors that it may use are busy`(
        used: Int64, wall: Int64, thousandths: Int64, isHigh: Bool
    ) {
        let million: Int64 = 1_000_000
        #expect(ProcessorLoad.isHigh(used: used * million, of: wall * million, thousandths: thousandths) == isHigh)
    }
}
