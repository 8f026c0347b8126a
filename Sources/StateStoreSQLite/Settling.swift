import Decisions
import GRDB

/// The settlement of a decision inside the writer's savepoint: what its call did cost takes the place of its charges.
struct Settling {
    let db: Database
    let decision: DecisionID

    /// What shadow policies alone have charged is settled as far as the report fits it, and is no settlement.
    func run(_ report: ReportedCost, tenant: String, agent: String) throws -> Settlement {
        let select = try db.cachedStatement(
            sql: "SELECT settled, approval IS NOT NULL FROM effects WHERE decision = ? AND tenant = ? AND agent = ?")
        guard let row = try Row.fetchOne(select, arguments: [decision.blob, tenant, agent]) else { return .unknown }
        let (isSettled, hasRedeemed): (Bool, Bool) = (row[0], row[1])
        guard !isSettled else { return .alreadySettled }
        let rows = try BudgetRows.charges(db, of: decision)
        let charges = try rows.map(charge)
        let plan: SettlementPlan?
        do throws(SettlementPlan.Misfit) { plan = try SettlementPlan.make(report, for: charges) } catch {
            return .unfit(error)
        }
        guard let plan else { return .alreadySettled }
        var settled = SettledCost()
        for (place, cost) in plan.costs.sorted(by: { $0.key < $1.key }) {
            try apply(cost, to: rows[place], &settled)
            if let withheld = plan.withheld[place], charges[place].books == .enforced {
                SettledCost.add(withheld, charges[place].currency, to: &settled.withheld)
            }
        }
        let enforced = charges.indices.filter { charges[$0].books == .enforced }
        // Where a token was redeemed and nothing charged, nothing can flow back, and that is settled too. Whether there is a row for
        // less than that, such as an idempotency key, may be the shadow policies' doing.
        guard !enforced.isEmpty || hasRedeemed else { return .nothingEnforced }
        if enforced.allSatisfy({ charges[$0].isSettled || plan.costs[$0] != nil }) { try close() }
        return .settled(settled)
    }

    private func apply(_ cost: MicroUnits, to charge: BudgetRows.ChargeRow, _ settled: inout SettledCost) throws {
        let budget = charge.budget
        let difference = cost.value - charge.amount
        let (sum, overflow) = budget.charged.addingReportingOverflow(difference)
        try db.cachedStatement(sql: "UPDATE budgets SET charged = ?, closed = ? WHERE id = ?")
            .execute(arguments: [overflow ? .max : max(0, sum), budget.closed || difference > 0, budget.id])
        try db.cachedStatement(sql: "UPDATE charges SET amount = ?, settled = 1 WHERE decision = ? AND budget = ?")
            .execute(arguments: [cost.value, decision.blob, budget.id])
        let isEnforced = charge.books == StateBooks.enforced.rawValue
        if difference > 0 {
            let key = try BudgetRows.key(db, budget.id)
            if isEnforced, let limit = MicroUnits(charge.limit), let after = MicroUnits(overflow ? .max : sum) {
                let alert = BudgetAlert.passed(key, limit: limit, from: budget.charged, to: after)
                if let alert { settled.alerts.append(alert) }
            }
            guard isEnforced else { return settled.shadowClosed.append(key) }
            settled.closed.append(key)
            SettledCost.add(MicroUnits(difference) ?? .zero, charge.currency, to: &settled.excess)
        } else if isEnforced {
            SettledCost.add(MicroUnits(-difference) ?? .zero, charge.currency, to: &settled.returned)
        }
    }

    private func charge(_ row: BudgetRows.ChargeRow) throws -> SettlementPlan.Charge {
        guard let books = StateBooks(rawValue: row.books), let amount = MicroUnits(row.amount) else {
            throw StateStoreError(.corrupt, "budget row \(row.budget.id) cannot be read")
        }
        return SettlementPlan.Charge(
            books: books, currency: row.currency, amount: amount, isRefundable: row.isRefundable,
            isSettled: row.isSettled)
    }

    private func close() throws {
        try db.cachedStatement(sql: "UPDATE effects SET settled = 1 WHERE decision = ?")
            .execute(arguments: [decision.blob])
    }
}
