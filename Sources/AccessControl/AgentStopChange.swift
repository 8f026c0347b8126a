public import Approvals
public import Decisions

/// Who switched an agent off or on again, when, and why.
public struct AgentStopChange: Sendable, Hashable {
    /// Whose word it is.
    public enum Origin: Sendable, Hashable {
        /// Thrown at this gateway's state, for it alone.
        case here
        /// From the tenant's signed list, for all gateways; `serial` is the time of the switch in milliseconds since 1970.
        case list(serial: Int64)
    }

    public let stop: AgentSwitches.Stop
    public let isStopped: Bool
    public let by: String
    /// When it counted here; later than all changes before it.
    public let at: Timestamp
    public let origin: Origin

    public init(stop: AgentSwitches.Stop, isStopped: Bool, by: String, at: Timestamp, origin: Origin = .here) {
        self.stop = stop
        self.isStopped = isStopped
        self.by = by
        self.at = at
        self.origin = origin
    }

    /// When the switch was thrown.
    public var since: Timestamp {
        guard case .list(let serial) = origin else { return at }
        return Timestamp(nanoseconds: serial.multipliedReportingOverflow(by: 1_000_000).partialValue)
    }
}

/// What all words on one agent come to: it is stopped where any says so.
public struct AgentStanding: Sendable, Hashable {
    /// The word that counts: the latest that stops it, or the latest.
    public private(set) var word: AgentStopChange
    /// When anything about it changed last.
    public private(set) var changedAt: Timestamp

    public var isStopped: Bool { word.isStopped }

    /// By the agent's name.
    /// - Parameter changes: of one tenant.
    public static func of(_ changes: [AgentStopChange]) -> [String: AgentStanding] {
        Dictionary(
            changes.map { ($0.stop.agent, AgentStanding(word: $0, changedAt: $0.at)) },
            uniquingKeysWith: { a, b in
                let isFirst = a.isStopped == b.isStopped ? a.word.at > b.word.at : a.isStopped
                return AgentStanding(word: (isFirst ? a : b).word, changedAt: max(a.changedAt, b.changedAt))
            })
    }
}
