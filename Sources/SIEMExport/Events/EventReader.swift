import AuditTrail
import RegoValues

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

    private let directory: String
    private let wants: @Sendable (SIEMEvent) -> Bool
    private var reader: AuditReader
    private var waiting: ArraySlice<AuditRecordLine> = []
    // Of the batch that `waiting` is the rest of.
    private var start: AuditPosition
    private var taken = 0

    /// - Throws: ``SIEMError`` `.trail` where the trail is not the one in which the place is, or cannot be read.
    init(
        directory: String, from place: ExportPlace, wants: @escaping @Sendable (SIEMEvent) -> Bool
    ) throws(SIEMError) {
        self.directory = directory
        self.wants = wants
        start = place.batch
        do throws(AuditError) {
            reader = try AuditReader(directory: directory, at: place.batch)
            if place.taken > 0 {
                let records = try reader.next()
                guard reader.batchStart == place.batch, records.count >= place.taken,
                    Self.hash(of: records[place.taken - 1]) == place.hash
                else { throw Self.exchanged(place) }
                waiting = records.dropFirst(place.taken)
                taken = place.taken
            }
        } catch { throw Self.unreadable(error) }
    }

    /// What is found of it also in a line that is no record: a reader may have to go on behind it.
    private static func hash(of record: AuditRecordLine) -> String { record["hash"] ?? "" }

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
            if waiting.isEmpty {
                do throws(AuditError) {
                    let records = try reader.next()
                    guard !records.isEmpty else { break }
                    waiting = records[...]
                    start = reader.batchStart
                    taken = 0
                } catch { throw Self.unreadable(error) }
            }
            guard let record = waiting.first else { break }
            guard bytes == 0 || bytes + record.bytes.count <= limits.bytes else { break }
            waiting.removeFirst()
            taken += 1
            looked += 1
            let fields = RecordFields(record.bytes)
            let place = ExportPlace(batch: start, taken: taken, hash: fields?["hash"]?.string ?? Self.hash(of: record))
            batch.end = place
            let isIntact = record.isIntact
            // What is within the values of a record is looked at only where its hash does not vouch for it: no receiver takes what is
            // sent together with something that is no JSON.
            guard let fields, isIntact || (try? Document(json: record.bytes)) != nil else {
                batch.unreadable.append(record.place)
                continue
            }
            if !isIntact { batch.changed.append(record.place) }
            let event = SIEMEvent(record, fields, place: place)
            guard wants(event) else { continue }
            batch.events.append(event)
            bytes += record.bytes.count
        }
        return batch
    }
}

/// How much a sink takes at once.
struct BatchLimits: Sendable, Hashable {
    var events: Int
    /// Of records, as they stand in the trail.
    var bytes: Int
}
