import Approvals
import Crypto
import Redaction
import RegoValues

/// Evaluates a decision again: the same input before a policy version, then the recorded facts of state, by the code that
/// decides calls. Nothing is spent, recorded or answered.
public struct DecisionReplay: Sendable {
    /// What the evaluation is for; what the ledgers answered then is taken as recorded by either.
    public enum Purpose: Sendable {
        /// To come to the recorded outcome again, with the recorded policies.
        case proof
        /// To learn what a version would have said of the call, asked as it would be today.
        case trial
    }

    // Finds are replaced by other pseudonyms than then, which no outcome depends on.
    private let redactor = Redactor(pseudonymKey: SymmetricKey(size: .bits256))

    public init() {}

    /// - Parameter policy: the version to evaluate; give it more time than a live decision has.
    /// - Throws: ``ReplayError`` `.notEvaluated`.
    public func run(
        _ sealed: EvaluatedInput, against policy: ActivePolicy, as purpose: Purpose = .proof
    ) throws(ReplayError) -> ReplayedDecision {
        guard let input = sealed.input else {
            throw ReplayError(.notEvaluated, "the decision fell before its policies were asked")
        }
        var facts = sealed.facts
        // Older programs did not, nor was there a reason where the recorded policies redact no result.
        facts.isResultForeseen = facts.isResultForeseen || purpose == .trial
        facts.isShadowFaulted = facts.isShadowFaulted && purpose == .proof
        var decision = begin(sealed, input, policy, facts)
        if decision.isOpen {
            if sealed.isResult {
                _ = ResultShaping(redactor: redactor).shape(
                    sealed.committed, by: input, certain: facts.certain(input, in: sealed.heap), decision)
            } else {
                decide(input, policy, facts, decision)
            }
        }
        if facts.isInterrupted, decision.reason?.code != .evaluationError {
            let interrupted = begin(sealed, input, policy, facts)
            interrupted.deny(.evaluationError, "the policies could not be evaluated")
            decision = interrupted
        }
        return ReplayedDecision(decision.decision())
    }

    // The decision as it stood before its policies were asked.
    private func begin(
        _ sealed: EvaluatedInput, _ input: Value, _ policy: ActivePolicy, _ facts: StateFacts
    ) -> DecisionInProgress {
        let toolName = input.lookup("tool").lookup("name").string ?? ""
        let agentName = input.lookup("agent").lookup("id").string ?? ""
        let request = DecisionRequest(
            heap: sealed.heap, subject: .tool(name: toolName, parameters: input.lookup("params"), request: nil),
            context: input.lookup("context"), credentials: .none,
            point: EnforcementPoint(name: "replay", rewritesParameters: facts.canRewrite))
        let decision = DecisionInProgress(
            request: request, id: sealed.decisionID,
            admittedAt: Timestamp(nanoseconds: input.lookup("now").int64 ?? 0))
        decision.caller = Caller(
            tenant: input.lookup("tenant").string ?? "", kind: .agent, name: agentName, keyID: "", method: .apiKey)
        decision.policy = policy
        guard let agent = policy.catalog.agents[agentName] else {
            decision.deny(.unauthenticatedAgent, "the credential belongs to no agent of this tenant")
            return decision
        }
        decision.agent = agent
        guard let tool = policy.catalog.tools[toolName] else {
            decision.deny(.unknownTool, "no tool of this tenant has the name that the call gives")
            return decision
        }
        decision.call = ToolCall(tool: tool, parameters: input.lookup("params"), line: nil)
        return decision
    }

    // The stages of a live decision, with the recorded answers in the place of the ledgers'.
    private func decide(
        _ input: Value, _ policy: ActivePolicy, _ facts: StateFacts, _ decision: DecisionInProgress
    ) {
        let shaping = ParameterShaping(redactor: redactor)
        guard decision.ask(input, of: policy) else { return }
        if decision.ruling == .allow, let other = facts.certain(input, in: decision.request.heap) {
            let expected = (input: decision.input, said: decision.said)
            if decision.ask(other, of: policy), decision.ruling == .allow {
                let certain = decision.said
                (decision.input, decision.said) = expected
                _ = decision.addDuties(of: certain)
            }
        }
        if facts.isResultForeseen, decision.isOpen, decision.mustForeseeResult(policy, decision.ruling) {
            decision.addDutiesOfResult(policy, certain: facts.certain(input, in: decision.request.heap))
        }
        if facts.isShadowFaulted { decision.shadow = .shadowFault }
        shaping.foresee(decision)
        decision.enforceDeny()
        if let refusal = facts.refusal, refusal.keeper == .delegation { decision.deny(refusal.reason) }
        shaping.shape(decision)
        guard decision.isOpen else { return }
        if let refusal = facts.shadowRefusal { decision.foreseeRefusal(refusal) }
        if let refusal = facts.refusal { return decision.deny(refusal.reason) }
        switch decision.enforced?.ruling {
        case .approvalNeeded:
            if let enforced = decision.enforced { decision.settle(.approvalNeeded, enforced.reason) }
        case .allow: decision.permit()
        case nil where decision.isShadowing: decision.permit()
        case .deny, nil: decision.deny(.evaluationError, "the policies gave no ruling")
        }
    }
}
