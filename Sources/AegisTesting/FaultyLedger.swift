public import Approvals
public import Decisions
import Synchronization

/// A state store that fails on demand, and counts how often it was asked.
public final class FaultyLedger<Base: SpendLedger & ApprovalLedger>: SpendLedger, ApprovalLedger {
    public let base: Base
    public let readFault = Fault()
    public let spendFault = Fault()
    public let releaseFault = Fault()
    public let approvalFault = Fault()
    private let asked = Mutex(0)

    public init(_ base: Base) { self.base = base }

    /// Calls that touched the store.
    public var calls: Int { asked.withLock { $0 } }

    private func count() { asked.withLock { $0 += 1 } }

    public func spend(_ order: SpendOrder) async throws -> SpendResult {
        count()
        try spendFault.check()
        return try await base.spend(order)
    }

    public func priorAnswer(
        tenant: String, agent: String, claim: SpendOrder.IdempotencyClaim, now: Timestamp
    ) async throws -> SpendResult.Outcome? {
        count()
        try readFault.check()
        return try await base.priorAnswer(tenant: tenant, agent: agent, claim: claim, now: now)
    }

    public func confirm(_ decision: DecisionID) { base.confirm(decision) }

    public func release(_ decision: DecisionID, now: Timestamp) async throws {
        count()
        try releaseFault.check()
        try await base.release(decision, now: now)
    }

    public func settle(
        _ decision: DecisionID, tenant: String, agent: String, report: ReportedCost, now: Timestamp,
        telling: @escaping @Sendable (SettledCost) -> [TrailEvent]
    ) async throws -> Settlement {
        count()
        return try await base.settle(
            decision, tenant: tenant, agent: agent, report: report, now: now, telling: telling)
    }

    public func untold(of decision: DecisionID?, limit: Int) async throws -> [TrailEvent] {
        try await base.untold(of: decision, limit: limit)
    }

    public func markTold(_ keys: [String]) { base.markTold(keys) }

    public func unconfirmed() async throws -> [DecisionID] { try await base.unconfirmed() }

    public func recover(durable: Set<DecisionID>, now: Timestamp) async throws -> [DecisionID] {
        try await base.recover(durable: durable, now: now)
    }

    public func request(
        _ draft: ApprovalDraft, caps: ApprovalCaps, now: Timestamp
    ) async throws -> ApprovalRequestOutcome {
        count()
        try approvalFault.check()
        return try await base.request(draft, caps: caps, now: now)
    }

    public func approval(_ id: ApprovalID, tenant: String) async throws -> Approval? {
        try await base.approval(id, tenant: tenant)
    }

    public func approvals(
        tenant: String, states: Set<Approval.State>, limit: Int
    ) async throws -> [Approval] { try await base.approvals(tenant: tenant, states: states, limit: limit) }

    public func update(
        _ id: ApprovalID, tenant: String, _ change: @escaping @Sendable (inout Approval) throws -> Void
    ) async throws -> Approval { try await base.update(id, tenant: tenant, change) }

    public func expire(now: Timestamp) async throws -> [Approval] { try await base.expire(now: now) }

    public func escalate(now: Timestamp) async throws -> [Approval] { try await base.escalate(now: now) }
}
