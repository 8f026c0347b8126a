import Decisions
import Testing

struct TraceContextTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let span = "00f067aa0ba902b7"

    @Test func `a traceparent is read and written as it was`() throws {
        let context = try #require(
            TraceContext(traceparent: "00-\(Self.trace)-\(Self.span)-01", tracestate: "congo=t61rcWkgMzE"))
        #expect(context == TraceContext(traceID: Self.trace, spanID: Self.span, state: "congo=t61rcWkgMzE"))
        #expect(context.traceparent == "00-\(Self.trace)-\(Self.span)-01")
    }

    @Test(arguments: [("00", false), ("01", true), ("02", false), ("03", true)])
    func `the last bit of the flags says whether the caller keeps its spans`(flags: String, isSampled: Bool) throws {
        let context = try #require(TraceContext(traceparent: "00-\(Self.trace)-\(Self.span)-\(flags)"))
        #expect(context.isSampled == isSampled)
    }

    @Test(arguments: [
        "", "00", "00-\(trace)-\(span)", "ff-\(trace)-\(span)-01", "00-\(trace)-\(span)-01-more",
        "00-\(trace)-\(span)-1",
        "00-\(trace)-\(span)-0g", "00-\(trace.uppercased())-\(span)-01",
        "00-00000000000000000000000000000000-\(span)-01",
        "00-\(trace)-0000000000000000-01", "0-\(trace)-\(span)-01", "zz-\(trace)-\(span)-01", "00-\(trace)0-\(span)-01",
    ])
    func `what is malformed begins a new trace`(header: String) {
        #expect(TraceContext(traceparent: header) == nil)
    }

    @Test func `a later version is read by the fields of this one`() {
        let context = TraceContext(traceparent: "cc-\(Self.trace)-\(Self.span)-01-what-the-future-holds")
        #expect(context?.traceID == Self.trace)
    }

    @Test(arguments: ["a\u{7}b", String(repeating: "x", count: 513)])
    func `a tracestate that nobody could carry on is left out`(state: String) throws {
        let context = try #require(TraceContext(traceparent: "00-\(Self.trace)-\(Self.span)-01", tracestate: state))
        #expect(context.state == nil)
    }
}
