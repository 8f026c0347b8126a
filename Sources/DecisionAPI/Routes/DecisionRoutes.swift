import Decisions
import HTTPEndpoints
import HTTPTypes
import Hummingbird

/// `POST /v1/decisions`: one decision on one call. `POST /v1/delegations`: the signed chain for the next agent.
/// `POST /v1/results`: what may be shown of a call's result.
struct DecisionRoutes: EndpointSet {
    let decisions: DecisionPoint
    let bodyLimit: Int
    let longestHold: Duration

    private static let point = EnforcementPoint(name: "decision-api", rewritesParameters: true)

    var endpoints: [Endpoint] {
        [
            Endpoint(Self.decide, mayBlock: false) { request, _ in try await decide(request) },
            Endpoint(Self.delegate, mayBlock: false) { request, _ in
                try await answer(request) { json, credentials, point, trace in
                    await decisions.delegate(json: json, credentials: credentials, point: point, trace: trace)
                }
            },
            Endpoint(Self.redact, mayBlock: false) { request, _ in try await redactResult(request) },
        ]
    }

    private func decide(_ request: Request) async throws -> Response {
        let hold = longestHold > .zero ? min(request.preferredWait, longestHold) : .zero
        var response = try await answer(request) { json, credentials, point, trace in
            await decisions.decide(
                json: json, credentials: credentials, point: point, trace: trace, holdingFor: hold)
        }
        if hold > .zero, let name = HTTPField.Name("preference-applied") {
            response.headers[name] = "wait=\(hold.components.seconds)"
        }
        return response
    }

    private typealias Question =
        @Sendable (
            _ json: [UInt8], _ credentials: Credentials, _ point: EnforcementPoint, _ trace: TraceContext?
        ) async -> Decision

    private func answer(_ request: Request, _ ask: Question) async throws -> Response {
        let credentials = request.credentials
        let trace = request.trace
        let decision: Decision
        do {
            let json = try await request.bytes(limit: bodyLimit)
            decision = await ask(json, credentials, Self.point, trace)
        } catch let error as AdmissionError {
            decision = await decisions.refuse(error, credentials: credentials, point: Self.point, trace: trace)
        }
        return Self.response(to: decision)
    }

    private func redactResult(_ request: Request) async throws -> Response {
        let credentials = request.credentials
        let trace = request.trace
        do {
            let json = try await request.bytes(limit: bodyLimit)
            let answer = await decisions.redactResult(
                json: json, credentials: credentials, point: Self.point, trace: trace)
            return Self.problem(of: answer.decision)?.response ?? Response(json: answer.json)
        } catch let error as AdmissionError {
            return Self.response(
                to: await decisions.refuse(error, credentials: credentials, point: Self.point, trace: trace))
        }
    }

    /// 200 with the decision, whatever it is. What came from nobody, or was no request, is a problem.
    static func response(to decision: Decision) -> Response {
        if let problem = problem(of: decision) { return problem.response }
        var response = Response(json: decision.json)
        if decision.outcome == .deny, let seconds = decision.limits.retryAfterSeconds {
            response.headers[.retryAfter] = String(max(1, seconds))
        }
        return response
    }

    private static func problem(of decision: Decision) -> Problem? {
        var problem: Problem
        if let error = decision.problem {
            problem = Problem(error)
        } else if decision.outcome == .deny, decision.reason.code == .unauthenticatedAgent {
            problem = Problem(.unauthenticated(decision.reason.message))
        } else {
            return nil
        }
        problem.decisionID = decision.id.description
        return problem
    }
}

extension Request {
    /// How long the caller would wait for an answer: `Prefer: wait=30`, in seconds. What is not understood is no wish.
    /// Source: RFC 7240, section 4.3.
    var preferredWait: Duration {
        guard let name = HTTPField.Name("prefer") else { return .zero }
        for preference in headers[values: name].flatMap({ $0.split(separator: ",") }) {
            let parts = (preference.split(separator: ";").first ?? "").filter { !$0.isWhitespace && $0 != "\"" }
                .split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "wait", let seconds = UInt32(parts[1]) else { continue }
            return .seconds(Int64(seconds))
        }
        return .zero
    }
}
