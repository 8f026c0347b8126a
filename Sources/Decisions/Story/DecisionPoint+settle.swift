import Approvals

/// After the call: what it did cost takes the place of what was reserved for it.
extension DecisionPoint {
    /// Settles the reservation of a call by its agent's report. What is never reported stays charged in full.
    public func settle(json: [UInt8], credentials: Credentials) async throws(UsageError) -> UsageAnswer {
        let caller: Caller
        switch prover.examine(credentials) {
        case .proven(let proven): caller = proven
        case .absent: throw .invalid(.unauthenticated("no valid credential came with the call"))
        case .refused(let why):
            throw .invalid(.unauthenticated("no valid credential came with the call: \(why)"))
        }
        // Whether the key still holds, and the agent is still on, is not known.
        guard stateFault() == nil else { throw .stateUnavailable }
        let report: UsageReport
        do throws(AdmissionError) { report = try UsageReport.parse(json, limits: limits) } catch {
            throw .invalid(error)
        }
        let tenant = caller.tenant
        guard let policy = policies.active(tenant: tenant) else { throw .bundleUnavailable }
        let catalog = policy.catalog
        guard let own = catalog.agent(of: caller)?.name,
            let agent = reported(by: own, claimed: report.claimedAgent, catalog)
        else { throw .unknownDecision }
        for name in [agent, own] {
            if let stop = switches().stop(tenant: tenant, agent: name) { throw .agentDisabled(stop.message) }
        }
        let settlement: Settlement
        do {
            settlement = try await ledger.settle(
                report.decisionID, tenant: tenant, agent: agent, report: report.cost, now: now()
            ) { SettledUsage(report, $0).events(tenant: tenant, agent: agent) }
        } catch { throw .stateUnavailable }
        switch settlement {
        case .unknown: throw .unknownDecision
        case .nothingEnforced:
            // As if nothing had been charged; in a tenant that only shadows, nothing is, and its agents report all the same.
            guard policy.settings.mode == .shadow else { throw .unknownDecision }
            return UsageAnswer(
                decisionID: report.decisionID, status: .settled, difference: MicroUnits.zero.decimalText)
        case .unfit(let misfit): throw .unfit(misfit)
        case .settled(let settled):
            for alert in settled.alerts { onBudgetAlert(tenant, agent, alert, nil) }
        case .alreadySettled: break
        }
        // Also where it was settled before: the record of then may still be owed.
        do { try await scribe.tell(of: report.decisionID) } catch { throw .auditUnavailable }
        guard case .settled(let settled) = settlement else {
            return UsageAnswer(
                decisionID: report.decisionID, status: .alreadySettled, difference: MicroUnits.zero.decimalText)
        }
        return SettledUsage(report, settled).answer
    }

    /// The agent for which `own` reports; nil where it may not.
    private func reported(by own: String, claimed: String?, _ catalog: ToolCatalog) -> String? {
        guard let claimed, claimed != own else { return own }
        return catalog.authority.may(own, actAs: claimed) ? claimed : nil
    }
}

/// A report and what it came to, as the agent and the trail are told.
private struct SettledUsage {
    let report: UsageReport
    let settled: SettledCost

    init(_ report: UsageReport, _ settled: SettledCost) {
        self.report = report
        self.settled = settled
    }

    private var isOverrun: Bool { !settled.excess.isEmpty }

    var answer: UsageAnswer {
        UsageAnswer(
            decisionID: report.decisionID, status: isOverrun ? .overrun : .settled,
            difference: SettledCost.text(isOverrun ? settled.excess : settled.returned))
    }

    func events(tenant: String, agent: String) -> [TrailEvent] {
        let settlement = event(tenant: tenant, agent: agent)
        return [settlement]
            + settled.alerts.enumerated().map { number, alert in
                // A call that is charged in several currencies is settled in as many steps.
                alert.event(
                    "settled/\(alert.budget.currency)/\(number)", of: report.decisionID, tenant: tenant, agent: agent,
                    policyVersion: nil)
            }
    }

    private func event(tenant: String, agent: String) -> TrailEvent {
        var detail: [String: String] = [:]
        var key = "\(report.decisionID)/settled"
        switch report.cost {
        case .failed:
            detail["cost"] = MicroUnits.zero.decimalText
            detail["event"] = "released"
            key = "\(report.decisionID)/released"
        case .amount(let cost, let currency):
            detail["cost"] = cost.decimalText
            detail["event"] = "settled"
            if let currency {
                detail["currency"] = currency
                key += "/\(currency)"
            }
        }
        if isOverrun {
            detail["event"] = "budget_overrun"
            detail["by"] = SettledCost.text(settled.excess)
            detail["closed"] = DecisionPoint.titles(settled.closed)
        } else {
            detail["returned"] = SettledCost.text(settled.returned)
        }
        if !settled.withheld.isEmpty { detail["withheld"] = SettledCost.text(settled.withheld) }
        if !settled.shadowClosed.isEmpty { detail["would_close"] = DecisionPoint.titles(settled.shadowClosed) }
        return TrailEvent(
            .budget, key: key, tenant: tenant, agent: agent, decisionID: report.decisionID, detail: detail)
    }
}

extension DecisionPoint {
    fileprivate static func titles(_ budgets: [BudgetKey]) -> String { budgets.map(\.title).joined(separator: ", ") }
}

extension BudgetKey {
    /// How records name it, such as `llm-budget/daily_budget per agent in this day`.
    var title: String { "\(counter.policy)/\(counter.rule) per \(counter.scope.rawValue) in this \(window.rawValue)" }
}
