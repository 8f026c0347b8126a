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

    /// About what two batches of a sink have in them; a reader that is farther behind reads for itself.
    private static let byteLimit = 8 << 20

    private let readers: Int
    private let entries = Mutex([Entry]())

    /// - Parameter readers: how many take turns.
    init(readers: Int) { self.readers = readers }

    /// What another has read from `start` on; nil where none has, or all that is asked for was given.
    func take(from start: AuditPosition) -> TrailChunk? {
        entries.withLock { entries in
            guard let place = entries.firstIndex(where: { $0.start == start }) else { return nil }
            let chunk = entries[place].chunk
            entries[place].readersLeft -= 1
            if entries[place].readersLeft == 0 { entries.remove(at: place) }
            return chunk
        }
    }

    func keep(_ chunk: TrailChunk, from start: AuditPosition) {
        guard readers > 1 else { return }
        entries.withLock { entries in
            entries.append(Entry(start: start, chunk: chunk, readersLeft: readers - 1))
            var bytes = entries.reduce(0) { $0 + $1.chunk.bytes }
            while bytes > Self.byteLimit, entries.count > 1 { bytes -= entries.removeFirst().chunk.bytes }
        }
    }
}
