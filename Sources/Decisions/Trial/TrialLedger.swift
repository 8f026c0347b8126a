import Approvals
import Synchronization

/// The state of one trial, in memory. The rules are those of every ``SpendLedger``: all of an order or nothing.
final class TrialLedger: SpendLedger {
    private struct State {
        var buckets: [CounterKey: TokenBucket] = [:]
        var charged: [BudgetKey: Int64] = [:]
    }

    private let spent: [DecisionTrial.Budget: Int64]
    private let state = Mutex(State())

    init(spent: [DecisionTrial.Budget: Int64]) { self.spent = spent }

    func spend(_ order: SpendOrder) async throws -> SpendResult {
        state.withLock { state in
            var shadow = state
            let shadowRefusal = take(order.shadowRates, order.shadowCharges, order.now, from: &shadow).failure
            if shadowRefusal == nil { state = shadow }
            var enforced = state
            switch take(order.rates, order.charges, order.now, from: &enforced) {
            case .success(let remaining):
                state = enforced
                return SpendResult(
                    outcome: .committed(SpendReceipt(remaining: remaining)), shadowRefusal: shadowRefusal)
            case .failure(let refused):
                return SpendResult(outcome: .refused(refused.refusal), shadowRefusal: shadowRefusal)
            }
        }
    }

    fileprivate struct Refused: Error {
        var refusal: SpendRefusal
    }

    private func take(
        _ rates: [SpendOrder.RateDraw], _ charges: [SpendOrder.BudgetCharge], _ now: Timestamp, from state: inout State
    ) -> Result<[MicroUnits], Refused> {
        for rate in rates {
            var bucket = state.buckets[rate.key] ?? TokenBucket(full: rate.limit, now: now)
            if case .refused(let seconds) = bucket.draw(rate.limit, now: now) {
                return .failure(Refused(refusal: .rate(rate.key, rate.limit, retryAfterSeconds: seconds)))
            }
            state.buckets[rate.key] = bucket
        }
        var remaining: [MicroUnits] = []
        for charge in charges {
            let counter = charge.key.counter
            let before =
                state.charged[charge.key] ?? spent[DecisionTrial.Budget(policy: counter.policy, rule: counter.rule)]
                ?? 0
            let (after, overflow) = before.addingReportingOverflow(charge.amount.value)
            guard !overflow, let left = MicroUnits(charge.limit.value.subtractingReportingOverflow(after).partialValue)
            else {
                return .failure(
                    Refused(
                        refusal: .budget(
                            charge.key, limit: charge.limit, charged: MicroUnits(before) ?? .zero, asked: charge.amount,
                            closed: false)))
            }
            state.charged[charge.key] = after
            remaining.append(left)
        }
        return .success(remaining)
    }

    func priorAnswer(tenant: String, agent: String, claim: SpendOrder.IdempotencyClaim, now: Timestamp) async throws
        -> SpendResult.Outcome?
    { nil }

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

extension Result where Failure == TrialLedger.Refused {
    fileprivate var failure: SpendRefusal? {
        if case .failure(let refused) = self { refused.refusal } else { nil }
    }
}
