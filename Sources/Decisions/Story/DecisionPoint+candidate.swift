import Redaction
import RegoValues

/// A candidate bundle beside the enforced one: it sees the same call, its outcome is noted as `would_decision`, and nothing that it
/// does (not even running out of time or memory) changes the answer.
extension DecisionPoint {
    func weigh(candidateOf decision: DecisionInProgress, _ input: Value) {
        guard let tenant = decision.caller?.tenant, let candidate = policies.candidate(tenant: tenant) else { return }
        let heap = Heap()
        decision.candidate = (candidate, heap)
        if decision.isShadowing { decision.unenforced = decision.shadow }
        decision.shadow = nil
        do {
            let verdict = try verdict(of: candidate, input, heap, decision)
            guard !heap.isExhausted else { throw PolicyVerdict.Malformed(field: "memory") }
            decision.shadow = verdict
        } catch {
            decision.would = Decision.Would(
                .deny, DecisionReason(.evaluationError, "the candidate's policies could not be evaluated"))
        }
    }

    /// What it says of the call, and of its result, where nobody will ask about that.
    private func verdict(
        of candidate: ActivePolicy, _ input: Value, _ heap: Heap, _ decision: DecisionInProgress
    ) throws -> PolicyVerdict {
        func ask(_ input: Value) throws -> PolicyVerdict {
            try PolicyVerdict.read(candidate.evaluation(input, heap, decision.admittedAt)).enforced
        }
        let inputs = [input, decision.otherInput(for: candidate)].compactMap { $0 }
        var verdict = try ask(input)
        for other in inputs.dropFirst() { verdict = try verdict.joined(with: ask(other)) }
        guard let call = decision.call, decision.mustForeseeResult(candidate, verdict.ruling) else { return verdict }
        let tool = candidate.catalog.tools[call.tool.name] ?? call.tool
        for before in inputs {
            let result = try ask(DecisionInProgress.input(before, afterCallOf: tool, in: heap))
            verdict = verdict.adding(result.aboutResults.sanitize) ?? verdict
        }
        return verdict
    }
}

extension ParameterShaping {
    /// What would come of the call if shadow policies counted; what stands in the way only of their budgets and rates shows later.
    func foresee(_ decision: DecisionInProgress) {
        // Policies that could not be asked about the result have said nothing.
        guard decision.isOpen || decision.candidate != nil, let shadow = decision.shadow, let call = decision.call
        else { return }
        switch shadow.ruling {
        case .deny: decision.would = Decision.Would(.deny, shadow.reason)
        case .approvalNeeded, .allow:
            let isHeld = shadow.ruling == .approvalNeeded
            decision.would =
                switch rewrite(call, shadow, decision, in: decision.shadowRedactionScope) {
                case .impossible(let reason): Decision.Would(.deny, reason)
                case .untouched: Decision.Would(isHeld ? .approvalNeeded : .allow, shadow.reason)
                case .rewritten: Decision.Would(isHeld ? .approvalNeeded : .sanitize, shadow.reason)
                }
        }
    }
}

extension DecisionInProgress {
    fileprivate var shadowRedactionScope: Redactor.Scope {
        Redactor.Scope(tenant: caller?.tenant ?? "", detectors: (candidate?.policy ?? policy)?.detectors ?? .none)
    }
}
