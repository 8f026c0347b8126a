/// Whether this call was answered before, under its idempotency key.
extension DecisionPoint {
    func recall(_ decision: inout DecisionInProgress) async {
        guard decision.isOpen, let claim = decision.claim, let caller = decision.caller, let agent = decision.agent
        else { return }
        switch answers.prior(tenant: caller.tenant, agent: agent.name, claim: claim) {
        case .repeated(let answer): return decision.repeatAnswer(answer)
        case .refused(let refusal): return decision.deny(refusal.reason)
        case .committed, nil: break
        }
        do {
            switch try await ledger.priorAnswer(tenant: caller.tenant, agent: agent.name, claim: claim) {
            case nil, .committed: return
            case .repeated(let answer): decision.repeatAnswer(answer)
            case .refused(let refusal): decision.deny(refusal.reason)
            }
        } catch {
            decision.deny(.stateUnavailable, "the state store cannot be read")
        }
    }
}
