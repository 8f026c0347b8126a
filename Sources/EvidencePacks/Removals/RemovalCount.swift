/// Counts what is gone of a period. What is left of a record bears no time: it counts unless all that went with it is of
/// before the period, or of behind it.
struct RemovalCount: Sendable {
    private let from: String
    private let to: String
    /// By the label of their reason.
    private(set) var counts: [String: Int] = [:]
    /// How many of them were decisions, and how many may have been.
    private(set) var decisions = 0
    private(set) var ofUnknownKind = 0

    init(from: String, to: String) {
        self.from = from
        self.to = to
    }

    /// The counts, or nil where there are none.
    var told: [String: Int]? { counts.isEmpty ? nil : counts }

    mutating func add(_ reason: RemovalReason) {
        guard reason.until >= from, reason.from < to else { return }
        counts[reason.label, default: 0] += 1
        if reason.kind == "decision" { decisions += 1 }
        if reason.kind == nil { ofUnknownKind += 1 }
    }
}
