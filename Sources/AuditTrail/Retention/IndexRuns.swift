/// Indexes of one log's records, in runs, as records of kind `retention` tell them: `0-4,7-7`.
typealias IndexRuns = [ClosedRange<UInt64>]

extension [ClosedRange<UInt64>] {
    /// More runs than these do not stand in one record.
    private static var mostInText: Int { 1000 }

    /// Takes an index; one that follows the last makes that run longer.
    mutating func add(_ index: UInt64) {
        if let last, index > 0, last.upperBound == index - 1 {
            self[count - 1] = last.lowerBound...index
        } else {
            append(index...index)
        }
    }

    /// Reads what ``texts`` writes; what is malformed in it is left out.
    init(text: String) {
        self = text.split(separator: ",").compactMap { part in
            let ends = part.split(separator: "-").compactMap { UInt64($0) }
            return ends.count == 2 && ends[0] <= ends[1] ? ends[0]...ends[1] : nil
        }
    }

    /// The runs as texts that records have room for, each with how many indexes it holds.
    var texts: [(indexes: String, records: UInt64)] {
        stride(from: 0, to: count, by: Self.mostInText).map { start in
            let part = self[start..<Swift.min(start + Self.mostInText, count)]
            return (
                part.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ","),
                part.reduce(0) { $0 + ($1.upperBound - $1.lowerBound + 1) }
            )
        }
    }

    /// In order, and those that touch in one.
    var merged: [ClosedRange<UInt64>] {
        var merged: [ClosedRange<UInt64>] = []
        for run in sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, run.lowerBound == 0 || run.lowerBound - 1 <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound...Swift.max(last.upperBound, run.upperBound)
            } else {
                merged.append(run)
            }
        }
        return merged
    }

    /// Whether one of the runs holds the index; they must be in order.
    func holds(_ index: UInt64) -> Bool {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].upperBound < index { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low].contains(index)
    }
}
