import Crypto
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
        var decision = DecisionInProgress(request.call, now: now())
        identify(&decision)
        let tool = name(&decision, request)
        let shown = shape(&decision, request)
        let note = DecisionRecord.ResultNote(decisionID: request.decisionID, labels: tool?.emits ?? [])
        let answer = await record(decision, request, note)
        return ResultAnswer(
            decision: answer, result: answer.isPermitted ? shown : nil, labels: answer.isPermitted ? note.labels : [])
    }

    private func name(_ decision: inout DecisionInProgress, _ request: ResultRequest) -> ToolDefinition? {
        guard decision.isOpen, let policy = decision.policy else { return nil }
        guard let tool = policy.catalog.tools[request.tool] else {
            decision.deny(.unknownTool, "the tenant has no tool of this name")
            return nil
        }
        decision.call = ToolCall(tool: tool, parameters: request.parameters, line: nil)
        return tool
    }

    /// The result as JSON, rewritten as the policies oblige.
    private func shape(_ decision: inout DecisionInProgress, _ request: ResultRequest) -> [UInt8]? {
        guard decision.isOpen, let duties = duties(&decision) else { return nil }
        let scope = decision.redactionScope
        if let unknown = DecisionPoint.unknownDetector(in: duties, scope) {
            decision.deny(unknown)
            return nil
        }
        let heap = request.call.heap
        let (value, redactions) = redactor.sanitize(request.result, duties.map(\.order), in: scope, heap: heap)
        let reason = DecisionReason(
            .policyAllow, "the result of a call", policy: duties.first?.policy, rule: duties.first?.rule)
        var shown: [UInt8] = []
        if decision.isShadowing {
            decision.would = Decision.Would(redactions.isEmpty ? .allow : .sanitize, reason)
            decision.settle(.allow, reason)
            JSONWriter.write(request.result, to: &shown)
        } else {
            decision.redactions = redactions
            decision.settle(redactions.isEmpty ? .allow : .sanitize, reason)
            JSONWriter.write(value, to: &shown)
        }
        return shown
    }

    /// What the policies say has to be taken out of results of this tool; nil where that cannot be told.
    private func duties(_ decision: inout DecisionInProgress) -> [SanitizeObligation]? {
        guard let policy = decision.policy, let input = DecisionPoint.input(decision, phase: "result") else {
            return nil
        }
        let heap = decision.request.heap
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
            decision.deny(.evaluationError, "the policies could not be evaluated")
        }
        return nil
    }

    private func record(
        _ decision: DecisionInProgress, _ request: ResultRequest, _ note: DecisionRecord.ResultNote
    ) async -> Decision {
        var entry = entry(of: decision, decision.decision())
        // The record says what was taken out of the result and where; it shows neither the result nor the parameters.
        entry.parametersShown = nil
        entry.parametersDigest = DecisionPoint.digest(of: request.result)
        entry.result = note
        do {
            return decision.decision(receipt: try await recorder.record(entry))
        } catch {
            var denied = DecisionInProgress(request: decision.request, id: decision.id, admittedAt: decision.admittedAt)
            denied.caller = decision.caller
            denied.agent = decision.agent
            denied.deny(.auditUnavailable, "the result could not be recorded")
            return denied.decision()
        }
    }

    private static func digest(of value: Value) -> String? {
        var canonical: [UInt8] = []
        guard (try? JSONWriter.canonical(value, to: &canonical)) != nil else { return nil }
        return Digests.hexadecimal(SHA256.hash(data: canonical))
    }
}
