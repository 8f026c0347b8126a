/// Whether this call was answered before, under its idempotency key.
///
/// An answer given under the policies in force is given again. One of other policies holds only where these would answer the same
/// today, so the call goes on to be asked; see ``DecisionInProgress/repeatIfItHolds(_:_:)``. Of several calls under one key one goes
/// on at a time: the others come again when it has its answer.
extension DecisionPoint {
    func recall(_ decision: DecisionInProgress) async {
        guard decision.isOpen, let claim = decision.claim, let caller = decision.caller, let agent = decision.agent
        else { return }
        let now = decision.admittedAt
        if let prior = answers.prior(tenant: caller.tenant, agent: agent.name, claim: claim, now: now) {
            return take(prior, decision)
        }
        let refusal = underWay.enter(claim, tenant: caller.tenant, agent: agent.name)
        decision.holdsKey = refusal == nil
        do {
            let prior = try await ledger.priorAnswer(tenant: caller.tenant, agent: agent.name, claim: claim, now: now)
            if let prior { return take(prior, decision) }
        } catch {
            return decision.deny(.stateUnavailable, "the state store cannot be read")
        }
        if let refusal { return decision.deny(refusal.reason) }
        // The call before may have got its answer between the first look and this one's turn.
        if let prior = answers.prior(tenant: caller.tenant, agent: agent.name, claim: claim, now: now) {
            take(prior, decision)
        }
    }

    /// Lets the next call under the idempotency key go on: this one's answer is kept, or there is none to keep.
    func letGo(_ decision: DecisionInProgress) {
        guard decision.holdsKey, let claim = decision.claim, let caller = decision.caller, let agent = decision.agent
        else { return }
        underWay.leave(claim, tenant: caller.tenant, agent: agent.name)
    }

    private func take(_ prior: SpendResult.Outcome, _ decision: DecisionInProgress) {
        switch prior {
        case .committed: return
        case .refused(let refusal): decision.deny(refusal.reason)
        case .repeated(let answer):
            guard var earlier = decision.read(answer) else { return }
            if earlier.policyVersion == decision.policy?.version {
                handOn(anew: &earlier, decision)
                decision.repeatAnswer(earlier)
            } else {
                decision.earlier = EarlierAnswer(earlier)
            }
        }
    }
}

extension DecisionInProgress {
    /// Denies where the answer cannot be read.
    func read(_ answer: [UInt8]) -> Decision? {
        if let decision = Decision(repeating: answer) { return decision }
        deny(.stateUnavailable, "the recorded answer of this idempotency key cannot be read")
        return nil
    }

    /// Gives an earlier answer again where the policies of today permit the call in the same way, and spends nothing.
    /// - Parameter today: what they say.
    func repeatIfItHolds(_ earlier: Decision, _ today: Decision) {
        guard
            earlier.policyVersion == today.policyVersion
                || (earlier.outcome == today.outcome && earlier.parameters == today.parameters
                    && earlier.mustCheckResult == today.mustCheckResult
                    && (earlier.delegation == nil) == (today.delegation == nil))
        else {
            return deny(
                .idempotencyConflict,
                "the policies have changed since the first call with this idempotency key: call again with a new one")
        }
        var earlier = earlier
        if let chain = today.delegation { earlier.renew(delegation: chain) }
        repeatAnswer(earlier)
    }
}
