import AuditTrail
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
        let traceID = parent?.traceID ?? Self.digits(RandomWords.pair())
        return TraceContext(
            traceID: traceID, spanID: Self.digits(RandomWords.pair().0),
            isSampled: sampler.keeps(traceID: traceID, parent: parent), state: parent?.state)
    }

    public func end(_ decided: DecidedCall) {
        metrics.count(decided)
        if let spans, decided.span?.isSampled == true { spans.offer(decided) }
        records?.offer(.decision(decided))
    }

    /// 32 digits, never all zero.
    private static func digits(_ words: (UInt64, UInt64)) -> String {
        String(unsafeUninitializedCapacity: 32) { buffer in
            write(words.0, to: buffer, at: 0)
            write(words.1, to: buffer, at: 16)
            return 32
        }
    }

    /// 16 digits, never all zero.
    private static func digits(_ word: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { buffer in
            write(word, to: buffer, at: 0)
            return 16
        }
    }

    private static func write(_ word: UInt64, to buffer: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
        let word = word == 0 ? 1 : word
        for place in 0..<16 {
            let digit = UInt8(word >> UInt64((15 - place) * 4) & 15)
            buffer[start + place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        }
    }
}
