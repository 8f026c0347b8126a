public import Approvals
public import Crypto
import Synchronization

/// What this gateway remembers of its sessions, in memory; the audit trail is where it comes from again after a restart.
///
/// A call takes constant time whatever its session has seen. A session that has been quiet for a day is forgotten; when too
/// many are open, new ones are refused, since forgetting one would lift what it forbids.
public final class SessionLedger: Sendable {
    /// Why a step was not taken.
    public enum Refusal: Error, Sendable, Hashable {
        /// The call would bring one more different value than the policy grants.
        case tooManyDistinct(SessionStep.Count)
        case tooManySessions
    }

    /// What a step changed, to undo it.
    public struct Ticket: Sendable {
        let key: SessionKey
        let tool: String
        /// The labels that were not there before.
        public let labels: [String]
        /// The marks that were not there before.
        public let marks: [SessionMark]
    }

    private struct MarkGroup: Hashable {
        var books: StateBooks
        var policy: String
        var rule: String
    }

    private struct Session {
        var facts = SessionFacts()
        var marks: [MarkGroup: Set<String>] = [:]
        var lastUsed: Timestamp
    }

    private struct State {
        var sessions: [SessionKey: Session] = [:]
        var sweptAt = Timestamp(seconds: 0)
    }

    /// Seconds after which a quiet session is forgotten.
    public static let life: Int64 = 24 * 3600
    private static let sweepEvery: Int64 = 60
    private let state = Mutex(State())
    private let capacity: Int
    private let markKey: SymmetricKey

    /// - Parameters:
    ///   - markKey: makes marks worthless to who does not have it; the same after a restart.
    ///   - capacity: how many sessions may be open.
    public init(markKey: SymmetricKey, capacity: Int = 100_000) {
        self.markKey = markKey
        self.capacity = capacity
    }

    /// What the session has come to so far.
    public func facts(_ key: SessionKey, now: Timestamp) -> SessionFacts {
        state.withLock { state in
            guard let session = state.sessions[key], !Self.isOver(session, now) else { return SessionFacts() }
            return session.facts
        }
    }

    /// Takes the step, or says why it may not be taken: all of it or nothing.
    public func take(_ step: SessionStep, in key: SessionKey, now: Timestamp) throws(Refusal) -> Ticket {
        let outcome: Result<Ticket, Refusal> = state.withLock { state in
            sweep(&state, now)
            var session = state.sessions[key] ?? Session(lastUsed: now)
            if Self.isOver(session, now) { session = Session(lastUsed: now) }
            guard state.sessions[key] != nil || state.sessions.count < capacity else {
                return .failure(.tooManySessions)
            }
            var added: [SessionMark] = []
            for count in step.counts {
                let group = MarkGroup(books: count.mark.books, policy: count.mark.policy, rule: count.mark.rule)
                var values = session.marks[group] ?? []
                guard !values.contains(count.mark.value) else { continue }
                guard values.count < count.limit else { return .failure(.tooManyDistinct(count)) }
                values.insert(count.mark.value)
                session.marks[group] = values
                added.append(count.mark)
            }
            let newLabels = step.labels.filter { !session.facts.labels.contains($0) }
            session.facts.add(labels: newLabels)
            session.facts.tools[step.tool, default: 0] += 1
            session.lastUsed = now
            state.sessions[key] = session
            return .success(Ticket(key: key, tool: step.tool, labels: newLabels, marks: added))
        }
        return try outcome.get()
    }

    /// Undoes a step whose call did not come to pass.
    public func undo(_ ticket: Ticket) {
        state.withLock { state in
            guard var session = state.sessions[ticket.key] else { return }
            session.facts.labels.removeAll(where: ticket.labels.contains)
            let calls = (session.facts.tools[ticket.tool] ?? 1) - 1
            session.facts.tools[ticket.tool] = calls > 0 ? calls : nil
            for mark in ticket.marks {
                session.marks[MarkGroup(books: mark.books, policy: mark.policy, rule: mark.rule)]?.remove(mark.value)
            }
            state.sessions[ticket.key] = session
        }
    }

    /// Labels that a session gets by something else than a call, such as what was found in a result.
    public func add(labels: [String], to key: SessionKey, now: Timestamp) {
        guard !labels.isEmpty else { return }
        state.withLock { state in
            guard state.sessions[key] != nil || state.sessions.count < capacity else { return }
            state.sessions[key, default: Session(lastUsed: now)].facts.add(labels: labels)
        }
    }

    /// What a recorded call did, told again after a restart.
    public func restore(tool: String, labels: [String], marks: [SessionMark], in key: SessionKey, at time: Timestamp) {
        state.withLock { state in
            var session = state.sessions[key] ?? Session(lastUsed: time)
            session.facts.add(labels: labels)
            session.facts.tools[tool, default: 0] += 1
            for mark in marks {
                session.marks[MarkGroup(books: mark.books, policy: mark.policy, rule: mark.rule), default: []]
                    .insert(mark.value)
            }
            session.lastUsed = time
            state.sessions[key] = session
        }
    }

    /// The mark of a value in a session: canonical JSON in, a keyed hash out.
    func mark(_ value: [UInt8], books: StateBooks, policy: String, rule: String, in key: SessionKey) -> SessionMark {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("\(key.tenant)\0\(key.scope)\0\(policy)\0\(rule)\0".utf8) + value, using: markKey)
        return SessionMark(
            books: books, policy: policy, rule: rule, value: Digests.hexadecimal(code.prefix(16)))
    }

    private static func isOver(_ session: Session, _ now: Timestamp) -> Bool {
        now.seconds - session.lastUsed.seconds > life
    }

    private func sweep(_ state: inout State, _ now: Timestamp) {
        guard now.seconds - state.sweptAt.seconds > Self.sweepEvery else { return }
        state.sweptAt = now
        state.sessions = state.sessions.filter { !Self.isOver($0.value, now) }
    }
}
