import Redaction
import RegoValues

/// Deterministic rewriting of a tool's answer, as the policies oblige.
struct ResultShaping {
    let redactor: Redactor

    /// The result as JSON, rewritten; nil where nothing of it may be shown.
    /// - Parameters:
    ///   - input: what the policies are asked, of phase `result`.
    ///   - certain: the same with the session without the calls that are under way, where that is another: what the policies say
    ///     of either is taken out.
    func shape(
        _ result: Value, by input: Value, certain: Value? = nil, _ decision: DecisionInProgress
    ) -> [UInt8]? {
        guard let duties = duties(input, certain, decision) else { return nil }
        let scope = decision.redactionScope
        if let unknown = ParameterShaping.unknownDetector(in: duties, scope) {
            decision.deny(unknown)
            return nil
        }
        let (value, redactions) = redactor.sanitize(
            result, duties.map(\.order), in: scope, heap: decision.request.heap)
        let reason = DecisionReason(
            .policyAllow, "the result of a call", policy: duties.first?.policy, rule: duties.first?.rule)
        var shown: [UInt8] = []
        if decision.isShadowing {
            decision.would = Decision.Would(redactions.isEmpty ? .allow : .sanitize, reason)
            decision.settle(.allow, reason)
            JSONWriter.write(result, to: &shown)
        } else {
            decision.redactions = redactions
            decision.settle(redactions.isEmpty ? .allow : .sanitize, reason)
            JSONWriter.write(value, to: &shown)
        }
        return shown
    }

    private func duties(
        _ input: Value, _ certain: Value?, _ decision: DecisionInProgress
    ) -> [SanitizeObligation]? {
        guard let certain else { return duties(input, decision) }
        guard let expected = duties(input, decision) else { return nil }
        let sure = duties(certain, decision)
        decision.input = input
        let missing = sure?.filter { !expected.contains($0) }
        if missing?.isEmpty != true { decision.facts.certainSession = JSONWriter.text(certain.lookup("session")) }
        guard let missing else { return nil }
        return expected + missing
    }

    /// What the policies say has to be taken out of results of this tool; nil where that cannot be told.
    private func duties(_ input: Value, _ decision: DecisionInProgress) -> [SanitizeObligation]? {
        guard let policy = decision.policy else { return nil }
        let heap = decision.request.heap
        decision.input = input
        do {
            let verdict = try PolicyVerdict.read(try policy.evaluation(input, heap, decision.admittedAt)).enforced
            guard !heap.isExhausted else {
                decision.deny(.evaluationError, "the policies need more memory than a decision may use")
                return nil
            }
            guard verdict.ruling != .deny else {
                decision.deny(verdict.reason)
                return nil
            }
            return verdict.sanitize.filter { $0.target == .result }
        } catch let malformed as PolicyVerdict.Malformed {
            decision.deny(.evaluationError, "the policies gave no usable `\(malformed.field)`")
        } catch {
            decision.noteInterruption(error)
            decision.deny(.evaluationError, "the policies could not be evaluated")
        }
        return nil
    }
}
