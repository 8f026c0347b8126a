import AuditTrail
import RegoValues
import Synchronization

/// Lines of the trail that were read together, each looked at once.
struct TrailChunk: Sendable {
    struct Line: Sendable {
        /// Where it stands for people.
        let place: AuditPlace
        /// Up to and with it.
        let end: ExportPlace
        /// nil where it is no record.
        let event: SIEMEvent?
        /// Whether it is as it was written.
        let isIntact: Bool
        let bytes: Int
    }

    let lines: [Line]
    /// Where the next one begins.
    let end: AuditPosition
    let bytes: Int

    /// - Parameter start: where the first record stands.
    init(_ records: [AuditRecordLine], start: AuditPosition, end: AuditPosition) {
        lines = records.enumerated().map { Line($0.element, start: start, taken: $0.offset + 1) }
        self.end = end
        bytes = records.reduce(0) { $0 + $1.bytes.count }
    }
}

extension TrailChunk.Line {
    /// - Parameters:
    ///   - start: where the chunk begins.
    ///   - taken: how many of its lines are done with this one.
    init(_ record: AuditRecordLine, start: AuditPosition, taken: Int) {
        let fields = RecordFields(record.bytes)
        let hash = fields?["hash"]?.string ?? Self.hash(of: record)
        let end = ExportPlace(batch: start, taken: taken, hash: hash)
        (place, bytes, isIntact) = (record.place, record.bytes.count, record.isIntact)
        self.end = end
        // What is within the values of a record is looked at only where its hash does not vouch for it: no receiver takes what is
        // sent together with something that is no JSON.
        let isRecord = isIntact || (try? Document(json: record.bytes)) != nil
        event = isRecord ? fields.map { SIEMEvent(record, $0, place: end) } : nil
    }

    /// What is found of it also in a line that is no record: a reader may have to go on behind it.
    private static func hash(of record: AuditRecordLine) -> String { record["hash"] ?? "" }
}

/// What one of several readers of a trail has read lately, for the others: they are mostly close together, and each line is
/// then read, hashed and taken apart once, however many sinks there are.
final class RecentChunks: Sendable {
    private struct Entry {
        var start: AuditPosition
        var chunk: TrailChunk
        var readersLeft: Int
    }

    private struct State {
        var readers: Int
        var entries: [Entry] = []
        var bytes = 0

        mutating func remove(at place: Int) -> TrailChunk {
            let chunk = entries.remove(at: place).chunk
            bytes -= chunk.bytes
            return chunk
        }
    }

    /// Of lines, as they stand in the trail; in memory they take three times as much. It is what two batches of a sink have in them:
    /// a reader that is farther behind reads for itself.
    private static let byteLimit = 8 << 20
    private let state: Mutex<State>

    /// - Parameter readers: how many take turns.
    init(readers: Int) { state = Mutex(State(readers: readers)) }

    /// What another has read from `start` on; nil where none has, or each of the others has taken it already.
    func take(from start: AuditPosition) -> TrailChunk? {
        state.withLock { state in
            guard let place = state.entries.firstIndex(where: { $0.start == start }) else { return nil }
            state.entries[place].readersLeft -= 1
            return state.entries[place].readersLeft == 0 ? state.remove(at: place) : state.entries[place].chunk
        }
    }

    func keep(_ chunk: TrailChunk, from start: AuditPosition) {
        // Freed when nobody waits for the lock.
        var old: [TrailChunk] = []
        state.withLock { state in
            guard state.readers > 1 else { return }
            // One that is behind all others must not push out what these are about to take.
            if let oldest = state.entries.first?.start, start.isBefore(oldest) { return }
            state.entries.append(Entry(start: start, chunk: chunk, readersLeft: state.readers - 1))
            state.bytes += chunk.bytes
            while state.bytes > Self.byteLimit, state.entries.count > 1 { old.append(state.remove(at: 0)) }
        }
    }

    /// One of the readers reads no more: nothing is kept for it.
    func leave() {
        var old: [TrailChunk] = []
        state.withLock { state in
            state.readers -= 1
            for place in state.entries.indices.reversed() {
                state.entries[place].readersLeft -= 1
                if state.entries[place].readersLeft <= 0 { old.append(state.remove(at: place)) }
            }
        }
    }
}

extension AuditPosition {
    fileprivate func isBefore(_ other: AuditPosition) -> Bool {
        (segment, lines) < (other.segment, other.lines)
    }
}
