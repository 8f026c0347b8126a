import Approvals
import Testing

@testable import Decisions

/// Which records a crash may have kept from the state store: a wrong answer charges twice, or not at all.
@Suite struct MissingSpendingTests {
    private struct Record {
        var segment: String
        /// Number of its decision.
        var number: UInt64
        var time: Int64
        var isBroken = false
    }

    private struct Broken: Error {}

    /// What is found of records shown in this order, by numbers, and how many were looked at.
    private func search(
        _ records: [Record], mark: UInt64?, since: Int64 = 1_000_000
    ) throws -> (found: [UInt64], seen: Int) {
        func id(_ number: UInt64) -> DecisionID { DecisionID(high: number << 16 | 0x7000, low: 1 << 63) }
        var missing = MissingSpending(
            MissingSpending.Mark(decision: mark.map(id), since: Timestamp(seconds: since)))
        var seen = 0
        for record in records {
            seen += 1
            let entry = MissingSpending.Entry(
                segment: record.segment, decisionID: id(record.number).description,
                time: Timestamp(seconds: record.time)
            ) {
                if record.isBroken { throw Broken() }
                return RecordedSpending(
                    decisionID: id(record.number), tenant: "acme", agent: "a",
                    at: Timestamp(seconds: record.time), spent: Spent())
            }
            if try missing.visit(entry) { break }
        }
        return (missing.all().map { $0.decisionID.high >> 16 }, seen)
    }

    private static let trail = [
        Record(segment: "3", number: 7, time: 1_000_007), Record(segment: "3", number: 8, time: 1_000_008),
        Record(segment: "2", number: 4, time: 1_000_004), Record(segment: "2", number: 5, time: 1_000_005),
        Record(segment: "2", number: 6, time: 1_000_006), Record(segment: "1", number: 1, time: 1_000_001),
        Record(segment: "1", number: 2, time: 1_000_002),
    ]

    @Test(
        arguments: [
            (8, [], 3), (7, [8], 3), (6, [7, 8], 6), (4, [5, 6, 7, 8], 6), (1, [2, 4, 5, 6, 7, 8], 7),
            (99, [1, 2, 4, 5, 6, 7, 8], 7),
        ] as [(UInt64, [UInt64], Int)])
    func `what stands behind the mark counts, the oldest first, and nothing before it is looked at`(
        mark: UInt64, expected: [UInt64], seen: Int
    ) throws {
        let result = try search(Self.trail, mark: mark)
        #expect(result.found == expected)
        #expect(result.seen == seen)
    }

    @Test func `without the mark it is the time that counts`() throws {
        #expect(try search(Self.trail, mark: nil, since: 1_000_005).found == [5, 6, 7, 8])
        #expect(try search(Self.trail, mark: 99, since: 1_000_009).found == [])
    }

    @Test func `what lies behind the mark counts on a clock that was set back`() throws {
        let trail = [
            Record(segment: "1", number: 1, time: 1_000_001), Record(segment: "1", number: 2, time: 1_000_900),
            Record(segment: "1", number: 3, time: 999_000),
        ]
        #expect(try search(trail, mark: 2, since: 1_000_900).found == [3])
    }

    @Test func `records of long ago are not read`() throws {
        let trail = [
            Record(segment: "1", number: 1, time: 1_000_000 - 86_400, isBroken: true),
            Record(segment: "1", number: 2, time: 1_000_000),
        ]
        #expect(try search(trail, mark: nil).found == [2])
        #expect(throws: Broken.self) {
            try search([Record(segment: "1", number: 1, time: 1_000_000 - 86_399, isBroken: true)], mark: nil)
        }
    }
}
