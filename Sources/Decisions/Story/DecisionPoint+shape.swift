import Redaction
import RegoValues

extension DecisionPoint {
    func shape(_ decision: DecisionInProgress) { ParameterShaping(redactor: redactor).shape(decision) }
}

/// Deterministic rewriting of a permitted call's parameters, as its policies oblige. Of a call that waits for people it is looked
/// at whether that can be done: nobody is asked about what cannot be carried out.
struct ParameterShaping {
    let redactor: Redactor

    func shape(_ decision: DecisionInProgress) {
        guard decision.isOpen, let call = decision.call else { return }
        guard let enforced = decision.enforced, enforced.ruling != .deny else { return }
        switch rewrite(call, enforced, decision, in: decision.redactionScope) {
        case .impossible(let reason): decision.deny(reason)
        case .untouched: return
        case .rewritten(let value, let redactions):
            guard enforced.ruling == .allow else { return }
            var text: [UInt8] = []
            JSONWriter.write(value, to: &text)
            decision.parameters = text
            decision.redactions = redactions
        }
    }

    enum Rewriting {
        case untouched
        case rewritten(Value, [RedactedPlace])
        case impossible(DecisionReason)
    }

    func rewrite(
        _ call: ToolCall, _ verdict: PolicyVerdict, _ decision: DecisionInProgress, in scope: Redactor.Scope
    ) -> Rewriting {
        let request = decision.request
        if !request.point.rewritesParameters, let duty = verdict.sanitize.first(where: { $0.target == .result }) {
            return .impossible(
                DecisionReason(
                    .sanitizeUnsupported, "the result must be redacted, which `\(request.point.name)` cannot",
                    policy: duty.policy, rule: duty.rule))
        }
        let duties = verdict.sanitize.filter { $0.target == .parameters }
        guard let first = duties.first else { return .untouched }
        if let unknown = ParameterShaping.unknownDetector(in: duties, scope) { return .impossible(unknown) }
        let (value, redactions) = redactor.sanitize(
            call.parameters, duties.map(\.order), in: scope, heap: request.heap)
        guard !redactions.isEmpty else { return .untouched }
        guard request.point.rewritesParameters else {
            return .impossible(
                DecisionReason(
                    .sanitizeUnsupported, "the parameters must be rewritten, which `\(request.point.name)` cannot",
                    policy: first.policy, rule: first.rule))
        }
        return .rewritten(value, redactions)
    }

    /// Why duties cannot be carried out that name a detector which there is not.
    static func unknownDetector(in duties: [SanitizeObligation], _ scope: Redactor.Scope) -> DecisionReason? {
        for duty in duties where !duty.order.detectors.allSatisfy(scope.knows) {
            return DecisionReason(
                .evaluationError, "a policy names a detector that is not known here", policy: duty.policy,
                rule: duty.rule)
        }
        return nil
    }
}

extension DecisionInProgress {
    /// Whose detectors and pseudonyms are used.
    var redactionScope: Redactor.Scope {
        Redactor.Scope(tenant: caller?.tenant ?? "", detectors: policy?.detectors ?? .none)
    }
}
