/// What a reader of a trail can see at a glance to be missing: segments that are not there, and closed ones that do not begin as a
/// segment does.
///
/// ``AuditVerifier`` finds all that is wrong, with a key. This is for readers that would else pass over a gap in silence.
public enum MissingSegments {
    /// One text for each gap, in the order of the trail; none for a trail without segments.
    /// - Throws: ``AuditError`` `.storage`.
    public static func found(directory: String) throws(AuditError) -> [String] {
        let storage: PosixStorage
        do throws(StorageError) { storage = try PosixStorage(directory: directory, create: false) } catch {
            throw AuditError(error)
        }
        return try found(storage)
    }

    static func found(_ storage: any JournalStorage) throws(AuditError) -> [String] {
        let numbers = try storage.names().compactMap(JournalFiles.segmentNumber).sorted()
        var gaps: [String] = []
        var next: UInt64 = 1
        for number in numbers {
            let gap = number - next
            if gap == 1 { gaps.append("\(JournalFiles.segment(next)) is missing") }
            if gap > 1 {
                gaps.append("\(JournalFiles.segment(next)) to \(JournalFiles.segment(number - 1)) are missing")
            }
            // The last one may be about to be begun.
            if number != numbers.last, try !hasHeader(JournalFiles.segment(number), storage) {
                gaps.append(
                    "\(JournalFiles.segment(number)) is damaged: it does not begin with the header of a segment")
            }
            next = number &+ 1
        }
        return gaps
    }

    private static func hasHeader(_ name: String, _ storage: any JournalStorage) throws(AuditError) -> Bool {
        var size = 1 << 12
        while true {
            let bytes: [UInt8]
            do throws(StorageError) { bytes = try storage.read(name, from: 0, atMost: size) } catch {
                throw AuditError(error)
            }
            let begins = bytes.withUnsafeBufferPointer { $0.begins(with: "{\"commit\":") }
            guard begins else { return false }
            if bytes.contains(UInt8(ascii: "\n")) { return true }
            // A header grows with the logs that it names.
            if bytes.count < size { return false }
            size *= 2
        }
    }
}
