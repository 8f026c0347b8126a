/// Which agents an operator has switched off.
public struct AgentSwitches: Sendable, Hashable {
    /// One agent that may do nothing until it is enabled again.
    public struct Stop: Sendable, Hashable {
        public var tenant: String
        public var agent: String
        public var reason: String

        public init(tenant: String, agent: String, reason: String) {
            self.tenant = tenant
            self.agent = agent
            self.reason = reason
        }

        var message: String { "the agent `\(agent)` is switched off" + (reason.isEmpty ? "" : ": \(reason)") }
    }

    private struct Key: Hashable {
        var tenant: String
        var agent: String
    }

    private let stops: [Key: Stop]

    public init(_ stops: [Stop] = []) {
        self.stops = Dictionary(
            stops.map { (Key(tenant: $0.tenant, agent: $0.agent), $0) }, uniquingKeysWith: { first, _ in first })
    }

    public func stop(tenant: String, agent: String) -> Stop? {
        stops.isEmpty ? nil : stops[Key(tenant: tenant, agent: agent)]
    }
}
