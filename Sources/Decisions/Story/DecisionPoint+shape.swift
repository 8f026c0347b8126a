import RegoValues

/// Deterministic rewriting of a permitted call's parameters, as its policies oblige.
extension DecisionPoint {
    func shape(_ decision: inout DecisionInProgress) {
        guard decision.isOpen, let call = decision.call else { return }
        if let shadow = decision.shadow { decision.would = foresee(shadow, call, decision.request) }
        guard let enforced = decision.enforced, enforced.ruling == .allow else { return }
        switch rewrite(call, enforced, decision.request) {
        case .impossible(let reason): decision.deny(reason)
        case .untouched: return
        case .rewritten(let value, let redactions):
            var text: [UInt8] = []
            JSONWriter.write(value, to: &text)
            decision.parameters = text
            decision.redactions = redactions
        }
    }

    /// What would come of the call if shadow policies counted; its budgets and rates are yet to be seen.
    private func foresee(_ shadow: PolicyVerdict, _ call: ToolCall, _ request: DecisionRequest) -> Decision.Would {
        switch shadow.ruling {
        case .deny: return Decision.Would(.deny, shadow.reason)
        case .approvalNeeded: return Decision.Would(.approvalNeeded, shadow.reason)
        case .allow:
            switch rewrite(call, shadow, request) {
            case .impossible(let reason): return Decision.Would(.deny, reason)
            case .untouched: return Decision.Would(.allow, shadow.reason)
            case .rewritten: return Decision.Would(.sanitize, shadow.reason)
            }
        }
    }

    private enum Rewriting {
        case untouched
        case rewritten(Value, [Redaction])
        case impossible(DecisionReason)
    }

    private func rewrite(_ call: ToolCall, _ verdict: PolicyVerdict, _ request: DecisionRequest) -> Rewriting {
        guard let first = verdict.sanitize.first else { return .untouched }
        let known = redactor.detectorNames
        guard verdict.sanitize.allSatisfy({ $0.detectors.allSatisfy(known.contains) }) else {
            return .impossible(DecisionReason(.evaluationError, "a policy names a detector that is not known here"))
        }
        let (value, redactions) = redactor.sanitize(call.parameters, verdict.sanitize, heap: request.heap)
        guard !redactions.isEmpty else { return .untouched }
        guard request.point.rewritesParameters else {
            return .impossible(
                DecisionReason(
                    .sanitizeUnsupported, "the parameters must be rewritten, which `\(request.point.name)` cannot",
                    policy: first.policy, rule: first.rule))
        }
        return .rewritten(value, redactions)
    }
}
