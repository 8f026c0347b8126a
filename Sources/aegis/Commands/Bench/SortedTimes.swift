/// Times of many rounds, in nanoseconds.
struct SortedTimes: Sendable {
    private let sorted: [Int64]

    init(_ times: [Int64]) { sorted = times.sorted() }

    var count: Int { sorted.count }

    /// The time that `rank` of 100 rounds stay within.
    func percentile(_ rank: Int) -> Int64 {
        sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * rank / 100)]
    }

    /// In microseconds, to the tenth.
    func text(_ rank: Int) -> String {
        let tenths = percentile(rank) / 100
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension Duration {
    /// Whole nanoseconds; a benchmark never gets near the limit of 292 years.
    var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
