public import Decisions

/// Counts every decision and puts it where it will be exported from. Costs a decision some hundred nanoseconds and never
/// waits: a full queue drops.
public final class DecisionObserving: DecisionObserver {
    public let metrics: DecisionMetrics
    let spans: BoundedQueue<DecidedCall>?
    let records: BoundedQueue<LogEntry>?
    private let sampler: Sampler

    init(
        metrics: DecisionMetrics, spans: BoundedQueue<DecidedCall>?, records: BoundedQueue<LogEntry>?, sampler: Sampler
    ) {
        self.metrics = metrics
        self.spans = spans
        self.records = records
        self.sampler = sampler
    }

    public func begin(under parent: TraceContext?) -> TraceContext? {
        guard spans != nil else { return nil }
        var source = SystemRandomNumberGenerator()
        let traceID = parent?.traceID ?? Self.digits(source.next()) + Self.digits(source.next())
        return TraceContext(
            traceID: traceID, spanID: Self.digits(source.next()),
            isSampled: sampler.keeps(traceID: traceID, parent: parent), state: parent?.state)
    }

    public func end(_ decided: DecidedCall) {
        metrics.count(decided)
        if let spans, decided.span?.isSampled == true { spans.offer(decided) }
        records?.offer(.decision(decided))
    }

    /// 16 digits, never all zero.
    static func digits(_ number: UInt64) -> String {
        let number = number == 0 ? 1 : number
        return String(unsafeUninitializedCapacity: 16) { buffer in
            for place in 0..<16 {
                let digit = UInt8(number >> UInt64((15 - place) * 4) & 15)
                buffer[place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            }
            return 16
        }
    }
}
