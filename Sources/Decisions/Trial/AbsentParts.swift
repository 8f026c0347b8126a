import Approvals

/// The parts of a decision point that a trial has no use for: nobody is proven, nothing is held and nothing recorded.
/// Whoever asks them anyway gets an error, which denies.
struct AbsentParts: IdentityProver, ApprovalLedger, DecisionRecorder {
    struct Absent: Error {}

    func examine(_ credentials: Credentials) -> IdentityFinding { .absent }

    func request(_ draft: ApprovalDraft, caps: ApprovalCaps, now: Timestamp) async throws -> ApprovalRequestOutcome {
        throw Absent()
    }

    func approval(_ id: ApprovalID, tenant: String) async throws -> Approval? { throw Absent() }

    func approvals(tenant: String, states: Set<Approval.State>, limit: Int) async throws -> [Approval] {
        throw Absent()
    }

    func update(
        _ id: ApprovalID, tenant: String, _ change: @escaping @Sendable (inout Approval) throws -> Void
    ) async throws -> Approval { throw Absent() }

    func expire(now: Timestamp) async throws -> [Approval] { throw Absent() }

    func escalate(now: Timestamp) async throws -> [Approval] { throw Absent() }

    func record(_ record: DecisionRecord) async throws -> DecisionReceipt { throw Absent() }

    func note(_ event: TrailEvent, at time: Timestamp) async throws { throw Absent() }
}
