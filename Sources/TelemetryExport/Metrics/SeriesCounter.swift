/// A counter for each combination of labels, so many at most: what comes later is counted together.
struct SeriesCounter<Key: Hashable & Sendable>: Sendable {
    private(set) var counts: [Key: UInt64] = [:]
    let limit: Int
    let overflow: Key

    init(limit: Int, overflow: Key) {
        self.limit = limit
        self.overflow = overflow
    }

    mutating func add(_ key: Key, _ amount: UInt64 = 1) {
        if let place = counts.index(forKey: key) {
            counts.values[place] += amount
        } else {
            counts[counts.count < limit ? key : overflow, default: 0] += amount
        }
    }

    func family(
        _ name: String, _ help: String, _ labels: (Key) -> [MetricFamily.Label]
    ) -> MetricFamily {
        MetricFamily(
            name, .counter, help,
            counts.map { MetricFamily.Sample(labels: labels($0.key), reading: .number(Double($0.value))) })
    }
}
