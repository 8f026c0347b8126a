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
        let report: UsageReport
        do throws(AdmissionError) { report = try UsageReport.parse(json, limits: limits) } catch {
            throw .invalid(error)
        }
        guard let agent = reporter(caller, claimed: report.claimedAgent) else { throw .unknownDecision }
        let cost: MicroUnits =
            switch report.outcome {
            case .cost(let amount): amount
            case .failed: .zero
            }
        let settlement: Settlement
        do {
            settlement = try await ledger.settle(
                report.decisionID, tenant: caller.tenant, agent: agent, cost: cost, now: now())
        } catch { throw .stateUnavailable }
        let answer: UsageAnswer
        var detail = ["cost": cost.decimalText]
        switch settlement {
        case .unknown: throw .unknownDecision
        case .alreadySettled:
            return UsageAnswer(decisionID: report.decisionID, status: .alreadySettled, difference: .zero)
        case .settled(let returned):
            answer = UsageAnswer(decisionID: report.decisionID, status: .settled, difference: returned)
            if case .failed = report.outcome { detail["event"] = "released" } else { detail["event"] = "settled" }
            detail["returned"] = returned.decimalText
        case .overrun(let excess, let closed):
            answer = UsageAnswer(decisionID: report.decisionID, status: .overrun, difference: excess)
            detail["event"] = "budget_overrun"
            detail["by"] = excess.decimalText
            detail["closed"] = closed.map(\.title).joined(separator: ", ")
        }
        do {
            try await recorder.note(
                TrailEvent(
                    .budget, tenant: caller.tenant, agent: agent, decisionID: report.decisionID, detail: detail),
                at: now())
        } catch { throw .auditUnavailable }
        return answer
    }

    /// The agent for which `caller` may report.
    private func reporter(_ caller: Caller, claimed: String?) -> String? {
        guard let catalog = policies.active(tenant: caller.tenant)?.catalog, let own = catalog.agent(of: caller)?.name
        else { return nil }
        guard let claimed, claimed != own else { return own }
        return catalog.authority.may(own, actAs: claimed) ? claimed : nil
    }
}

extension BudgetKey {
    /// How records name it, such as `llm-budget/daily_budget per agent in this day`.
    var title: String { "\(counter.policy)/\(counter.rule) per \(counter.scope.rawValue) in this \(window.rawValue)" }
}
