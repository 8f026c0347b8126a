import Approvals

/// The open sessions of one tenant, with what each agent has of them.
///
/// Each tenant has bounds of its own, so that none takes another's room. Within the tenant each agent has its bound, and
/// however full the tenant is, an agent that has hardly any may open one.
///
/// A class, so that a change copies none of its lists; touched under the ledger's lock alone.
final class TenantSessions {
    private struct Tally {
        var sessions = 0
        var values = 0
    }

    private struct Due {
        var key: SessionKey
        var at: Int64
    }

    private(set) var sessions: [SessionKey: Session] = [:]
    private var agents: [String: Tally] = [:]
    private var values = 0
    // Each session once, roughly by when it runs out.
    private var due: [Due] = []
    private var nextDue = 0
    let bounds: SessionBounds

    init(_ bounds: SessionBounds) { self.bounds = bounds }

    var ofFullestAgent: Int { agents.values.reduce(0) { max($0, $1.sessions) } }

    func session(_ key: SessionKey, now: Timestamp) -> Session? {
        guard let session = sessions[key], !session.isOver(now) else { return nil }
        return session
    }

    /// The session for one more call of `agent`, opened where there is none, with room for `values` more values.
    /// - Parameter current: the one that is open at `now`; nil where none is.
    func open(
        _ key: SessionKey, _ current: Session?, by agent: String, values added: Int, now: Timestamp
    ) throws(SessionLedger.Refusal) -> Session {
        sweep(now)
        if let current, added == 0 { return current }
        // One that is over may still stand there.
        if current == nil { remove(key) }
        let owner = current?.owner ?? agent
        let own = agents[owner] ?? Tally()
        if added > 0 {
            guard own.values + added <= bounds.valuesPerAgent else { throw .tooManyValues(.agent) }
            guard values + added <= bounds.valuesPerTenant else { throw .tooManyValues(.tenant) }
        }
        if let current { return current }
        guard own.sessions < bounds.perAgent else { throw .tooManySessions(.agent) }
        guard sessions.count < bounds.perTenant || own.sessions < bounds.alwaysPerAgent else {
            throw .tooManySessions(.tenant)
        }
        let session = Session(owner: owner, now: now)
        insert(session, key)
        return session
    }

    /// Values that are only tried share what is enforced ones' alone in its second half.
    func checkRoom(inShadow added: Int, of owner: String) throws(SessionLedger.Refusal) {
        guard (agents[owner]?.values ?? 0) + added <= bounds.valuesPerAgent / 2 else { throw .tooManyValues(.agent) }
        guard values + added <= bounds.valuesPerTenant / 2 else { throw .tooManyValues(.tenant) }
    }

    /// Puts in a session whatever the bounds say: what is recorded is not forgotten.
    func insert(_ session: Session, _ key: SessionKey) {
        if sessions[key] != nil { remove(key) }
        sessions[key] = session
        agents[session.owner, default: Tally()].sessions += 1
        count(session.valueCount, of: session.owner)
        due.append(Due(key: key, at: session.lastUsed.seconds + SessionLedger.life))
        // Sessions that came to nothing leave entries behind.
        guard due.count - nextDue > 2 * sessions.count + 1024 else { return }
        due = sessions.map { Due(key: $0.key, at: $0.value.lastUsed.seconds + SessionLedger.life) }
        due.sort { $0.at < $1.at }
        nextDue = 0
    }

    /// The call at `place` is recorded.
    func settle(_ session: Session, place: Int, at time: Timestamp) {
        guard !session.isForgotten else { return }
        count(session.settle(place, at: time), of: session.owner)
    }

    /// Takes back a call that did not come to pass, and the session with it where it was the only one.
    func undo(_ session: Session, _ key: SessionKey, place: Int, version: UInt64) {
        guard !session.isForgotten else { return }
        session.undo(place, version: version)
        if session.isEmpty { remove(key) }
    }

    private func count(_ added: Int, of owner: String) {
        guard added != 0 else { return }
        values += added
        agents[owner, default: Tally()].values += added
    }

    private func remove(_ key: SessionKey) {
        guard let session = sessions.removeValue(forKey: key) else { return }
        session.isForgotten = true
        count(-session.valueCount, of: session.owner)
        agents[session.owner]?.sessions -= 1
        if let tally = agents[session.owner], tally.sessions <= 0 { agents[session.owner] = nil }
    }

    /// Looks at sessions whose time may be up: a few for one call, however many there are.
    func sweep(_ now: Timestamp, most: Int = 8) {
        for _ in 0..<most {
            guard nextDue < due.count, due[nextDue].at < now.seconds else { break }
            let key = due[nextDue].key
            nextDue += 1
            guard let session = sessions[key] else { continue }
            guard !session.isOver(now) else {
                remove(key)
                continue
            }
            // A call that is under way keeps a session open beyond its time: look again in a minute.
            let end = max(session.lastUsed.seconds + SessionLedger.life, now.seconds + 60)
            due.append(Due(key: key, at: end))
        }
        if nextDue > 1024, nextDue * 2 > due.count {
            due.removeFirst(nextDue)
            nextDue = 0
        }
    }
}

/// How many sessions may be open, and how many different values they may count in all.
public struct SessionBounds: Sendable, Hashable {
    public var perTenant: Int
    public var perAgent: Int
    /// What an agent may have even where its tenant has no more room.
    public var alwaysPerAgent: Int
    public var valuesPerTenant: Int
    public var valuesPerAgent: Int

    public init(
        perTenant: Int = 100_000, perAgent: Int = 10_000, alwaysPerAgent: Int = 16, valuesPerTenant: Int = 1_000_000,
        valuesPerAgent: Int = 100_000
    ) {
        self.perTenant = perTenant
        self.perAgent = perAgent
        self.alwaysPerAgent = alwaysPerAgent
        self.valuesPerTenant = valuesPerTenant
        self.valuesPerAgent = valuesPerAgent
    }
}
