import Crypto
import MerkleLog
import Redaction
import RegoValues

/// A tool's answer on its way to the agent: the same redaction as for parameters, by the sanitizers that are about results.
/// Nothing is permitted or spent here. Where it cannot be told what has to be taken out, nothing is shown.
extension DecisionPoint {
    /// Redacts the body of `POST /v1/results`.
    public func redactResult(
        json: [UInt8], credentials: Credentials, point: EnforcementPoint, trace: TraceContext? = nil
    ) async -> ResultAnswer {
        do throws(AdmissionError) {
            return await redactResult(
                try ResultRequest.parse(json, credentials: credentials, point: point, trace: trace, limits: limits))
        } catch {
            return ResultAnswer(
                decision: await refuse(error, credentials: credentials, point: point, trace: trace), result: nil,
                labels: [])
        }
    }

    private func redactResult(_ request: ResultRequest) async -> ResultAnswer {
        let decision = begin(request.call)
        identify(decision, isAfterCall: true)
        let tool = name(decision, request)
        let shown = shape(decision, request) ?? DecisionPoint.untouched(decision, request)
        let note = DecisionRecord.ResultNote(decisionID: request.decisionID, labels: tool?.emits ?? [])
        let answer = await record(decision, request, note)
        return ResultAnswer(
            decision: answer, result: answer.isPermitted ? shown : nil, labels: answer.isPermitted ? note.labels : [])
    }

    private func name(_ decision: DecisionInProgress, _ request: ResultRequest) -> ToolDefinition? {
        guard decision.isOpen, let policy = decision.policy else { return nil }
        guard let tool = policy.catalog.tools[request.tool] else {
            decision.deny(.unknownTool, "the tenant has no tool of this name")
            return nil
        }
        decision.call = ToolCall(tool: tool, parameters: request.parameters, line: nil)
        return tool
    }

    /// Asks the policies about the session as it is by now: what the call itself has brought to it is in there.
    private func shape(_ decision: DecisionInProgress, _ request: ResultRequest) -> [UInt8]? {
        guard decision.isOpen, let policy = decision.policy, let key = decision.sessionKey else { return nil }
        let view = sessions.view(key, now: decision.admittedAt)
        decision.session = view.settled
        guard let certain = DecisionPoint.input(decision, phase: "result") else { return nil }
        let shaping = ResultShaping(redactor: redactor)
        guard SessionView.differ(view.settled, view.expected, for: policy.sessionInterest) else {
            return shaping.shape(request.result, by: certain, decision)
        }
        decision.session = view.expected
        guard let input = DecisionPoint.input(decision, phase: "result") else { return nil }
        return shaping.shape(request.result, by: input, certain: certain, decision)
    }

    /// The result as it came, for a tenant that only shadows: whatever went wrong there takes nothing from the agent.
    private static func untouched(_ decision: DecisionInProgress, _ request: ResultRequest) -> [UInt8]? {
        guard decision.isShadowing, decision.isPermitted else { return nil }
        var text: [UInt8] = []
        JSONWriter.write(request.result, to: &text)
        return text
    }

    private func record(
        _ decision: DecisionInProgress, _ request: ResultRequest, _ note: DecisionRecord.ResultNote
    ) async -> Decision {
        let answer = decision.decision()
        let since = now()
        guard leavesRecord(decision, answer, at: since) else {
            observe(decision, answer, as: .result, recordingSince: since)
            return answer
        }
        var entry = entry(of: decision, answer)
        // The record says what was taken out of the result and where; it shows neither the result nor the parameters.
        entry.parametersShown = nil
        entry.parametersDigest = DecisionPoint.digest(of: request.result)
        // Nothing is kept of what strangers send.
        entry.committed = decision.caller == nil ? nil : request.result
        entry.result = note
        do {
            var recorded = entry.answer
            recorded.receipt = try await recorder.record(entry)
            observe(decision, recorded, as: .result, recordingSince: since)
            return recorded
        } catch {
            let denied = DecisionInProgress(request: decision.request, id: decision.id, admittedAt: decision.admittedAt)
            denied.caller = decision.caller
            denied.agent = decision.agent
            denied.span = decision.span
            denied.deny(.auditUnavailable, "the result could not be recorded")
            let answer = denied.decision()
            observe(denied, answer, as: .result, recordingSince: since)
            return answer
        }
    }

    private static func digest(of value: Value) -> String? {
        var canonical: [UInt8] = []
        guard (try? JSONWriter.canonical(value, to: &canonical)) != nil else { return nil }
        return Hex.encode(SHA256.hash(data: canonical))
    }
}
