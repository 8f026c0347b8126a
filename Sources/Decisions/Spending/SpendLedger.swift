public import Approvals

/// The shared state that decisions spend: tokens, rates, budgets, idempotency keys.
///
/// Implementers MUST make ``spend(_:)`` one atomic, durable step; MUST never let the charges of a budget pass its limit,
/// whatever runs beside it; MUST redeem a token once; and MUST answer for the named tenant only. Any error means that
/// nothing was spent, or that recovery will release it.
public protocol SpendLedger: Sendable {
    func spend(_ order: SpendOrder) async throws -> SpendResult

    /// What a call with this idempotency key was answered: nil where the key is new.
    func priorAnswer(tenant: String, agent: String, claim: SpendOrder.IdempotencyClaim) async throws
        -> SpendResult.Outcome?

    /// The decision's record is durable, so its effects stay. Need not be durable itself: recovery asks the audit trail.
    func confirm(_ decision: DecisionID)

    /// Undoes the effects of a decision whose answer never left: charges, token, idempotency key. Rates are not given
    /// back; they refill by themselves.
    func release(_ decision: DecisionID, now: Timestamp) async throws

    /// Replaces the reservations of a decision by what the call did cost. More than was reserved closes the window.
    func settle(_ decision: DecisionID, tenant: String, agent: String, cost: MicroUnits, now: Timestamp) async throws
        -> Settlement

    /// Decisions with effects that were never confirmed, oldest first. Right after start, before anything is spent, these
    /// are the ones to ask the audit trail about.
    func unconfirmed() async throws -> [DecisionID]

    /// Confirms those of ``unconfirmed()`` that have a durable record and releases the others.
    /// - Returns: the released ones.
    func recover(durable: Set<DecisionID>, now: Timestamp) async throws -> [DecisionID]
}

public enum Settlement: Sendable, Hashable {
    case settled(returned: MicroUnits)
    /// The call cost more than its reservation: charged in full, and the windows named are closed.
    case overrun(by: MicroUnits, closed: [BudgetKey])
    case alreadySettled
    case unknown
}
