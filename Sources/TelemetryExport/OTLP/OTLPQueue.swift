import Synchronization

/// Spans or log records that wait to be exported, up to a bound; what comes when it is full is dropped and counted. Never waits.
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
        var dropped: UInt64 = 0
    }

    /// Items are about 1 kB; those with the longest names that callers may send must not take all memory.
    private static let bytesPerItem = 4096
    private let limit: Int
    private let batch: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: how many items wait at most.
    ///   - batch: how many are sent together.
    init(limit: Int, batch: Int) {
        self.limit = limit
        self.batch = batch
    }

    /// - Parameter write: writes the item's fields; under a lock, so it does nothing else.
    func offer(_ write: (inout ProtobufWriter) -> Void) {
        state.withLock { state in
            guard state.count < limit, state.bytes < limit * Self.bytesPerItem else {
                state.dropped += 1
                return
            }
            let before = state.filling.items.count
            state.filling.writer.message(OTLPEnvelope.item, write)
            state.filling.count += 1
            state.count += 1
            state.bytes += state.filling.items.count - before
            guard state.filling.count >= batch else { return }
            // The next one will have about as much in it.
            let next = Batch(room: state.filling.items.count)
            state.full.append(state.filling)
            state.filling = next
        }
    }

    /// Everything that waits, oldest first.
    func takeAll() -> [Batch] {
        state.withLock { state in
            var taken = state.full
            if state.filling.count > 0 { taken.append(state.filling) }
            state.full = []
            state.filling = Batch(room: 0)
            (state.count, state.bytes) = (0, 0)
            return taken
        }
    }

    var count: Int { state.withLock { $0.count } }
    var dropped: UInt64 { state.withLock { $0.dropped } }
}
