/// A place that records go to. Implementers MUST return from ``deliver(_:)`` only when the receiver has every event for good,
/// or says that it never will; everything else is a ``SinkFailure``, and the events come again.
protocol EventSink: Sendable {
    var limits: BatchLimits { get }

    /// - Returns: those that the receiver will never take.
    func deliver(_ events: [SIEMEvent]) async throws(SinkFailure) -> [RefusedEvent]

    /// Called again and again while there is nothing to deliver.
    func tend() async throws(SinkFailure)

    func close() async
}

extension EventSink {
    func tend() async throws(SinkFailure) {}
}

struct RefusedEvent: Sendable, Hashable {
    /// In the batch.
    var position: Int
    var reason: String
}

/// Why a batch, or a part of it, is not where it should be.
struct SinkFailure: Error, Sendable, Hashable {
    enum Remedy: Sendable, Hashable {
        /// Try again, not before `after`.
        case retry(after: Duration?)
        /// Somebody has to mend the configuration; it is tried again all the same.
        case configuration
        /// Try again with less at once; a single event is never taken.
        case tooLarge
        /// Something in the batch is wrong, and nobody says what; a single event is never taken.
        case refused
    }

    var message: String
    var remedy: Remedy
    /// The positions that are not delivered; nil for all of them.
    var pending: [Int]?
    /// Those that never will be, besides.
    var refused: [RefusedEvent] = []

    init(
        _ message: String, _ remedy: Remedy = .retry(after: nil), pending: [Int]? = nil, refused: [RefusedEvent] = []
    ) {
        self.message = message
        self.remedy = remedy
        self.pending = pending
        self.refused = refused
    }
}
