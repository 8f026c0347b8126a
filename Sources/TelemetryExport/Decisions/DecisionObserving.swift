import AuditTrail
public import Decisions
import MerkleLog

/// Counts every decision and puts it where it will be exported from. Costs a decision a few microseconds and
/// never waits: a full queue drops.
public final class DecisionObserving: DecisionObserver {
    public let metrics: DecisionMetrics
    let spans: OTLPQueue?
    let records: OTLPQueue?
    private let sampler: Sampler

    init(
        metrics: DecisionMetrics, spans: OTLPQueue?, records: OTLPQueue?, sampler: Sampler
    ) {
        self.metrics = metrics
        self.spans = spans
        self.records = records
        self.sampler = sampler
    }

    public func begin(under parent: TraceContext?) -> TraceContext? {
        guard spans != nil else { return nil }
        let (span, half) = RandomWords.pair()
        let traceID = parent?.traceID ?? Self.digits(half) + Self.digits(RandomWords.pair().0)
        return TraceContext(
            traceID: traceID, spanID: Self.digits(span),
            isSampled: sampler.keeps(traceID: traceID, parent: parent), state: parent?.state)
    }

    public func end(_ decided: DecidedCall) {
        metrics.count(decided)
        if let spans, let own = decided.span, own.isSampled {
            spans.offer { DecisionTraces.write(decided, own, to: &$0) }
        }
        records?.offer { LogRecords.write(decided, to: &$0) }
    }

    /// 16 digits, never all zero.
    private static func digits(_ word: UInt64) -> String {
        withUnsafeBytes(of: max(word, 1).bigEndian) { Hex.encode($0) }
    }
}
