public import Approvals
public import Crypto
import MerkleLog
import Synchronization

/// What this gateway remembers of its sessions, in memory; the audit trail is where it comes from again after a restart.
///
/// A call takes constant time whatever its session has seen. A session of which no call was permitted for a day is
/// forgotten; when too many are open, new ones are refused, since forgetting one would lift what it forbids.
public final class SessionLedger: Sendable {
    /// Whose bound is reached.
    public enum Holder: String, Sendable, Hashable { case agent, tenant }

    /// Why a step was not taken.
    public enum Refusal: Error, Sendable, Hashable {
        /// The call would bring one more different value than the policy grants.
        case tooManyDistinct(SessionStep.Count)
        case tooManySessions(Holder)
        case tooManyValues(Holder)
        /// The session is not any more what the policies saw of it.
        case changed
    }

    /// A call that was let through: to be settled once it is recorded, or undone.
    public final class Ticket: Sendable {
        let key: SessionKey
        let at: Timestamp
        public let effects: SessionEffects
        /// What the books of shadow policies would have refused.
        public let shadowRefusal: Refusal?
        fileprivate let place: Place

        fileprivate init(
            key: SessionKey, at: Timestamp, effects: SessionEffects, shadowRefusal: Refusal?, place: Place
        ) {
            self.key = key
            self.at = at
            self.effects = effects
            self.shadowRefusal = shadowRefusal
            self.place = place
        }
    }

    /// Where a call stands. Safe to send because what it points to is touched under the ledger's lock alone.
    fileprivate struct Place: @unchecked Sendable {
        let tenant: TenantSessions
        let session: Session
    }

    private struct State {
        var tenants: [String: TenantSessions] = [:]
        var version: UInt64 = 0

        mutating func tenant(_ name: String, _ bounds: SessionBounds) -> TenantSessions {
            if let known = tenants[name] { return known }
            let tenant = TenantSessions(bounds)
            tenants[name] = tenant
            return tenant
        }
    }

    /// Seconds after its last permitted call at which a session is forgotten.
    public static let life: Int64 = 24 * 3600
    /// Seconds after which a session is told anew in the record of its next call.
    public static let carryEvery: Int64 = 12 * 3600
    private let state = Mutex(State())
    public let bounds: SessionBounds
    private let markKey: SymmetricKey

    /// - Parameter markKey: makes marks worthless to who does not have it; the same after a restart.
    public init(markKey: SymmetricKey, bounds: SessionBounds = SessionBounds()) {
        self.markKey = markKey
        self.bounds = bounds
    }

    /// How many sessions each tenant has open.
    public func counts(now: Timestamp) -> [String: (all: Int, ofFullestAgent: Int)] {
        state.withLock { state in
            for tenant in state.tenants.values { tenant.sweep(now, most: .max) }
            return state.tenants.mapValues { ($0.sessions.count, $0.ofFullestAgent) }
        }
    }

    /// What the session has come to so far, the calls that are under way counted in.
    public func facts(_ key: SessionKey, now: Timestamp) -> SessionFacts { view(key, now: now).expected }

    func view(_ key: SessionKey, now: Timestamp) -> SessionView {
        state.withLock { state in
            guard let session = state.tenants[key.tenant]?.session(key, now: now) else { return SessionView() }
            return SessionView(settled: session.settled, expected: session.expected, version: session.version)
        }
    }

    /// Takes the step, or says why it may not be taken: all of it or nothing.
    public func take(
        _ step: SessionStep, in key: SessionKey, by agent: String, now: Timestamp
    ) throws(Refusal) -> Ticket {
        try take(step, in: key, by: agent, now: now, seen: nil)
    }

    /// - Parameter seen: what the policies saw, and how much of it they look at; nil: whatever the session has come to.
    func take(
        _ step: SessionStep, in key: SessionKey, by agent: String, now: Timestamp,
        seen: (view: SessionView, interest: SessionView.Interest)?
    ) throws(Refusal) -> Ticket {
        let outcome: Result<Ticket, Refusal> = state.withLock { state in
            do throws(Refusal) {
                return .success(try take(step, in: key, by: agent, now: now, seen: seen, &state))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    private func take(
        _ step: SessionStep, in key: SessionKey, by agent: String, now: Timestamp,
        seen: (view: SessionView, interest: SessionView.Interest)?, _ state: inout State
    ) throws(Refusal) -> Ticket {
        let session = state.tenants[key.tenant]?.session(key, now: now)
        if let seen, (session?.version ?? 0) != seen.view.version,
            SessionView.differ(session?.expected ?? SessionFacts(), seen.view.expected, for: seen.interest)
        {
            throw .changed
        }
        let counting = session ?? Session(owner: agent, now: now)
        var added = try counting.newValues(step.counts)
        var marks = step.counts.map(\.mark)
        var shadowRefusal: Refusal?
        state.version += 1
        let tenant = state.tenant(key.tenant, bounds)
        do throws(Refusal) {
            let more = try counting.newValues(step.shadowCounts)
            if more > 0 { try tenant.checkRoom(inShadow: added + more, of: session?.owner ?? agent) }
            added += more
            marks += step.shadowCounts.map(\.mark)
        } catch {
            shadowRefusal = error
        }
        let open = try tenant.open(key, session, by: agent, values: added, now: now)
        let effects = open.take(step, marks: marks, version: state.version, now: now)
        return Ticket(
            key: key, at: now, effects: effects, shadowRefusal: shadowRefusal,
            place: Place(tenant: tenant, session: open))
    }

    /// The call of the step is recorded: what it did to its session stays.
    public func settle(_ ticket: Ticket) {
        state.withLock { _ in
            ticket.place.tenant.settle(ticket.place.session, place: ticket.effects.place, at: ticket.at)
        }
    }

    /// Undoes a step whose call did not come to pass. What other calls have done to the session stays.
    public func undo(_ ticket: Ticket) {
        state.withLock { state in
            state.version += 1
            ticket.place.tenant.undo(
                ticket.place.session, ticket.key, place: ticket.effects.place, version: state.version)
        }
    }

    /// Puts in a session as its records tell it.
    func restore(_ key: SessionKey, _ session: (_ version: UInt64) -> Session) {
        state.withLock { state in
            state.version += 1
            state.tenant(key.tenant, bounds).insert(session(state.version), key)
        }
    }

    /// The mark of a value in a session: canonical JSON in, a keyed hash out.
    func mark(_ value: [UInt8], books: StateBooks, policy: String, rule: String, in key: SessionKey) -> SessionMark {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("\(key.tenant)\0\(key.scope)\0\(policy)\0\(rule)\0".utf8) + value, using: markKey)
        return SessionMark(
            books: books, policy: policy, rule: rule, value: Hex.encode(code.prefix(16)))
    }
}
