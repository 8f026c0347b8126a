/// Where approvals live. Implementers MUST make each method one atomic step that is durable when it returns, MUST
/// answer for the named tenant only, and MUST let an error from `change` undo the update.
public protocol ApprovalLedger: Sendable {
    /// Creates the approval, or attaches the decision to an identical call that is pending or approved and in time. A
    /// denied one in time is returned as it is: asking again does not ask the humans again.
    func request(_ draft: ApprovalDraft, caps: ApprovalCaps, now: Timestamp) async throws -> ApprovalRequestOutcome

    func approval(_ id: ApprovalID, tenant: String) async throws -> Approval?

    /// Newest first; `states` empty means all. At most `limit`.
    func approvals(tenant: String, states: Set<Approval.State>, limit: Int) async throws -> [Approval]

    /// Runs one transition of the state machine.
    /// - Throws: ``ApprovalError`` of the transition, or `.notFound`.
    func update(
        _ id: ApprovalID, tenant: String, _ change: @escaping @Sendable (inout Approval) throws -> Void
    ) async throws -> Approval

    /// Marks what has run out, over all tenants, and returns it, so that it can be recorded and told.
    func expire(now: Timestamp) async throws -> [Approval]

    /// Lets more people decide what has waited long enough, over all tenants, and returns it.
    func escalate(now: Timestamp) async throws -> [Approval]
}

/// How many approvals one agent may ask for, so that people are not flooded.
public struct ApprovalCaps: Sendable, Hashable {
    /// At most this many pending at once.
    public var pending: Int
    /// At most this many asked for since `dayStart`.
    public var perDay: Int
    public var dayStart: Timestamp

    public init(pending: Int, perDay: Int = .max, dayStart: Timestamp = Timestamp(nanoseconds: 0)) {
        self.pending = pending
        self.perDay = perDay
        self.dayStart = dayStart
    }
}

public enum ApprovalRequestOutcome: Sendable, Hashable {
    case created(Approval)
    case attached(Approval)
    /// The agent has as many pending approvals as it may have.
    case tooManyPending(Int)
    /// The agent has asked for as many approvals as it may in a day.
    case tooManyToday(Int)
}
