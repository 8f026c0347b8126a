@testable import TelemetryExport
import Testing

struct OTLPQueueTests {
    /// Holds items that have so many bytes each.
    private static func queue(limit: Int, batch: Int = 512, _ sizes: some Sequence<Int>) -> OTLPQueue {
        let queue = OTLPQueue(limit: limit, batch: batch)
        for size in sizes { queue.offer { $0.text(1, String(repeating: "x", count: size)) } }
        return queue
    }

    @Test(
        arguments: [(0, 1, []), (1, 1, [1]), (5, 2, [2, 2, 1]), (4, 2, [2, 2]), (3, 512, [3])] as [(Int, Int, [Int])])
    func `batches hold all that waited, in its order`(items: Int, size: Int, counts: [Int]) {
        let queue = Self.queue(limit: 10, batch: size, 0..<items)
        let batches = queue.takeAll()
        #expect(batches.map(\.count) == counts)
        // Each item is a field 2 of the envelope, around a field 1.
        let expected = (0..<items).flatMap { length -> [UInt8] in
            [0x12, UInt8(length + 2), 0x0a, UInt8(length)] + Array(repeating: UInt8(ascii: "x"), count: length)
        }
        #expect(batches.flatMap(\.items) == expected)
        #expect(queue.count == 0 && queue.takeAll().isEmpty)
    }

    @Test func `what is taken makes room`() {
        let queue = Self.queue(limit: 2, [1, 1, 1])
        #expect(queue.dropped == 1)
        #expect(queue.takeAll().map(\.count) == [2])
        queue.offer { $0.text(1, "later") }
        #expect(queue.count == 1 && queue.dropped == 1)
    }

    @Test func `a bound that nobody reaches is none`() {
        let queue = Self.queue(limit: .max, [1, 1, 1])
        #expect(queue.count == 3 && queue.dropped == 0)
    }

    @Test func `items that are huge are dropped before they take all memory`() {
        // A thousand may have 4 kB each.
        let queue = Self.queue(limit: 1000, Array(repeating: 1 << 20, count: 100))
        #expect(queue.count == 4 && queue.dropped == 96)
        _ = queue.takeAll()
        queue.offer { $0.text(1, "later") }
        #expect(queue.count == 1)
    }
}
