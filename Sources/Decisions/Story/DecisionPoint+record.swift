import Approvals
import Redaction
import RegoValues

/// The record, durable before the answer leaves. Without it nothing is permitted, and what was spent is given back.
extension DecisionPoint {
    func record(_ decision: DecisionInProgress) async -> Decision {
        let answer = decision.decision()
        guard answer.repeatedAnswer == nil else { return answer }
        do {
            let receipt = try await recorder.record(entry(of: decision, answer))
            if decision.hasEffects { ledger.confirm(decision.id) }
            return decision.decision(receipt: receipt)
        } catch {
            // Where giving back fails too, recovery does it: the decision has no durable record.
            if decision.hasEffects { try? await ledger.release(decision.id, now: now()) }
            var denied = DecisionInProgress(decision)
            denied.deny(.auditUnavailable, "the decision could not be recorded")
            return denied.decision()
        }
    }

    func entry(of decision: DecisionInProgress, _ answer: Decision) -> DecisionRecord {
        let heap = decision.request.heap
        return DecisionRecord(
            answer: answer, at: now(), admittedAt: decision.admittedAt, callerIdentity: decision.caller?.identity,
            actingFor: decision.caller?.kind == .person ? decision.caller?.name : nil,
            sessionID: decision.request.sessionID, idempotencyKey: decision.request.idempotencyKey,
            spanID: decision.request.trace?.spanID, region: decision.policy?.region,
            parametersDigest: decision.digest,
            parametersShown: decision.call.map { call in
                redactor.view(
                    call.parameters, sensitive: call.tool.sensitive, in: decision.redactionScope, heap: heap)
            }, bundleDigest: decision.policy?.bundleDigest, point: decision.request.point.name,
            approvalID: decision.approval?.id ?? decision.token?.approvalID.description)
    }
}

extension DecisionInProgress {
    /// The same call before it was settled, to be denied for a fault that came later.
    fileprivate init(_ settled: DecisionInProgress) {
        self.init(request: settled.request, id: settled.id, admittedAt: settled.admittedAt)
        caller = settled.caller
        policy = settled.policy
        agent = settled.agent
        call = settled.call
    }
}
