import AuditTrail
import RepeatableRandomness
@testable import SIEMExport
import Testing

struct RecentChunksTests {
    private static let many = BatchLimits(events: 1000, bytes: 4 << 20)

    private static func reader(_ trail: Trail, _ recent: RecentChunks) throws -> EventReader {
        try EventReader(directory: trail.audit, from: .beginning, sharing: recent) { _ in true }
    }

    @Test func `what one reader has read, the other is given`() async throws {
        let trail = try Trail()
        try await trail.append(5)
        let hashes = try trail.hashes()
        let recent = RecentChunks(readers: 2)
        var (first, second) = (try Self.reader(trail, recent), try Self.reader(trail, recent))
        let own = try first.next(atMost: Self.many)
        // Nobody who looks at the file from here on finds this record.
        try trail.replace("payments.transfer", with: "payments.transfex", inLineWithIndex: 1)
        let given = try second.next(atMost: Self.many)
        #expect(own.events.map(\.id) == hashes && given.events.map(\.id) == hashes)
        #expect(given.events.allSatisfy { $0.text("tool_name") == "payments.transfer" })
        #expect(given.end == own.end && given.changed.isEmpty)
        // The last one to ask has taken it along.
        #expect(recent.take(from: .beginning) == nil)
        // Both go on, and either may be the first.
        try await trail.append(2)
        #expect(try second.next(atMost: Self.many).events.map(\.index) == [5, 6])
        #expect(try first.next(atMost: Self.many).events.map(\.index) == [5, 6])
    }

    /// Several readers in turns that differ each time, with batches of their own sizes, while the trail grows over many segments.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func `readers that share get every record once, however they take turns`(seed: UInt64) async throws {
        let trail = try Trail(segmentBytes: 8 << 10)
        let recent = RecentChunks(readers: 3)
        var readers = try (0..<3).map { _ in try Self.reader(trail, recent) }
        var seen: [[String]] = [[], [], []]
        var random = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            if Int.random(in: 0..<3, using: &random) == 0 {
                try await trail.append(.random(in: 0..<9, using: &random))
            }
            let turn = Int.random(in: 0..<3, using: &random)
            let batch = try readers[turn].next(
                atMost: BatchLimits(events: .random(in: 1...12, using: &random), bytes: 1 << 20))
            seen[turn] += batch.events.map(\.id)
        }
        for turn in 0..<3 {
            while let batch = try? readers[turn].next(atMost: Self.many), batch.end != nil {
                seen[turn] += batch.events.map(\.id)
            }
        }
        let hashes = try trail.hashes()
        for turn in 0..<3 { #expect(seen[turn] == hashes, "reader \(turn)") }
    }

    @Test func `nothing is kept for a reader that has left`() async throws {
        let trail = try Trail()
        try await trail.append(2)
        let recent = RecentChunks(readers: 2)
        var reader = try Self.reader(trail, recent)
        #expect(try reader.next(atMost: Self.many).events.count == 2)
        recent.leave()
        #expect(recent.take(from: .beginning) == nil)
    }

    @Test func `a reader that goes on where it was is given what another has read behind it`() async throws {
        let trail = try Trail()
        try await trail.append(4)
        let recent = RecentChunks(readers: 2)
        var first = try Self.reader(trail, recent)
        let half = try #require(try first.next(atMost: BatchLimits(events: 2, bytes: 1 << 20)).end)
        #expect(try first.next(atMost: Self.many).events.count == 2)
        try await trail.append(3)
        #expect(try first.next(atMost: Self.many).events.count == 3)
        try trail.replace("payments.transfer", with: "payments.transfex", inLineWithIndex: 5)
        var second = try EventReader(directory: trail.audit, from: half, sharing: recent) { _ in true }
        var seen: [SIEMEvent] = []
        while true {
            let batch = try second.next(atMost: Self.many)
            guard batch.end != nil else { break }
            seen += batch.events
        }
        #expect(seen.map(\.index) == [2, 3, 4, 5, 6])
        // It began where the first one did, and read on to the end itself: what it has read is its own.
        #expect(Set(seen.compactMap { $0.text("tool_name") }) == ["payments.transfer", "payments.transfex"])
    }

    @Test func `a reader that is far behind is not waited for`() async throws {
        let trail = try Trail()
        try await trail.append(1, reason: String(repeating: "x", count: 60_000))
        let recent = RecentChunks(readers: 2)
        var (first, second) = (try Self.reader(trail, recent), try Self.reader(trail, recent))
        for _ in 0..<200 {
            #expect(try first.next(atMost: Self.many).events.count == 1)
            try await trail.append(1, reason: String(repeating: "x", count: 60_000))
        }
        #expect(recent.take(from: .beginning) == nil)
        var count = 0
        while true {
            let batch = try second.next(atMost: Self.many)
            guard batch.end != nil else { break }
            count += batch.events.count
        }
        #expect(count == 201)
    }
}
