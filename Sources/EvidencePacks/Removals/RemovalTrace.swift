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

    /// The pack ends before `end`: nothing from there on is of interest.
    /// - Throws: ``PackError`` `.journal` for a record that is gone without a word.
    mutating func settle(end: UInt64, log: String) throws(PackError) {
        gone = gone.compactMap { $0.lowerBound < end ? $0.lowerBound...min($0.upperBound, end - 1) : nil }
        announcements = announcements.filter { names($0.notice) }
        let announced = removals
        for index in gone.lazy.joined() where announced.reason(of: index) == nil {
            throw PackError(
                .journal, "record \(index) of `\(log)` was removed, and no retention record says so",
                fix: "look at the whole journal: aegis audit verify")
        }
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
