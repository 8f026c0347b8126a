import Approvals
import Decisions
import Synchronization

/// Approvals in memory, changed by the same transitions as in a store.
final class MemoryApprovals: ApprovalLedger {
    private let all = Mutex<[ApprovalID: Approval]>([:])

    func request(_ draft: ApprovalDraft, caps: ApprovalCaps, now: Timestamp) async throws -> ApprovalRequestOutcome {
        all.withLock { all in
            if var twin = all.values.first(where: { $0.call == draft.call && $0.state(at: now) == .pending }) {
                twin.attach(decisionID: draft.decisionID)
                all[twin.id] = twin
                return .attached(twin)
            }
            let approval = Approval(draft, now: now)
            all[approval.id] = approval
            return .created(approval)
        }
    }

    func approval(_ id: ApprovalID, tenant: String) async throws -> Approval? {
        all.withLock { all in all[id].flatMap { $0.call.tenant == tenant ? $0 : nil } }
    }

    func approvals(tenant: String, states: Set<Approval.State>, limit: Int) async throws -> [Approval] {
        all.withLock { all in
            let found = all.values.filter {
                $0.call.tenant == tenant && (states.isEmpty || states.contains($0.state))
            }
            return Array(
                found.sorted { ($1.createdAt, $1.id.description) < ($0.createdAt, $0.id.description) }.prefix(limit))
        }
    }

    func update(
        _ id: ApprovalID, tenant: String, _ change: @escaping @Sendable (inout Approval) throws -> Void
    ) async throws -> Approval {
        try all.withLock { all in
            guard var approval = all[id], approval.call.tenant == tenant else {
                throw ApprovalError(.notFound, "there is no approval \(id)")
            }
            try change(&approval)
            all[id] = approval
            return approval
        }
    }

    func expire(now: Timestamp) async throws -> [Approval] { [] }
    func escalate(now: Timestamp) async throws -> [Approval] { [] }
}

/// Spends nothing and refuses nothing, but redeems tokens as a store does.
final class MemorySpend: SpendLedger {
    private let approvals: MemoryApprovals

    init(_ approvals: MemoryApprovals) {
        self.approvals = approvals
    }

    func spend(_ order: SpendOrder) async throws -> SpendResult {
        if let token = order.token {
            do {
                _ = try await approvals.update(token.approvalID, tenant: order.tenant) { approval in
                    try approval.redeem(
                        tokenID: token.tokenID, decisionID: order.decisionID.description, now: order.now)
                }
            } catch let error as ApprovalError {
                return SpendResult(outcome: .refused(.token(error)))
            }
        }
        let remaining = order.charges.map { _ in MicroUnits.zero }
        return SpendResult(outcome: .committed(SpendReceipt(remaining: remaining)))
    }

    func priorAnswer(
        tenant: String, agent: String, claim: SpendOrder.IdempotencyClaim, now: Timestamp
    ) async throws -> SpendResult.Outcome? { nil }
    func confirm(_ decision: DecisionID) {}
    func release(_ decision: DecisionID, now: Timestamp) async throws {}
    func settle(
        _ decision: DecisionID, tenant: String, agent: String, report: ReportedCost, now: Timestamp,
        telling: @escaping @Sendable (SettledCost) -> [TrailEvent]
    ) async throws -> Settlement { .unknown }
    func untold(of decision: DecisionID?, limit: Int) async throws -> [TrailEvent] { [] }
    func markTold(_ keys: [String]) {}
    func unconfirmed() async throws -> [DecisionID] { [] }
    func recover(durable: Set<DecisionID>, now: Timestamp) async throws -> [DecisionID] { [] }
}

/// Keeps what it is told; fails when asked to.
final class MemoryRecorder: DecisionRecorder {
    struct Failure: Error {}

    private struct State {
        var decisions: [Decision] = []
        var verdicts: [String] = []
        var isBroken = false
    }

    private let state = Mutex(State())

    var decisions: [Decision] { state.withLock { $0.decisions } }
    var verdicts: [String] { state.withLock { $0.verdicts } }

    func fail() { state.withLock { $0.isBroken = true } }

    func note(_ event: TrailEvent, at time: Timestamp) async throws {
        if state.withLock({ $0.isBroken }) { throw Failure() }
    }

    func record(_ record: DecisionRecord) async throws -> DecisionReceipt {
        let answer = record.answer
        return try state.withLock { state in
            guard !state.isBroken else { throw Failure() }
            state.decisions.append(answer)
            return DecisionReceipt(
                log: "gw-1/acme", index: UInt64(state.decisions.count - 1),
                leafHash: String(repeating: "0", count: 64), checkpointSize: UInt64(state.decisions.count))
        }
    }

    func record(_ approval: Approval) throws {
        try state.withLock { state in
            guard !state.isBroken else { throw Failure() }
            state.verdicts.append("\(approval.events.last?.by ?? "?"): \(approval.state.rawValue)")
        }
    }
}
