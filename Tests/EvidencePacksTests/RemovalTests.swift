import AuditTrail
import Testing

@testable import EvidencePacks

/// What retention records let be gone, and what they do not.
struct RemovalTests {
    static func word(
        _ index: UInt64, _ indexes: String, kind: String? = "heartbeat", retentionClass: String? = "short",
        event: String = "pruned"
    ) -> AuditRecordLine {
        let detail = [
            ("class", retentionClass), ("event", event), ("indexes", indexes), ("kind", kind),
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
        var count = RemovalCount()
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
        try trace.settle(end: 9, log: "gw-1/acme")
        #expect(trace.announcements.map(\.notice.index) == [20])
        trace.remove(24)
        let error = #expect(throws: PackError.self) { try trace.settle(end: 25, log: "gw-1/acme") }
        #expect(error?.message == "record 24 of `gw-1/acme` was removed, and no retention record says so")
    }
}
