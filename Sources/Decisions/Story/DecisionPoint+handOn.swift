import RegoValues

/// Handing a call on: from a tool behind which an agent stands, or because an agent asks for the chain of the next one.
extension DecisionPoint {
    /// Gives a permitted call of an agent behind a tool the chain that this agent will have to show.
    func handOn(_ decision: DecisionInProgress) {
        guard decision.isOpen, let delegate = decision.call?.tool.agent, !decision.request.isDryRun,
            decision.enforced?.ruling == .allow || decision.isShadowing
        else { return }
        decision.asking = .delegation
        mintChain(to: delegate, life: DelegationMint.usualLife, decision)
        decision.asking = nil
    }

    /// Gives an earlier answer of such a call a chain that holds today: answers stand for a day, chains for minutes.
    func handOn(anew earlier: inout Decision, _ decision: DecisionInProgress) {
        guard earlier.delegation != nil, let delegate = decision.call?.tool.agent else { return }
        decision.asking = .delegation
        mintChain(to: delegate, life: DelegationMint.usualLife, decision)
        decision.asking = nil
        if let chain = decision.delegation { earlier.renew(delegation: chain) }
    }

    /// Mints the chain for the next agent, without a call: the answer of `POST /v1/delegations`.
    ///
    /// The caller and the chain so far are proven as for any call; the next agent must accept the caller. What the agents
    /// may do together is for the policies to say, at the next agent's call.
    public func delegate(
        json: [UInt8], credentials: Credentials, point: EnforcementPoint, trace: TraceContext? = nil
    ) async -> Decision {
        let request: DecisionRequest
        do throws(AdmissionError) {
            request = try DecisionRequest.parseDelegation(
                json, credentials: credentials, point: point, trace: trace, limits: limits)
        } catch {
            return await refuse(error, credentials: credentials, point: point, trace: trace)
        }
        let decision = begin(request)
        identify(decision)
        if decision.isOpen, case .tool(let name, let parameters, _) = request.subject {
            decision.call = ToolCall(tool: ToolDefinition(builtIn: name), parameters: parameters, line: nil)
            let delegate = parameters.lookup("to").string ?? ""
            let life = parameters.lookup("expires_in").int64 ?? DelegationMint.usualLife
            mintChain(to: delegate, life: life, decision)
            decision.settle(
                .allow,
                decision.would?.reason
                    ?? DecisionReason(.policyAllow, "`\(delegate)` accepts calls from `\(decision.agent?.name ?? "")`"))
        }
        return await record(decision)
    }

    private func mintChain(to delegate: String, life: Int64, _ decision: DecisionInProgress) {
        guard let caller = decision.caller, let agent = decision.agent, let catalog = decision.policy?.catalog else {
            return
        }
        let refusal = DecisionReason(
            .callerNotAllowed, "the agent `\(delegate)` accepts no calls from `\(agent.name)`")
        // There is no chain to an agent that there is not, whatever is enforced.
        guard catalog.agents[delegate] != nil else { return decision.settle(.deny, refusal) }
        if !catalog.authority.accepts(delegate, from: agent.name) {
            guard decision.isShadowing else { return decision.deny(refusal) }
            if decision.candidate == nil { decision.foreseeRefusal(refusal) }
        }
        if let stop = switches().stop(tenant: caller.tenant, agent: delegate) {
            return decision.deny(.agentDisabled, stop.message)
        }
        do throws(ChainError) {
            decision.delegation = try delegations.token(
                tenant: caller.tenant, chain: decision.chain + [agent.name],
                orchestrators: decision.allOrchestrators, delegate: delegate,
                sessionID: decision.request.sessionID, life: life, now: decision.admittedAt
            ).text
        } catch {
            decision.deny(.chainInvalid, error.message)
        }
    }
}
