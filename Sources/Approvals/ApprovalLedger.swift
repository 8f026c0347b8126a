/// Where approvals live. Implementers MUST make each method one atomic step that is durable when it returns, MUST
/// answer for the named tenant only, and MUST let an error from `change` undo the update.
public protocol ApprovalLedger: Sendable {
    /// Creates the approval, or attaches the decision to an identical call that is pending or approved and in time. A
    /// denied one in time is returned as it is: asking again does not ask the humans again.
    func request(_ draft: ApprovalDraft, maximumPending: Int, now: Timestamp) async throws -> ApprovalRequestOutcome

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
}

public enum ApprovalRequestOutcome: Sendable, Hashable {
    case created(Approval)
    case attached(Approval)
    /// The agent has as many pending approvals as it may have.
    case tooManyPending(Int)
}
