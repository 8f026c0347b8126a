import AuditTrail

/// Which records retention records name, and why. Where two name the same one, the run that begins first counts.
struct AnnouncedRemovals {
    private struct Run {
        let indexes: ClosedRange<UInt64>
        let reason: RemovalReason
    }

    private var runs: [Run] = []
    /// In order and without overlaps.
    private var isSettled = true

    mutating func add(_ notice: RemovalNotice) {
        runs += notice.runs.map { Run(indexes: $0, reason: RemovalReason(notice)) }
        isSettled = false
    }

    /// Once all are added; before, nothing is found.
    mutating func settle() {
        guard !isSettled else { return }
        isSettled = true
        runs.sort { a, b in
            (a.indexes.lowerBound, a.indexes.upperBound, a.reason.label, a.reason.from, a.reason.until)
                < (b.indexes.lowerBound, b.indexes.upperBound, b.reason.label, b.reason.from, b.reason.until)
        }
        var parted: [Run] = []
        for run in runs {
            guard let end = parted.last?.indexes.upperBound, run.indexes.lowerBound <= end else {
                parted.append(run)
                continue
            }
            if run.indexes.upperBound > end {
                parted.append(Run(indexes: end + 1...run.indexes.upperBound, reason: run.reason))
            }
        }
        runs = parted
    }

    /// Why a record was removed; nil where nothing says that it was.
    func reason(of index: UInt64) -> RemovalReason? {
        guard isSettled else { return nil }
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].indexes.upperBound < index { low = middle + 1 } else { high = middle }
        }
        return low < runs.count && runs[low].indexes.contains(index) ? runs[low].reason : nil
    }
}
