import AuditTrail
import MerkleLog

/// Gathers, on the first walk through a log, what is gone of a pack's records, and the retention records that say so.
struct RemovalTrace {
    /// A retention record as it stands in the log.
    struct Announcement {
        let notice: RemovalNotice
        let line: AuditRecordLine
    }

    /// Indexes of what is gone since the pack's first record, in runs.
    private var gone: [ClosedRange<UInt64>] = []
    private(set) var announcements: [Announcement] = []

    var isEmpty: Bool { gone.isEmpty }

    /// The pack begins here, or later.
    mutating func begin() {
        gone.removeAll(keepingCapacity: true)
        announcements.removeAll()
    }

    mutating func remove(_ index: UInt64) {
        if let last = gone.last, last.upperBound + 1 == index {
            gone[gone.count - 1] = last.lowerBound...index
        } else {
            gone.append(index...index)
        }
    }

    /// Takes a record of kind `retention`. What is gone stands before what says so.
    mutating func take(_ line: AuditRecordLine) {
        guard let notice = RemovalNotice(line), names(notice) else { return }
        announcements.append(Announcement(notice: notice, line: line))
    }

    /// Leaves out what is not in the pack.
    /// - Parameters:
    ///   - start: the first record of the pack. It moves to the last of the removed ones behind it that are all known to be
    ///     of before `from`: that one shows as well that nothing of the period stands before.
    ///   - end: the index after the last.
    /// - Throws: ``PackError`` `.journal` for a record that is gone without a word.
    mutating func settle(start: inout UInt64, end: UInt64, from: String, log: String) throws(PackError) {
        keep(start..<end)
        let announced = removals
        for index in gone.lazy.joined() where announced.reason(of: index) == nil {
            throw PackError(
                .journal, "record \(index) of `\(log)` was removed, and no retention record says so",
                fix: "look at the whole journal: aegis audit verify")
        }
        guard let first = gone.first, first.lowerBound <= start + 1,
            let last = first.prefix(while: { announced.reason(of: $0).map { $0.until < from } ?? false }).last
        else { return }
        start = last
        keep(start..<end)
    }

    private mutating func keep(_ range: Range<UInt64>) {
        gone = gone.compactMap { run in
            let part = run.clamped(to: range.lowerBound...max(range.lowerBound, range.upperBound - 1))
            return run.overlaps(range) ? part : nil
        }
        announcements = announcements.filter { names($0.notice) }
    }

    var removals: AnnouncedRemovals {
        var removals = AnnouncedRemovals()
        for announcement in announcements { removals.add(announcement.notice) }
        removals.settle()
        return removals
    }

    // Whether it names something that is gone: both are in order, mostly.
    private func names(_ notice: RemovalNotice) -> Bool {
        notice.runs.contains { run in
            var (low, high) = (0, gone.count)
            while low < high {
                let middle = (low + high) / 2
                if gone[middle].upperBound < run.lowerBound { low = middle + 1 } else { high = middle }
            }
            return low < gone.count && gone[low].lowerBound <= run.upperBound
        }
    }
}
