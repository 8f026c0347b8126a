import AuditTrail
import Testing

@testable import EvidencePacks

/// What retention records let be gone, and what they do not.
struct RemovalTests {
    static func word(
        _ index: UInt64, _ indexes: String, kind: String? = "heartbeat", retentionClass: String? = "short",
        event: String = "pruned", times: (from: String, until: String)? = nil
    ) -> AuditRecordLine {
        let detail = [
            ("class", retentionClass), ("event", event), ("from", times?.from), ("indexes", indexes), ("kind", kind),
            ("until", times?.until),
        ].compactMap { name, value in value.map { "\"\(name)\":\"\($0)\"" } }
        let line =
            "{\"detail\":{\(detail.joined(separator: ","))},\"index\":\(index),\"kind\":\"retention\",\"time\":\"2026-10-01T00:00:00.000000000Z\"}"
        return AuditRecordLine(bytes: Array(line.utf8), place: AuditPlace(file: "", line: 1))
    }

    static func removals(_ words: AuditRecordLine...) -> AnnouncedRemovals {
        var removals = AnnouncedRemovals()
        for word in words { if let notice = RemovalNotice(word) { removals.add(notice) } }
        removals.settle()
        return removals
    }

    @Test func `a word names what stands before it, and neither itself nor what is yet to come`() throws {
        let notice = try #require(RemovalNotice(Self.word(7, "0-2,5-9,7-7,8-12")))
        #expect(notice.runs == [0...2, 5...6])
        #expect(RemovalNotice(Self.word(0, "0-9"))?.runs == [])
        #expect(RemovalNotice(Self.word(7, "0-18446744073709551615"))?.runs == [0...6])
        #expect(RemovalNotice(Self.word(7, "0-2", event: "inputs_expired")) == nil)
    }

    @Test func `every index of a run is named, and none beside it`() {
        let removals = Self.removals(Self.word(90, "3-5,20-20"), Self.word(91, "8-9", kind: "decision"))
        let named = (0..<30).filter { removals.reason(of: $0) != nil }
        #expect(named == [3, 4, 5, 8, 9, 20])
        #expect(removals.reason(of: 4)?.label == "heartbeat (short)")
        #expect(removals.reason(of: 9)?.label == "decision (short)")
        #expect(Self.removals().reason(of: 0) == nil)
    }

    @Test func `where two words name one record the run that begins first counts`() {
        let removals = Self.removals(
            Self.word(90, "4-6", kind: "b"), Self.word(91, "1-10", kind: "a"), Self.word(92, "10-12,2-3", kind: "c"))
        let kinds = (0..<14).map { removals.reason(of: $0)?.kind ?? "-" }
        #expect(kinds.joined() == "-aaaaaaaaaacc-")
    }

    @Test func `what an older program said is counted as of unknown kind`() throws {
        var count = RemovalCount(from: "2026-01-01", to: "2026-04-01")
        let old = Self.removals(Self.word(90, "1-2", kind: nil), Self.word(91, "3-3", kind: "decision"))
        for index in UInt64(1)...3 { count.add(try #require(old.reason(of: index))) }
        #expect(count.counts == ["unknown kind (short)": 2, "decision (short)": 1])
        #expect(count.decisions == 1 && count.ofUnknownKind == 2)
        #expect(count.counts.list == "decision (short) 1, unknown kind (short) 2" && count.counts.total == 3)
    }

    @Test func `only words on what is gone of the pack are carried`() throws {
        var trace = RemovalTrace()
        trace.remove(1)
        trace.take(Self.word(2, "1-1"))
        trace.begin()
        for index in [4, 5, 9] as [UInt64] { trace.remove(index) }
        for (index, indexes) in [(20, "4-5"), (21, "1-1,6-8"), (22, "9-9"), (23, "30-31")] as [(UInt64, String)] {
            trace.take(Self.word(index, indexes))
        }
        #expect(trace.announcements.map(\.notice.index) == [20, 22])
        var start: UInt64 = 3
        try trace.settle(start: &start, end: 9, from: "2026-01-01", log: "gw-1/acme")
        #expect(start == 3)
        #expect(trace.announcements.map(\.notice.index) == [20])
        trace.remove(24)
        let error = #expect(throws: PackError.self) {
            try trace.settle(start: &start, end: 25, from: "2026-01-01", log: "gw-1/acme")
        }
        #expect(error?.message == "record 24 of `gw-1/acme` was removed, and no retention record says so")
    }

    @Test func `what is known to be of before the period or behind it does not count`() throws {
        var count = RemovalCount(from: "2026-04-01", to: "2026-07-01")
        let removals = Self.removals(
            Self.word(90, "0-9", kind: "a", times: ("2026-01-01", "2026-03-31")),
            Self.word(91, "10-19", kind: "b", times: ("2026-03-01", "2026-04-01")),
            Self.word(92, "20-29", kind: "c", times: ("2026-06-30", "2026-09-01")),
            Self.word(93, "30-39", kind: "d", times: ("2026-07-01", "2026-09-01")))
        for index in UInt64(0)..<40 { count.add(try #require(removals.reason(of: index))) }
        #expect(count.counts == ["b (short)": 10, "c (short)": 10])
    }

    @Test(arguments: [
        // The last record that is kept before the period is 4; what is gone behind it, and until when that was made.
        ("5-9", "2026-03-31", UInt64(9)), ("5-9", "2026-04-02", 4), ("6-9", "2026-03-31", 4),
    ])
    func `a pack begins at the last removed record that is known to be of before its period`(
        gone: String, until: String, first: UInt64
    ) throws {
        var trace = RemovalTrace()
        for index in try #require(UInt64(gone.prefix(1)))...9 { trace.remove(index) }
        trace.take(Self.word(20, gone, times: ("2026-01-01", until)))
        var start: UInt64 = 4
        try trace.settle(start: &start, end: 15, from: "2026-04-01", log: "gw-1/acme")
        #expect(start == first)
        #expect(trace.announcements.count == 1 && trace.removals.reason(of: 9) != nil)
    }
}
