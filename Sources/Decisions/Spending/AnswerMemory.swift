import Approvals
import Synchronization

/// The answers of calls with an idempotency key that spent nothing, for their retries: in memory, the latest ones.
///
/// What spends is remembered in the state store, in the step that spends. What does not may be decided again after a restart
/// without harm; a synced write would cost such a call more than all the rest of its decision. Long answers go there too: what
/// is here has a bound in bytes, for each tenant and for all of them.
final class AnswerMemory: Sendable {
    /// Bytes at most.
    struct Bounds: Sendable {
        var answer = 64 << 10
        var tenant = 16 << 20
        var all = 64 << 20
    }

    private struct State {
        var shelves: [String: AnswerShelf] = [:]
        var bytes = 0

        /// Makes room at the cost of the tenant that takes the most.
        mutating func shrink(to most: Int) {
            while bytes > most, let largest = shelves.max(by: { $0.value.bytes < $1.value.bytes })?.key {
                bytes -= shelves[largest]?.removeOldest() ?? 0
                if shelves[largest]?.isEmpty ?? true { shelves[largest] = nil }
            }
        }
    }

    private let state = Mutex(State())
    private let bounds: Bounds

    init(_ bounds: Bounds = Bounds()) { self.bounds = bounds }

    /// Whether an answer is short enough to be kept here.
    func hasRoom(for answer: [UInt8]) -> Bool { answer.count <= bounds.answer }

    func prior(tenant: String, agent: String, claim: SpendOrder.IdempotencyClaim, now: Timestamp)
        -> SpendResult.Outcome?
    {
        let entry = state.withLock { $0.shelves[tenant]?[.init(agent: agent, key: claim.key)] }
        guard let entry, !entry.isOver(now) else { return nil }
        return entry.fingerprint == claim.fingerprint ? .repeated(entry.answer) : .refused(.idempotencyConflict)
    }

    /// Forgets all answers of a tenant. Their calls spent nothing: a retry is decided anew.
    func forget(tenant: String) {
        state.withLock { state in
            state.bytes -= state.shelves.removeValue(forKey: tenant)?.bytes ?? 0
        }
    }

    func remember(
        _ answer: [UInt8], tenant: String, agent: String, claim: SpendOrder.IdempotencyClaim, now: Timestamp
    ) {
        guard hasRoom(for: answer) else { return }
        let entry = AnswerShelf.Entry(fingerprint: claim.fingerprint, answer: answer, at: now)
        state.withLock { state in
            var shelf = state.shelves.removeValue(forKey: tenant) ?? AnswerShelf()
            state.bytes -= shelf.bytes
            shelf.put(entry, at: .init(agent: agent, key: claim.key), now: now, most: bounds.tenant)
            state.bytes += shelf.bytes
            state.shelves[tenant] = shelf
            state.shrink(to: bounds.all)
        }
    }
}
