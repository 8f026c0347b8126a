/// What the verification of a whole history found.
public struct HistoryReport: Sendable {
    public let tenant: String
    public internal(set) var events = 0
    public internal(set) var signatures = 0
    public internal(set) var approvals = 0
    public internal(set) var versions = 0
    public internal(set) var objects = 0
    /// Bundles that a store was asked for.
    public internal(set) var compared = 0
    /// The digest of the last event: who knows it from elsewhere can tell whether the end is missing.
    public internal(set) var head = LifecycleEvent.genesis
    /// Everything that is wrong, in the order of the history.
    public internal(set) var faults: [LifecycleError] = []
    /// What is not wrong and worth knowing.
    public internal(set) var notes: [String] = []

    public var isIntact: Bool { faults.isEmpty }
}
