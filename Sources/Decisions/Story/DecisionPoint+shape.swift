import RegoValues

/// Deterministic rewriting of a permitted call's parameters, as its policies oblige.
extension DecisionPoint {
    func shape(_ decision: inout DecisionInProgress) {
        guard decision.isOpen, let call = decision.call else { return }
        if let shadow = decision.shadow, shadow.ruling == .allow {
            decision.wouldOutcome =
                rewrite(call, shadow, decision.request.heap).map { rewriting in
                    if rewriting.redactions.isEmpty { return .allow }
                    return decision.request.point.rewritesParameters ? .sanitize : .deny
                } ?? .deny
        } else if let shadow = decision.shadow {
            decision.wouldOutcome = shadow.ruling == .deny ? .deny : .approvalNeeded
        }
        guard let enforced = decision.enforced, enforced.ruling == .allow else { return }
        guard let rewriting = rewrite(call, enforced, decision.request.heap) else {
            decision.deny(.evaluationError, "a policy names a detector that is not known here")
            return
        }
        guard !rewriting.redactions.isEmpty else { return }
        guard decision.request.point.rewritesParameters else {
            let first = enforced.sanitize.first
            decision.deny(
                DecisionReason(
                    .sanitizeUnsupported,
                    "the parameters must be rewritten, which `\(decision.request.point.name)` cannot",
                    policy: first?.policy, rule: first?.rule))
            return
        }
        var text: [UInt8] = []
        JSONWriter.write(rewriting.value, to: &text)
        decision.parameters = text
        decision.redactions = rewriting.redactions
    }

    /// nil where an obligation cannot be carried out.
    private func rewrite(
        _ call: ToolCall, _ verdict: PolicyVerdict, _ heap: Heap
    ) -> (value: Value, redactions: [Redaction])? {
        guard !verdict.sanitize.isEmpty else { return (call.parameters, []) }
        let known = redactor.detectorNames
        guard verdict.sanitize.allSatisfy({ $0.detectors.allSatisfy(known.contains) }) else { return nil }
        return redactor.sanitize(call.parameters, verdict.sanitize, heap: heap)
    }
}
