/// A record of kind `retention` that says what retention removes: records of its own log, all of them before it.
public struct RemovalNotice: Sendable, Hashable {
    /// The notice's own index and time.
    public let index: UInt64
    public let time: String
    /// The records that it names. What it says of itself and of what came after it does not count.
    public let runs: [ClosedRange<UInt64>]
    /// The retention class that was over.
    public let retentionClass: String?
    /// The kind of all these records; nil where an older program did not say.
    public let kind: String?
    /// When the oldest and the newest of them were made, RFC 3339 in UTC; nil where an older program did not say.
    public let from: String?
    public let until: String?

    /// Nil for a record that is none.
    public init?(_ record: AuditRecordLine) {
        guard record["kind"] == "retention", record["detail", "event"] == "pruned",
            let index = record["index"].flatMap(UInt64.init), let text = record["detail", "indexes"]
        else { return nil }
        self.index = index
        time = record["time"] ?? ""
        retentionClass = record["detail", "class"]
        kind = record["detail", "kind"]
        from = record["detail", "from"]
        until = record["detail", "until"]
        runs = IndexRuns(text: text).compactMap { run in
            run.lowerBound < index ? run.lowerBound...min(run.upperBound, index - 1) : nil
        }
    }
}
