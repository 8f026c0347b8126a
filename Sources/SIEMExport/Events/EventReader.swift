import AuditTrail

/// Reads the trail from a place on, so many records at a time.
struct EventReader {
    struct Batch {
        /// Those that the sink wants.
        var events: [SIEMEvent] = []
        /// The last record looked at; nil where there was none.
        var end: ExportPlace?
        /// Lines that are no records.
        var unreadable: [AuditPlace] = []
        /// Records, some of them perhaps among the events, that are not as they were written.
        var changed: [AuditPlace] = []
    }

    private let wants: @Sendable (SIEMEvent) -> Bool
    private let recent: RecentChunks
    private var reader: AuditReader
    private var waiting: ArraySlice<TrailChunk.Line> = []

    /// - Parameter recent: what it shares with the readers of other sinks.
    /// - Throws: ``SIEMError`` `.trail` where the trail is not the one in which the place is, or cannot be read.
    init(
        directory: String, from place: ExportPlace, sharing recent: RecentChunks = RecentChunks(readers: 1),
        wants: @escaping @Sendable (SIEMEvent) -> Bool
    ) throws(SIEMError) {
        self.wants = wants
        self.recent = recent
        do throws(AuditError) {
            reader = try AuditReader(directory: directory, at: place.batch)
            if place.taken > 0 {
                let records = try reader.next()
                let chunk = TrailChunk(records, start: reader.batchStart, end: reader.position)
                guard reader.batchStart == place.batch, chunk.lines.count >= place.taken,
                    chunk.lines[place.taken - 1].end.hash == place.hash
                else { throw Self.exchanged(place) }
                waiting = chunk.lines.dropFirst(place.taken)
            }
        } catch { throw Self.unreadable(error) }
    }

    // A typed closure's two kinds of errors in one place.
    private static func exchanged(_ place: ExportPlace) -> AuditError {
        AuditError(
            .damaged,
            "the trail is not the one of which records were sent: segment \(place.batch.segment) does not hold the record with hash \(place.hash) where it stood",
            fix:
                "find out who exchanged it: was it restored from a copy? To send it as it is from its beginning, remove the cursor file"
        )
    }

    private static func unreadable(_ error: AuditError) -> SIEMError {
        SIEMError(.trail, error.message, fix: error.fix)
    }

    /// - Throws: ``SIEMError`` `.trail`.
    mutating func next(atMost limits: BatchLimits) throws(SIEMError) -> Batch {
        var batch = Batch()
        var bytes = 0
        var looked = 0
        while batch.events.count < limits.events, looked < limits.events * 16 {
            if waiting.isEmpty { waiting = try nextLines() }
            guard let line = waiting.first, bytes == 0 || bytes + line.bytes <= limits.bytes else { break }
            waiting.removeFirst()
            looked += 1
            batch.end = line.end
            guard let event = line.event else {
                batch.unreadable.append(line.place)
                continue
            }
            if !line.isIntact { batch.changed.append(line.place) }
            guard wants(event) else { continue }
            batch.events.append(event)
            bytes += line.bytes
        }
        return batch
    }

    /// Those that another reader has just read from here on, else those in the files; none where there are no more.
    private mutating func nextLines() throws(SIEMError) -> ArraySlice<TrailChunk.Line> {
        let start = reader.position
        if let chunk = recent.take(from: start) {
            reader.follow(to: chunk.end)
            return chunk.lines[...]
        }
        do throws(AuditError) {
            let records = try reader.next()
            guard !records.isEmpty else { return [] }
            let chunk = TrailChunk(records, start: reader.batchStart, end: reader.position)
            recent.keep(chunk, from: start)
            return chunk.lines[...]
        } catch { throw Self.unreadable(error) }
    }
}

/// How much a sink takes at once.
struct BatchLimits: Sendable, Hashable {
    var events: Int
    /// Of records, as they stand in the trail.
    var bytes: Int
}
