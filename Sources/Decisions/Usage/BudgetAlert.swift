/// A budget that has passed 50, 80 or 100 % of its limit by one charge.
public struct BudgetAlert: Sendable, Hashable {
    public var budget: BudgetKey
    public var percent: Int
    public var charged: MicroUnits
    public var limit: MicroUnits

    static let marks = [50, 80, 100]

    /// The highest mark that the charge has passed, for each budget; `remaining` is what is left after it.
    static func passed(by charges: [SpendOrder.BudgetCharge], remaining: [MicroUnits]) -> [BudgetAlert] {
        zip(charges, remaining).compactMap { charge, rest in
            guard let charged = MicroUnits(charge.limit.value - rest.value) else { return nil }
            return passed(
                charge.key, limit: charge.limit, from: charged.value - charge.amount.value, to: charged)
        }
    }

    /// The highest mark that a budget has passed on its way from one amount, in millionths, to another.
    public static func passed(_ budget: BudgetKey, limit: MicroUnits, from before: Int64, to charged: MicroUnits)
        -> BudgetAlert?
    {
        guard limit.value > 0 else { return nil }
        // Exact: a share of a limit is compared crosswise, in 128 bits.
        func reaches(_ amount: Int64, _ percent: Int) -> Bool {
            Int128(amount) * 100 >= Int128(limit.value) * Int128(percent)
        }
        guard let mark = marks.last(where: { reaches(charged.value, $0) && !reaches(before, $0) }) else { return nil }
        return BudgetAlert(budget: budget, percent: mark, charged: charged, limit: limit)
    }

    /// - Parameter name: tells the alerts of a decision apart, such as `0`, `settled/0`.
    func event(
        _ name: String, of decision: DecisionID, tenant: String, agent: String, policyVersion: String?
    ) -> TrailEvent {
        TrailEvent(
            .budget, key: "\(decision)/alert/\(name)", tenant: tenant, agent: agent, decisionID: decision,
            policyVersion: policyVersion, detail: detail)
    }

    private var detail: [String: String] {
        let currency = budget.currency.isEmpty ? "" : " \(budget.currency)"
        return [
            "event": "budget_alert", "percent": String(percent), "budget": budget.title,
            "subject": budget.counter.subject, "charged": charged.decimalText + currency,
            "limit": limit.decimalText + currency,
        ]
    }
}
