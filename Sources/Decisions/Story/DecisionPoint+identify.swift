/// Who is calling, proven. The tenant comes from the credential; the agent from the credential and the tenant's catalog.
extension DecisionPoint {
    func identify(_ decision: inout DecisionInProgress) {
        guard decision.isOpen else { return }
        let request = decision.request
        guard let caller = prover.prove(request.credentials) else {
            decision.refuse(.unauthenticated("no valid credential came with the call"))
            return
        }
        decision.caller = caller
        if let expected = request.point.tenant, expected != caller.tenant {
            decision.deny(.tenantMismatch, "the credential belongs to another tenant than the listener serves")
            return
        }
        guard let policy = policies.active(tenant: caller.tenant) else {
            decision.deny(.bundleUnavailable, "no policy bundle is active for this tenant")
            return
        }
        decision.policy = policy
        switch caller.kind {
        case .agent:
            guard let agent = policy.catalog.agent(of: caller) else {
                decision.deny(.unauthenticatedAgent, "the credential belongs to no agent of this tenant")
                return
            }
            guard request.claimedAgent == nil || request.claimedAgent == agent.name else {
                decision.deny(.unauthenticatedAgent, "the call claims another agent than its credential proves")
                return
            }
            decision.agent = agent
        case .person:
            guard request.isDryRun, let claimed = request.claimedAgent, let agent = policy.catalog.agents[claimed]
            else {
                decision.deny(.unauthenticatedAgent, "people do not call tools; they may try an agent's call dry")
                return
            }
            decision.agent = agent
        }
        if request.isDryRun, !caller.grants.contains("dry_run") {
            decision.deny(.dryRunNotGranted, "this credential has no grant for dry runs")
            return
        }
        guard request.delegation == nil else {
            decision.deny(.chainInvalid, "the delegation cannot be verified here")
            return
        }
    }
}
