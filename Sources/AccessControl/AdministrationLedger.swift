public import Approvals
public import Decisions

/// Where keys and switches live. Implementers MUST make each change one atomic step that is durable when it returns and
/// that stores its ``AdministrativeAct`` too, MUST answer for the named tenant only, and MUST keep key ids of different
/// tenants apart.
public protocol AdministrationLedger: Sendable {
    /// A tenant's keys by key id, ascending, after `keyID`; at most `limit`.
    func keys(tenant: String, after keyID: String?, limit: Int) async throws -> [IssuedKey]
    func key(_ keyID: String, tenant: String) async throws -> IssuedKey?

    /// - Returns: the key under which the act waits for its record.
    /// - Throws: ``AccessError`` `.exists` where the tenant has the key id, also of a revoked key: an id in an old record must
    ///   never come to mean somebody else.
    func issue(_ key: APIKeyEntry, by administrator: Administrator, now: Timestamp) async throws -> String

    /// Gives a key another secret, under the id that policies and records know. Two secrets hold at a time, never three.
    /// - Parameters:
    ///   - end: until when the secret of before proves its caller too; nil: not any more.
    ///   - endsOverlap: whether one of before that still holds for a while is given up for it; else that is a conflict.
    /// - Returns: the key under which the act waits for its record.
    /// - Throws: ``AccessError`` `.notFound`, and `.conflict` for a key that is revoked or expired.
    func rotate(
        _ keyID: String, tenant: String, to digest: [UInt8], previousUntil end: Timestamp?, endsOverlap: Bool,
        by administrator: Administrator, now: Timestamp
    ) async throws -> String

    /// Makes a key worthless from now on.
    /// - Returns: the act's key, or nil where it was revoked already.
    /// - Throws: ``AccessError`` `.notFound`.
    func revoke(_ keyID: String, tenant: String, by administrator: Administrator, now: Timestamp) async throws
        -> String?

    /// The last change of each agent of the tenant that was ever switched off: by ``AgentStopChange/Origin``, so that there may be
    /// two of one agent.
    func agentStops(tenant: String) async throws -> [AgentStopChange]

    /// Switches an agent off, or on again, here.
    /// - Parameter expected: when the agent was last switched, as the caller knows it; nil inside: never; nil: whatever it is.
    /// - Returns: the act's key, or nil where it was so already.
    /// - Throws: ``AccessError`` `.conflict` where it was switched since.
    func setStopped(
        _ isStopped: Bool, _ stop: AgentSwitches.Stop, ifLastSwitched expected: LastSwitch?,
        by administrator: Administrator, now: Timestamp
    ) async throws -> String?

    /// Takes up what the tenant's signed list says. Of two changes of one agent the later counts, and what is not in the list stays.
    /// - Parameters:
    ///   - changes: their origin is the list.
    ///   - source: where the list came from, and who signed it; for the record.
    /// - Returns: the acts' keys, one for each switch that is news here.
    func learn(
        _ changes: [AgentStopChange], tenant: String, from source: ListSource, now: Timestamp
    ) async throws -> [String]

    /// Keeps an act of a change that lies elsewhere, once it stands there. The same key again keeps nothing.
    /// - Parameter key: unique for ever.
    func keep(_ act: AdministrativeAct, as key: String) async throws

    /// Acts that have no record yet, oldest first.
    func unrecorded(limit: Int) async throws -> [UnrecordedAct]
    func markRecorded(_ keys: [String]) async throws
    func isRecorded(_ key: String) async throws -> Bool
}

/// When an agent was last switched.
public enum LastSwitch: Sendable, Hashable {
    case never
    case at(Timestamp)
}

/// Where a signed list of switched agents came from.
public struct ListSource: Sendable, Hashable {
    /// The store or service, as operators call it.
    public let name: String
    public let signedBy: String

    public init(name: String, signedBy: String) {
        self.name = name
        self.signedBy = signedBy
    }
}
