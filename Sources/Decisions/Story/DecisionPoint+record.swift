import Approvals
import Redaction
import RegoValues

/// The record, durable before the answer leaves. Without it nothing is permitted, and what was spent is given back.
extension DecisionPoint {
    func record(_ decision: DecisionInProgress) async -> Decision {
        let answer = decision.decision()
        let since = now()
        guard answer.repeatedAnswer == nil, leavesRecord(decision, answer, at: since) else {
            observe(decision, answer, recordingSince: since)
            return answer
        }
        do {
            let receipt = try await recorder.record(entry(of: decision, answer))
            if let ticket = decision.ticket { sessions.settle(ticket) }
            if decision.hasEffects { ledger.confirm(decision.id) }
            await tell(decision.alerts, of: decision)
            var recorded = answer
            recorded.receipt = receipt
            if decision.isWorthRemembering, let claim = decision.claim, let caller = decision.caller,
                let agent = decision.agent
            {
                answers.remember(recorded.json, tenant: caller.tenant, agent: agent.name, claim: claim, now: now())
            }
            observe(decision, recorded, recordingSince: since)
            return recorded
        } catch {
            // Where giving back fails too, recovery does it: the decision has no durable record.
            if decision.hasEffects { try? await ledger.release(decision.id, now: now()) }
            if let ticket = decision.ticket { sessions.undo(ticket) }
            let denied = DecisionInProgress(decision)
            denied.deny(.auditUnavailable, "the decision could not be recorded")
            let answer = denied.decision()
            observe(denied, answer, recordingSince: since)
            return answer
        }
    }

    /// All do but denials of what nobody proved, where these come too fast.
    func leavesRecord(_ decision: DecisionInProgress, _ answer: Decision, at time: Timestamp) -> Bool {
        decision.caller != nil || answer.outcome != .deny || strangers.takesOne(now: time)
    }

    /// Alerts follow their decision into the trail. One that cannot be written now changes no answer: the state store keeps it until
    /// it is.
    private func tell(_ alerts: [BudgetAlert], of decision: DecisionInProgress) async {
        guard !alerts.isEmpty, let tenant = decision.caller?.tenant, let agent = decision.agent?.name else { return }
        for alert in alerts { onBudgetAlert(tenant, agent, alert, decision.span ?? decision.request.trace) }
        try? await scribe.tell(of: decision.id)
    }

    func entry(of decision: DecisionInProgress, _ answer: Decision) -> DecisionRecord {
        let heap = decision.request.heap
        var facts = decision.facts
        facts.canRewrite = decision.request.point.rewritesParameters
        return DecisionRecord(
            answer: answer, at: now(), admittedAt: decision.admittedAt, callerIdentity: decision.caller?.identity,
            actingFor: decision.actingFor, chain: decision.chain,
            sessionID: decision.request.sessionID, session: decision.session,
            sessionEffects: decision.sessionEffects, spent: decision.spent,
            idempotencyKey: decision.request.idempotencyKey,
            spanID: (decision.span ?? decision.request.trace)?.spanID, region: decision.policy?.region,
            parametersDigest: decision.digest,
            parametersShown: decision.call.map { call in
                redactor.view(
                    call.parameters, sensitive: call.tool.sensitive, in: decision.redactionScope, heap: heap)
            }, committed: decision.digest == nil ? nil : decision.call?.parameters, input: decision.input, facts: facts,
            bundleDigest: decision.policy?.bundleDigest, point: decision.request.point.name,
            approvalID: decision.approval?.id ?? decision.token?.approvalID.description,
            retentionClass: decision.policy?.retentionClass(policy: answer.reason.policy))
    }
}

extension DecisionInProgress {
    fileprivate var sessionEffects: SessionEffects? {
        guard var effects = ticket?.effects else { return nil }
        effects.isAgents = policy?.settings.sessions == .agent && request.sessionID != nil
        return effects
    }

    /// The same call before it was settled, to be denied for a fault that came later.
    fileprivate convenience init(_ settled: DecisionInProgress) {
        self.init(request: settled.request, id: settled.id, admittedAt: settled.admittedAt)
        caller = settled.caller
        policy = settled.policy
        agent = settled.agent
        actingFor = settled.actingFor
        chain = settled.chain
        orchestrators = settled.orchestrators
        span = settled.span
        call = settled.call
    }
}
