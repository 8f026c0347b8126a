public import Approvals
public import Decisions

/// Who switched an agent off or on again, when, and why.
public struct AgentStopChange: Sendable, Hashable {
    public let stop: AgentSwitches.Stop
    public let isStopped: Bool
    public let by: String
    public let at: Timestamp

    public init(stop: AgentSwitches.Stop, isStopped: Bool, by: String, at: Timestamp) {
        self.stop = stop
        self.isStopped = isStopped
        self.by = by
        self.at = at
    }
}
