import Synchronization

/// Spans or log records that wait to be exported, up to a bound; what comes when it is full is dropped and counted. Nobody
/// waits for a collector here.
///
/// Each is encoded by whoever offers it, into the bytes that will be sent: what a call was decided with then ends with the call,
/// on the thread that made it, and nothing of it has to be kept, counted and freed elsewhere.
final class OTLPQueue: Sendable {
    /// Items that are sent together.
    struct Batch: Sendable {
        fileprivate var writer: ProtobufWriter
        fileprivate(set) var count = 0

        fileprivate init(room: Int) { writer = ProtobufWriter(capacity: room) }

        /// One behind the other, each a field ``OTLPEnvelope/item``.
        var items: [UInt8] { writer.bytes }
    }

    private struct State {
        var full: [Batch] = []
        var filling = Batch(room: 0)
        var count = 0
        var bytes = 0
        /// What the largest batch so far had in it, and some more: the next one need not be moved while it grows.
        var room = 0
        var dropped: UInt64 = 0

        mutating func finishBatch() {
            room = max(room, filling.items.count / 8 * 9)
            full.append(filling)
            filling = Batch(room: room)
        }
    }

    /// Items are about 1 kB; those with the longest names that callers may send must not take all memory.
    private static let bytesPerItem = 4096
    private let limit: Int
    private let byteLimit: Int
    private let batch: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: how many items wait at most.
    ///   - batch: how many are sent together.
    init(limit: Int, batch: Int) {
        self.limit = limit
        byteLimit = limit.multipliedReportingOverflow(by: Self.bytesPerItem).overflow ? .max : limit * Self.bytesPerItem
        self.batch = batch
    }

    /// - Parameter write: writes the item's fields; under a lock, so it does nothing else.
    func offer(_ write: (inout ProtobufWriter) -> Void) {
        state.withLock { state in
            guard state.count < limit, state.bytes < byteLimit else {
                state.dropped += 1
                return
            }
            let before = state.filling.items.count
            state.filling.writer.message(OTLPEnvelope.item, write)
            state.filling.count += 1
            state.count += 1
            state.bytes += state.filling.items.count - before
            if state.filling.count >= batch { state.finishBatch() }
        }
    }

    /// Everything that waits, oldest first.
    func takeAll() -> [Batch] {
        state.withLock { state in
            if state.filling.count > 0 { state.finishBatch() }
            let taken = state.full
            (state.full, state.count, state.bytes) = ([], 0, 0)
            return taken
        }
    }

    var count: Int { state.withLock { $0.count } }
    var dropped: UInt64 { state.withLock { $0.dropped } }
}
