/// W3C trace context: where in whose trace something happens.
/// Source: https://www.w3.org/TR/trace-context/
public struct TraceContext: Sendable, Hashable {
    /// 32 lowercase hexadecimal digits, not all zero.
    public var traceID: String
    /// 16 lowercase hexadecimal digits, not all zero.
    public var spanID: String
    /// Whether the caller keeps its spans of this trace.
    public var isSampled: Bool
    /// The `tracestate` that came along, as it was written; vendors' own.
    public var state: String?

    public init(traceID: String, spanID: String, isSampled: Bool = true, state: String? = nil) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
        self.state = state
    }

    /// Reads the header `traceparent`, and `tracestate` beside it; nil where the first is malformed (section 3.2). Of later
    /// versions the four fields of this one are read.
    public init?(traceparent: String, tracestate: String? = nil) {
        let parts = traceparent.split(separator: "-", omittingEmptySubsequences: false)
        func isHexadecimal(_ part: Substring, _ count: Int) -> Bool {
            part.utf8.count == count
                && part.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        }
        func isID(_ part: Substring, _ count: Int) -> Bool {
            isHexadecimal(part, count) && part.utf8.contains { $0 != UInt8(ascii: "0") }
        }
        guard parts.count >= 4, isHexadecimal(parts[0], 2), parts[0] != "ff", parts[0] != "00" || parts.count == 4,
            isID(parts[1], 32), isID(parts[2], 16), isHexadecimal(parts[3], 2), let flags = UInt8(parts[3], radix: 16)
        else { return nil }
        traceID = String(parts[1])
        spanID = String(parts[2])
        isSampled = flags & 1 == 1
        state = tracestate.flatMap { Self.isState($0) ? $0 : nil }
    }

    /// The header by which the next one is told.
    public var traceparent: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

    /// Printable, and no longer than everybody must carry on (section 3.3.1.5).
    private static func isState(_ text: String) -> Bool {
        (1...512).contains(text.utf8.count) && text.utf8.allSatisfy { (0x20...0x7e).contains($0) || $0 == 0x09 }
    }
}
