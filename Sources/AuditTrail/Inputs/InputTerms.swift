/// How long sealed inputs are kept: as long as the records that commit to them, by the same rules, and no longer than `longest`.
public struct InputTerms: Sendable, Hashable {
    /// Those of the records; nil: none but `longest`.
    public var rules: RetentionRules?
    /// Seconds; nil: as long as the rules say.
    public var longest: Int64?

    public init(rules: RetentionRules? = nil, longest: Int64? = nil) {
        self.rules = rules
        self.longest = longest
    }

    /// When an input is over, nanoseconds since 1970, and the class that says so; no class where it is `longest`.
    struct End {
        var time: Int64
        var retentionClass: String?
    }

    /// - Returns: nil for one that is kept for ever.
    func end(of record: AuditRecordLine) -> End? {
        let byClass = rules?.end(of: record).map { End(time: $0.time, retentionClass: $0.name) }
        guard let time = record["time"].flatMap(Timestamp.read), let last = latest(of: time),
            last < byClass?.time ?? .max
        else { return byClass }
        return End(time: last, retentionClass: nil)
    }

    /// When an input that was recorded at `time` is over by ``longest`` alone; nil: never.
    func latest(of time: Int64) -> Int64? { longest.flatMap { Self.sum(time, seconds: $0) } }

    /// Before which nothing that was recorded at `time` or later is over; nil: nothing ever is.
    func earliest(of time: Int64) -> Int64? {
        let terms = (rules.map { Array($0.classes.values) } ?? []) + [longest ?? 0]
        return terms.filter { $0 > 0 }.min().flatMap { Self.sum(time, seconds: $0) }
    }

    private static func sum(_ time: Int64, seconds: Int64) -> Int64? {
        let (length, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (end, isTooLate) = time.addingReportingOverflow(length)
        return isTooLong || isTooLate ? nil : end
    }
}
