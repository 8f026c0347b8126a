/// Who is calling, proven. The tenant comes from the credential; the agent from the credential and the tenant's catalog.
extension DecisionPoint {
    /// - Parameter isAfterCall: whether the call has been made, so that the chain that it was made under may have expired since.
    func identify(_ decision: DecisionInProgress, isAfterCall: Bool = false) {
        guard decision.isOpen else { return }
        let request = decision.request
        let caller: Caller
        switch prover.examine(request.credentials) {
        case .proven(let proven): caller = proven
        case .absent: return turnAway(decision, "no valid credential came with the call")
        case .refused(let why): return turnAway(decision, "no valid credential came with the call: \(why)")
        }
        decision.caller = caller
        request.hideIdentifiers(by: redactor, tenant: caller.tenant)
        if let fault = stateFault() { return decision.deny(.stateUnavailable, fault) }
        if let expected = request.point.tenant, expected != caller.tenant {
            decision.deny(.tenantMismatch, "the credential belongs to another tenant than the listener serves")
            return
        }
        guard let (policy, age) = policies.activeAndAge(tenant: caller.tenant, now: decision.admittedAt) else {
            decision.deny(.bundleUnavailable, "no policy bundle is active for this tenant")
            return
        }
        decision.policy = policy
        if let freshness = policy.settings.freshness, freshness.whenStale == .deny, freshness.isStale(age: age) {
            decision.deny(
                .bundleStale, "nobody has signed for \(freshness.longest) s that these policies are the latest")
            return
        }
        switch caller.kind {
        case .agent:
            guard let agent = policy.catalog.agent(of: caller) else {
                decision.deny(.unauthenticatedAgent, "the credential belongs to no agent of this tenant")
                return
            }
            if let claimed = request.claimedAgent, claimed != agent.name {
                guard let other = policy.catalog.agents[claimed],
                    policy.catalog.authority.may(agent.name, actAs: claimed)
                else {
                    decision.deny(.unauthenticatedAgent, "the call claims another agent than its credential proves")
                    return
                }
                decision.agent = other
                decision.actingFor = agent.name
            } else {
                decision.agent = agent
            }
        case .person:
            guard request.isDryRun, let claimed = request.claimedAgent, let agent = policy.catalog.agents[claimed]
            else {
                decision.deny(.unauthenticatedAgent, "people do not call tools; they may try an agent's call dry")
                return
            }
            decision.agent = agent
            decision.actingFor = caller.name
        }
        if request.isDryRun, !caller.grants.contains("dry_run") {
            decision.deny(.dryRunNotGranted, "this credential has no grant for dry runs")
            return
        }
        prove(chainOf: decision, isAfterCall)
        stopWhereDisabled(decision)
    }

    /// What strangers name is nobody's, and as long as they like: none of it is kept.
    private func turnAway(_ decision: DecisionInProgress, _ why: String) {
        decision.request.dropIdentifiers()
        decision.refuse(.unauthenticated(why))
    }

    /// Who stands before the agent, by the signed delegation that the call brings.
    private func prove(chainOf decision: DecisionInProgress, _ isAfterCall: Bool) {
        guard decision.isOpen, let text = decision.request.delegation, let caller = decision.caller,
            let agent = decision.agent
        else { return }
        do throws(ChainError) {
            let token = try delegations.verify(
                text, delegate: agent.name, tenant: caller.tenant, sessionID: decision.request.sessionID,
                now: decision.admittedAt, mayHaveExpired: isAfterCall)
            (decision.chain, decision.orchestrators) = (token.chain, token.orchestrators)
        } catch {
            decision.deny(.chainInvalid, error.message)
        }
    }

    /// The kill switch: of the agent, of everybody in the chain, and of who calls or has called in their name.
    private func stopWhereDisabled(_ decision: DecisionInProgress) {
        guard decision.isOpen, let tenant = decision.caller?.tenant, let agent = decision.agent?.name else { return }
        let switches = switches()
        for name in [agent] + decision.chain + decision.allOrchestrators {
            guard let stop = switches.stop(tenant: tenant, agent: name) else { continue }
            decision.deny(.agentDisabled, stop.message)
            return
        }
    }
}
