/// Counts what is gone of a pack's log. What is left of a record bears no time, so all of it counts: a pack reaches from the
/// last record that is kept before its period to the first behind it.
struct RemovalCount: Sendable {
    /// By the label of their reason.
    private(set) var counts: [String: Int] = [:]
    /// How many of them were decisions, and how many may have been.
    private(set) var decisions = 0
    private(set) var ofUnknownKind = 0

    mutating func add(_ reason: RemovalReason) {
        counts[reason.label, default: 0] += 1
        if reason.kind == "decision" { decisions += 1 }
        if reason.kind == nil { ofUnknownKind += 1 }
    }
}
