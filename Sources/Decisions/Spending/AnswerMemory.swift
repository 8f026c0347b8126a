import Approvals
import Synchronization

/// The answers of calls with an idempotency key that spent nothing, for their retries: in memory, the latest ones.
///
/// What spends is remembered in the state store, in the step that spends. What does not may be decided again after a restart
/// without harm; a synced write would cost such a call more than all the rest of its decision.
final class AnswerMemory: Sendable {
    private struct Key: Hashable {
        var tenant: String
        var agent: String
        var key: String
    }

    private struct Entry {
        var fingerprint: [UInt8]
        var answer: [UInt8]
        var at: Timestamp
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        /// The keys by age, as a ring.
        var order: [Key] = []
        var next = 0
    }

    private let state = Mutex(State())
    private let capacity: Int

    init(capacity: Int = 16_384) { self.capacity = capacity }

    func prior(tenant: String, agent: String, claim: SpendOrder.IdempotencyClaim, now: Timestamp)
        -> SpendResult.Outcome?
    {
        let entry = state.withLock { $0.entries[Key(tenant: tenant, agent: agent, key: claim.key)] }
        guard let entry, entry.at.advanced(bySeconds: SpendOrder.IdempotencyClaim.life) > now else { return nil }
        return entry.fingerprint == claim.fingerprint ? .repeated(entry.answer) : .refused(.idempotencyConflict)
    }

    func remember(
        _ answer: [UInt8], tenant: String, agent: String, claim: SpendOrder.IdempotencyClaim, now: Timestamp
    ) {
        let key = Key(tenant: tenant, agent: agent, key: claim.key)
        state.withLock { state in
            let entry = Entry(fingerprint: claim.fingerprint, answer: answer, at: now)
            guard state.entries.updateValue(entry, forKey: key) == nil else { return }
            if state.order.count < capacity {
                state.order.append(key)
            } else {
                state.entries[state.order[state.next]] = nil
                state.order[state.next] = key
                state.next = (state.next + 1) % capacity
            }
        }
    }
}
