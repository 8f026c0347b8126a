/// Reads records that are durable and under a checkpoint, oldest first, while the journal may be in use. It trusts the
/// files; ``AuditVerifier`` does not.
public struct AuditReader {
    private let storage: any JournalStorage
    // Where the next record will stand: the segment, the offset in it, and the lines before.
    private var segment: UInt64 = 1
    private var offset = 0
    private var lines = 0
    /// Where the records that ``next()`` returned last stand; before the first call, where it begins.
    public private(set) var batchStart = AuditPosition.beginning
    // At first; a reader that follows a journal at work finds little new each time.
    private static let chunk = 1 << 18

    /// - Throws: ``AuditError`` `.storage`.
    public init(directory: String) throws(AuditError) {
        do throws(StorageError) {
            self.init(storage: try PosixStorage(directory: directory, create: false))
        } catch { throw AuditError(error) }
    }

    /// Whether a journal was ever opened in `directory`. Of one that was not there is nothing to be said, least of all that it has no records.
    public static func isTrail(_ directory: String) -> Bool {
        guard let names = try? PosixStorage(directory: directory, create: false).names() else { return false }
        return names.contains { JournalFiles.segmentNumber($0) != nil || $0 == JournalFiles.publicKeys }
    }

    /// Goes on at a place that an earlier reader told, also where records before it have been removed since.
    /// - Throws: ``AuditError`` `.storage`.
    public init(directory: String, at position: AuditPosition) throws(AuditError) {
        try self.init(directory: directory)
        resume(at: position)
    }

    /// Goes on where another reader of the same trail, which began at this one's place, has just come to.
    public mutating func follow(to position: AuditPosition) {
        (segment, offset, lines) = (position.segment, position.offset, position.lines)
    }

    // A segment that was pruned since has the same lines at other offsets.
    mutating func resume(at position: AuditPosition) {
        (segment, offset, lines) = (position.segment, position.offset, position.lines)
        defer { batchStart = self.position }
        guard lines > 0, let bytes = try? storage.read(JournalFiles.segment(segment), fresh: false) else { return }
        var (place, seen) = (0, 0)
        bytes.withUnsafeBufferPointer { bytes in
            while seen < lines, let newline = bytes.newline(from: place) { (place, seen) = (newline + 1, seen + 1) }
        }
        if seen == lines { offset = place }
    }

    init(storage: any JournalStorage) { self.storage = storage }

    /// The oldest segment that is still here; nil for an empty journal.
    /// - Throws: ``AuditError`` `.storage`.
    public func oldestSegment() throws(AuditError) -> UInt64? {
        try storage.names().compactMap(JournalFiles.segmentNumber).min()
    }

    /// The last `count` records that match, and moves to the end of the journal.
    /// - Parameter since: nanoseconds since 1970; nothing older is looked for. The last two segments are looked through whatever
    ///   their times are, since the clock may have been set back.
    /// - Throws: ``AuditError`` `.storage`.
    public mutating func last(
        _ count: Int, since: Int64? = nil, where matches: (AuditRecordLine) -> Bool = { _ in true }
    ) throws(AuditError) -> [AuditRecordLine] {
        var found: [[AuditRecordLine]] = []
        var missing = count
        let numbers = try storage.names().compactMap(JournalFiles.segmentNumber).sorted()
        for number in numbers.reversed() {
            var reader = AuditReader(storage: storage)
            reader.segment = number
            let all = try reader.restOfSegment()
            let records = all.filter(matches).suffix(missing)
            if number == numbers.last { self = reader }
            found.append(Array(records))
            missing -= records.count
            if missing <= 0 { break }
            if let since, number != numbers.last, let first = all.first?["time"].flatMap(Timestamp.read), first < since
            {
                break
            }
        }
        return found.reversed().flatMap { $0 }
    }

