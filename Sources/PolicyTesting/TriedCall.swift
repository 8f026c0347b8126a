import Approvals
package import Decisions
package import PolicyDocuments
import RegoSyntax

/// A given call with what became of it, and what every policy found in it.
package struct TriedCall: Sendable {
    package let given: GivenCall
    package let result: DecisionTrial.Result
    /// nil where the policies were never asked.
    let findings: CallFindings?
}

/// Why a given call cannot be tried.
package struct TrialProblem: Error, Sendable {
    package let message: String
}

extension PolicyWorkbench {
    /// Tries the call on state of its own: what is given of session and budgets, then the earlier calls, then the call.
    package func tries(_ given: GivenCall) async throws(TrialProblem) -> TriedCall {
        do {
            guard let now = Timestamp(parsing: given.now) else {
                throw TrialProblem(message: "`\(given.now)` is no time in UTC, such as \(GivenCall.usualTime)")
            }
            let spent = Dictionary(
                given.spent.map { (DecisionTrial.Budget(policy: $0.policy, rule: $0.budget), $0.micros) },
                uniquingKeysWith: +)
            let trial = try DecisionTrial(policy: active, spent: spent)
            var call = DecisionTrial.Call(
                agent: given.agent, tool: given.tool, parameters: Array(given.parameters.utf8),
                request: given.request.map { (method: $0.method, host: $0.host, target: $0.path) },
                context: Array(given.context.utf8),
                chain: given.chain, sessionID: given.session.id, now: now,
                rewritesParameters: given.rewritesParameters)
            trial.prepare(sessionOf: call, labels: given.session.labels, tools: given.session.tools)
            for (number, earlier) in given.earlier.enumerated() {
                var before = call
                before.tool = earlier.tool ?? call.tool
                if let parameters = earlier.parameters { before.parameters = Array(parameters.utf8) }
                for _ in 0..<earlier.times {
                    let decision = try await trial.decide(before).decision
                    guard !decision.isPermitted else { continue }
                    throw TrialProblem(
                        message:
                            "the earlier call \(number + 1) was not permitted: \(CallExplanation.sentence(decision))")
                }
            }
            call.isApproved = given.isApproved
            let result = try await trial.decide(call)
            return TriedCall(given: given, result: result, findings: try result.input.map { try findings(in: $0) })
        } catch let problem as TrialProblem {
            throw problem
        } catch {
            throw TrialProblem(message: "\(error)")
        }
    }
}
