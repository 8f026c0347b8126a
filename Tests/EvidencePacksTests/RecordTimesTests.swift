import Testing

@testable import EvidencePacks

struct RecordTimesTests {
    private static func facts(_ index: Int, _ kind: String, _ time: String, _ detail: String = "{}") throws
        -> RecordFacts
    {
        try RecordFacts(
            line: Array(
                #"{"detail":\#(detail),"hash":"\#(index)","index":\#(index),"kind":"\#(kind)","time":"\#(time)"}"#.utf8)
        )
    }

    @Test(arguments: ["0", "-1", "9223372036854775807", "99999999999999999999", "soon"])
    func `whatever a heartbeat says of its interval, the times are read on`(interval: String) throws {
        var times = RecordTimes()
        times.take(try Self.facts(0, "heartbeat", "2026-11-23T09:00:00.000000000Z", #"{"interval_s":"\#(interval)"}"#))
        times.take(try Self.facts(1, "decision", "2026-11-23T09:00:01.000000000Z"))
        times.take(try Self.facts(2, "decision", "2026-11-22T09:00:01.000000000Z"))
        times.finish()
        #expect(
            times.notes == [
                "record 2 is of 2026-11-22T09:00:01.000000000Z, and one before it of 2026-11-23T09:00:01.000000000Z: the clock was set back"
            ])
    }

    @Test(arguments: [(1, true), (2, false)])
    func `a silence is told where no record is gone, which may have been a heartbeat`(index: Int, isTold: Bool) throws {
        var times = RecordTimes()
        times.take(try Self.facts(0, "heartbeat", "2026-11-23T09:00:00.000000000Z", #"{"interval_s":"60"}"#))
        times.take(try Self.facts(index, "decision", "2026-11-23T10:00:00.000000000Z"))
        times.finish()
        #expect(times.notes.contains { $0.hasPrefix("nothing was recorded from") } == isTold)
    }
}
