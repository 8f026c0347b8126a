import Decisions
import HTTPEndpoints
import Hummingbird

/// `POST /v1/usage`: what a permitted call did cost, in the place of what was reserved for it.
struct UsageRoutes: EndpointSet {
    let decisions: DecisionPoint

    /// A report is a line.
    private static let bodyLimit = 16 << 10

    var endpoints: [Endpoint] {
        [Endpoint(Self.reportUsage) { request, _ in try await settle(request) }]
    }

    private func settle(_ request: Request) async throws -> Response {
        let json = try await request.bytes(limit: Self.bodyLimit)
        do throws(UsageError) {
            return Response(json: try await decisions.settle(json: json, credentials: request.credentials).json)
        } catch {
            throw Problem(error)
        }
    }
}

extension Problem {
    init(_ error: UsageError) {
        switch error {
        case .invalid(let error): self.init(error)
        case .unknownDecision:
            self.init(
                .notFound, "unknown_decision", "there is nothing to settle",
                "no decision of this agent with this id has reserved anything")
        case .unfit(let misfit):
            self.init(.badRequest, "request_invalid", "the report does not fit the call", misfit.message)
        case .agentDisabled(let message):
            self.init(.forbidden, "agent_disabled", "the agent is switched off", message)
        case .bundleUnavailable:
            self.init(
                .serviceUnavailable, "bundle_unavailable", "no policy bundle is active for this tenant",
                "nothing was settled; report again")
        case .stateUnavailable:
            self.init(
                .serviceUnavailable, "state_unavailable", "the state store cannot be written",
                "nothing was settled; report again")
        case .auditUnavailable:
            self.init(
                .serviceUnavailable, "audit_unavailable", "the settlement could not be recorded",
                "the settlement stands, and will be recorded; report again to be sure")
        }
    }
}
