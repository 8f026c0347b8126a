/// The segments of a journal that are not written any more, as they are now. The journal may be in use.
public struct ClosedSegments {
    private let storage: any JournalStorage

    /// - Throws: ``AuditError`` `.storage`.
    public init(directory: String) throws(AuditError) {
        do throws(StorageError) {
            storage = try PosixStorage(directory: directory, create: false)
        } catch { throw AuditError(error) }
    }

    init(storage: any JournalStorage) { self.storage = storage }

    /// Oldest first.
    /// - Throws: ``AuditError`` `.storage`.
    public func numbers() throws(AuditError) -> [UInt64] {
        try storage.names().compactMap(JournalFiles.segmentNumber).sorted().dropLast()
    }

    /// - Throws: ``AuditError`` `.storage`.
    public func read(_ number: UInt64) throws(AuditError) -> ClosedSegment {
        let name = JournalFiles.segment(number)
        return ClosedSegment(number: number, name: name, bytes: try storage.contents(name))
    }
}

public struct ClosedSegment: Sendable {
    public let number: UInt64
    /// The name of its file.
    public let name: String
    public let bytes: [UInt8]

    /// How long what stands in it is to be kept.
    public struct Term: Sendable, Hashable {
        /// When the last of its records was made, nanoseconds since 1970.
        public var lastRecord: Int64 = 0
        /// When the retention of the last one ends; of those whose retention ends.
        public var end: Int64 = 0
        /// Whether some record's class has no end. Records that retention never touches do not count.
        public var isEndless = false
        /// Whether a hold keeps some record.
        public var isHeld = false
    }

    public func term(_ rules: RetentionRules, holds: [LegalHold]) -> Term {
        var term = Term()
        for range in RetentionRun.lines(bytes) {
            guard let record = RetentionRun.record(bytes[range]) else { continue }
            if let time = record["time"].flatMap(Timestamp.read) { term.lastRecord = max(term.lastRecord, time) }
            if holds.contains(where: { $0.query.matches(record) }) { term.isHeld = true }
            guard let kind = record["kind"], !RetentionRules.untouchable.contains(kind) else { continue }
            if let end = rules.end(of: record)?.time { term.end = max(term.end, end) } else { term.isEndless = true }
        }
        return term
    }
}
