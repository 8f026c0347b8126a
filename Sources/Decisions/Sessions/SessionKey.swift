/// Which session a call belongs to. A call that names none belongs to its agent's own: leaving the name out forgets nothing.
public struct SessionKey: Sendable, Hashable {
    enum Scope: Sendable, Hashable {
        case named(String)
        case agent(String)
    }

    public let tenant: String
    let scope: Scope

    public init(tenant: String, agent: String, sessionID: String?) {
        self.tenant = tenant
        scope = sessionID.map(Scope.named) ?? .agent(agent)
    }
}