    /// Shows records, those of the newest segment first and in each segment the oldest first, until `visit` has seen enough. Some
    /// megabytes of them are in memory at once.
    /// - Parameter since: as of ``last(_:since:where:)``.
    /// - Throws: ``AuditError`` `.storage`.
    public func scanBack(since: Int64? = nil, until visit: (AuditRecordLine) -> Bool) throws(AuditError) {
        let numbers = try storage.names().compactMap(JournalFiles.segmentNumber).sorted()
        for number in numbers.reversed() {
            var reader = AuditReader(storage: storage)
            reader.segment = number
            var first: Int64?
            while true {
                let records = try reader.chunk()
                if records.isEmpty { break }
                first = first ?? records.first?["time"].flatMap(Timestamp.read)
                for record in records where visit(record) { return }
            }
            if let since, let first, number != numbers.last, first < since { return }
        }
    }

    /// Moves to the first segment that may hold records of this time or later.
    /// - Parameter time: nanoseconds since 1970.
    /// - Throws: ``AuditError`` `.storage`.
    public mutating func skip(toTime time: Int64) throws(AuditError) {
        var horizon: [UInt8] = []
        Timestamp.write(time, to: &horizon)
        let numbers = try storage.names().compactMap(JournalFiles.segmentNumber).sorted()
        for number in numbers.reversed() {
            var reader = AuditReader(storage: storage)
            reader.segment = number
            (segment, offset, lines) = (number, 0, 0)
            if let first = try reader.chunk().first?["time"], first < String(decoding: horizon, as: UTF8.self) {
                return
            }
        }
    }

    /// The records that were committed since the last call, up to some megabytes of them; none when there are no more.
    /// - Throws: ``AuditError`` `.storage`.
    public mutating func next() throws(AuditError) -> [AuditRecordLine] {
        while true {
            batchStart = AuditPosition(segment: segment, offset: offset, lines: lines)
            let records = try chunk()
            if !records.isEmpty { return records }
            let following = segment + 1
            guard try storage.names().contains(JournalFiles.segment(following)) else { return [] }
            // The next segment exists, so this one is complete: what is not here now never will be.
            let late = try chunk()
            if !late.isEmpty { return late }
            (segment, offset, lines) = (following, 0, 0)
        }
    }

    private mutating func restOfSegment() throws(AuditError) -> [AuditRecordLine] {
        var all: [AuditRecordLine] = []
        while true {
            let records = try chunk()
            if records.isEmpty { return all }
            all += records
        }
    }

    /// Where the next record will stand.
    public var position: AuditPosition { AuditPosition(segment: segment, offset: offset, lines: lines) }

    // Whole batches from the current place; empty when no whole one follows in this segment.
    private mutating func chunk() throws(AuditError) -> [AuditRecordLine] {
        var size = Self.chunk
        while true {
            let bytes: [UInt8]
            do throws(StorageError) {
                bytes = try storage.read(JournalFiles.segment(segment), from: offset, atMost: size)
            } catch { throw AuditError(error) }
            let records = take(bytes)
            if !records.isEmpty { return records }
            // A batch larger than the chunk: look at more, unless the file or what is written in it ends here.
            if bytes.count < size || bytes.last == 0 { return [] }
            size *= 2
        }
    }

    // The records of the whole batches in `bytes`, which stand at the current place, and moves behind them.
    private mutating func take(_ bytes: [UInt8]) -> [AuditRecordLine] {
        let file = JournalFiles.segment(segment)
        let isSegmentStart = lines == 0
        var taken: [AuditRecordLine] = []
        var batch: [AuditRecordLine] = []
        var (start, line, committed, committedLines) = (0, lines, 0, lines)
        bytes.withUnsafeBufferPointer { bytes in
            // Behind what is written stand the zeros that were allocated for more.
            while start < bytes.count, bytes[start] != 0, let newline = bytes.newline(from: start) {
                let content = UnsafeBufferPointer(rebasing: bytes[start..<newline])
                line += 1
                start = newline + 1
                if content.begins(with: Commit.prefix) {
                    taken += batch
                    batch.removeAll(keepingCapacity: true)
                    (committed, committedLines) = (start, line)
                } else if !(isSegmentStart && line == 1), !content.begins(with: PrunedRecord.prefix) {
                    batch.append(AuditRecordLine(bytes: Array(content), place: AuditPlace(file: file, line: line)))
                }
            }
        }
        offset += committed
        lines = committedLines
        return taken
    }
}
