/// Which records of a trail are gone, and which of them its `retention` records say are.
struct PrunedRuns {
    private struct Run {
        var indexes: ClosedRange<UInt64>
        let place: AuditPlace
    }

    private var gone: [String: [Run]] = [:]
    /// Said, but not under a checkpoint yet.
    private var waiting: [String: [ClosedRange<UInt64>]] = [:]
    private var announced: [String: [ClosedRange<UInt64>]] = [:]
    /// Records that are gone.
    private(set) var count: UInt64 = 0

    mutating func note(_ log: String, _ index: UInt64, at place: AuditPlace) {
        count += 1
        var runs = gone.removeValue(forKey: log) ?? []
        if let last = runs.last, index > 0, last.indexes.upperBound == index - 1 {
            runs[runs.count - 1].indexes = last.indexes.lowerBound...index
        } else {
            runs.append(Run(indexes: index...index, place: place))
        }
        gone[log] = runs
    }

    /// Takes what a record of kind `retention` announces, which counts once a checkpoint over it is found good: anybody
    /// can write a record.
    mutating func announce(_ log: String, _ record: AuditRecordLine) {
        guard let notice = RemovalNotice(record) else { return }
        waiting[log, default: []] += notice.runs
    }

    /// Whether something that was announced waits for a checkpoint of this log.
    func awaits(_ log: String) -> Bool { waiting[log] != nil }

    /// Takes what was announced in this log as its own word.
    mutating func confirm(_ log: String) {
        announced[log, default: []] += waiting.removeValue(forKey: log) ?? []
    }

    /// What is gone without a word.
    var faults: [AuditError] {
        gone.sorted { $0.key < $1.key }.flatMap { log, runs -> [AuditError] in
            let told = (announced[log] ?? []).merged
            return runs.compactMap { run -> AuditError? in
                guard let missing = PrunedRuns.first(in: run.indexes, outside: told) else { return nil }
                return AuditError(
                    .damaged, "record \(missing) of `\(log)` was removed, and no retention record says so",
                    place: run.place)
            }
        }
    }

    private static func first(in run: ClosedRange<UInt64>, outside told: [ClosedRange<UInt64>]) -> UInt64? {
        guard let around = told.first(where: { $0.contains(run.lowerBound) }) else { return run.lowerBound }
        return around.upperBound >= run.upperBound ? nil : around.upperBound + 1
    }
}
