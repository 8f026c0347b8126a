/// Answers queries about the records of a journal, which may be in use.
///
/// Closed segments have an index beside them, in `index/`, made the first time that somebody asks; where that cannot be written,
/// segments are read as they are. Removing it costs time and nothing else.
public struct AuditSearch {
    private let storage: any JournalStorage
    private let indexes: (any JournalStorage)?

    /// - Parameter trustsIndexes: false where indexes are neither to be read nor made: it then reads all.
    /// - Throws: ``AuditError`` `.storage`.
    public init(directory: String, trustsIndexes: Bool = true) throws(AuditError) {
        do throws(StorageError) {
            storage = try PosixStorage(directory: directory, create: false)
        } catch { throw AuditError(error) }
        indexes = trustsIndexes ? try? PosixStorage(directory: directory + "/index", create: true) : nil
    }

    init(storage: any JournalStorage, indexes: (any JournalStorage)?) {
        self.storage = storage
        self.indexes = indexes
    }

    /// Calls `each` with every record asked for that is under a checkpoint, oldest first, until it returns false.
    /// - Throws: ``AuditError`` `.storage`, and what `each` throws.
    public func run(_ query: AuditQuery, each: (AuditRecordLine) throws -> Bool) throws {
        let numbers = try storage.names().compactMap(JournalFiles.segmentNumber).sorted()
        for number in numbers {
            for record in try records(query, number, isLast: number == numbers.last) {
                guard try each(record) else { return }
            }
        }
    }

    /// The newest `count` records asked for, oldest first.
    ///
    /// Segments that were begun before `query.from` end the search, but for the last two, since the clock may have been set back.
    /// - Parameter isOver: asked before each segment: whether the search is to be given up.
    /// - Returns: nil where it was given up.
    /// - Throws: ``AuditError`` `.storage`.
    public func newest(
        _ count: Int, _ query: AuditQuery, unless isOver: () -> Bool
    ) throws(AuditError) -> [AuditRecordLine]? {
        var found: [[AuditRecordLine]] = []
        var missing = count
        let numbers = try storage.names().compactMap(JournalFiles.segmentNumber).sorted()
        for number in numbers.reversed() where missing > 0 {
            guard !isOver() else { return nil }
            let isLast = number == numbers.last
            let bytes = try storage.contents(JournalFiles.segment(number))
            let index = index(of: bytes, number, isLast: isLast)
            let records = records(query, number, bytes, index).suffix(missing)
            missing -= records.count
            found.append(Array(records))
            if let from = query.from, !isLast, let first = firstTime(bytes, index), first < from { break }
        }
        return found.reversed().flatMap { $0 }
    }

    /// The newest `count` records asked for, oldest first, however long it takes.
    /// - Throws: ``AuditError`` `.storage`.
    public func newest(_ count: Int, _ query: AuditQuery) throws(AuditError) -> [AuditRecordLine] {
        try newest(count, query, unless: { false }) ?? []
    }

    private func records(
        _ query: AuditQuery, _ number: UInt64, isLast: Bool
    ) throws(AuditError) -> [AuditRecordLine] {
        let bytes = try storage.contents(JournalFiles.segment(number))
        return records(query, number, bytes, index(of: bytes, number, isLast: isLast))
    }

    private func records(
        _ query: AuditQuery, _ number: UInt64, _ bytes: [UInt8], _ index: SegmentIndex
    ) -> [AuditRecordLine] {
        let file = JournalFiles.segment(number)
        var (line, counted) = (1, 0)
        let sought = SoughtText(query)
        var found: [AuditRecordLine] = []
        for (place, mayBeAskedFor) in index.places(query) {
            // Nobody signs an index: what it leaves out is left out only where the line itself agrees.
            let mayMatch =
                mayBeAskedFor
                || bytes.withUnsafeBufferPointer { sought.mayStand(in: UnsafeBufferPointer(rebasing: $0[place])) }
            guard mayMatch else { continue }
            line += bytes[counted..<place.lowerBound].reduce(0) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
            counted = place.lowerBound
            let record = AuditRecordLine(bytes: Array(bytes[place]), place: AuditPlace(file: file, line: line))
            if query.matches(record) { found.append(record) }
        }
        return found
    }

    // By the record itself.
    private func firstTime(_ bytes: [UInt8], _ index: SegmentIndex) -> Int64? {
        index.entries.first.flatMap { entry in
            let place = Int(entry.offset)..<Int(entry.offset) + Int(entry.length)
            return bytes.withUnsafeBufferPointer { SoughtText.time(of: UnsafeBufferPointer(rebasing: $0[place])) }
        }
    }

    private func index(of bytes: [UInt8], _ number: UInt64, isLast: Bool) -> SegmentIndex {
        guard !isLast, let indexes else { return SegmentIndex(segment: bytes) }
        let name = SegmentIndex.fileName(number)
        if let kept = try? indexes.read(name, fresh: false), let index = SegmentIndex(kept, segment: bytes) {
            return index
        }
        let index = SegmentIndex(segment: bytes)
        try? indexes.replace(name, with: index.encoded, durably: false)
        return index
    }
}
