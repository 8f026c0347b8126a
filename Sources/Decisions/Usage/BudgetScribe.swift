import Approvals

/// Carries what happens to budgets from the state store into the audit trail: each event once.
///
/// An event enters the store in the transaction of what it tells of, and leaves it when it is on record. What could not be
/// recorded at once is tried again by whoever calls ``tell(of:)`` next.
public actor BudgetScribe {
    private let ledger: any SpendLedger
    private let recorder: any DecisionRecorder
    private let now: @Sendable () -> Timestamp
    /// On record: the latest ones, as the store may still have named them to somebody who then waits here.
    private var recorded: Set<String> = []
    /// The same by age, as a ring.
    private var order: [String] = []
    private var next = 0
    private static let remembered = 16_384
    /// Being recorded: whoever else wants the same waits for that.
    private var underway: [String: Task<Void, any Error>] = [:]
    private static let batch = 256

    init(ledger: any SpendLedger, recorder: any DecisionRecorder, now: @escaping @Sendable () -> Timestamp) {
        self.ledger = ledger
        self.recorder = recorder
        self.now = now
    }

    /// Tells the trail of some events, and the store that it has been told.
    /// - Parameter decision: whose events; nil: what is left of any.
    public func tell(of decision: DecisionID? = nil) async throws {
        let events = try await ledger.untold(of: decision, limit: Self.batch)
        guard !events.isEmpty else { return }
        var failure: (any Error)?
        for event in events {
            // One tenant's event that cannot be recorded must not hold up another's.
            do { try await record(event) } catch { failure = error }
        }
        let done = events.map(\.key).filter(recorded.contains)
        if !done.isEmpty { ledger.markTold(done) }
        if let failure { throw failure }
    }

    private func record(_ event: TrailEvent) async throws {
        guard !recorded.contains(event.key) else { return }
        if let task = underway[event.key] { return try await task.value }
        let task = Task { [recorder, now] in try await recorder.note(event, at: now()) }
        underway[event.key] = task
        defer { underway[event.key] = nil }
        try await task.value
        remember(event.key)
    }

    private func remember(_ key: String) {
        guard recorded.insert(key).inserted else { return }
        if order.count < Self.remembered {
            order.append(key)
        } else {
            recorded.remove(order[next])
            order[next] = key
            next = (next + 1) % Self.remembered
        }
    }
}
