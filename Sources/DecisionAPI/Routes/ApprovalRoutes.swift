import Approvals
import Decisions
import HTTPEndpoints
import Hummingbird

/// Approvals over HTTP: people list, show and decide them; the agent that asked collects its token.
struct ApprovalRoutes: EndpointSet {
    let desk: ApprovalDesk
    let prover: any IdentityProver
    let policies: PolicyRegistry
    let recordChange: DecisionAPIServer.ChangeRecorder
    let now: @Sendable () -> Timestamp

    var endpoints: [Endpoint] {
        [
            Endpoint(Self.listApprovals) { request, _ in try await list(request) },
            Endpoint(Self.showApproval) { request, context in try await show(request, context) },
            Endpoint(Self.approve) { request, context in try await decide(request, context, .approve) },
            Endpoint(Self.deny) { request, context in try await decide(request, context, .deny) },
            Endpoint(Self.takeBack) { request, context in try await withdraw(request, context) },
        ]
    }

    private func list(_ request: Request) async throws -> Response {
        let person = try person(request)
        let query = try ApprovalQuery(request.uri.queryParameters)
        let approvals = try await desk.list(for: person, states: query.states, limit: query.limit)
        let now = now()
        var json = JSONText()
        json.object { json in
            json.key("approvals")
            json.array { json in
                // The clock may have moved some out of the state they were found in.
                for approval in approvals where query.states.isEmpty || query.states.contains(approval.state(at: now)) {
                    json.raw(approval.view(at: now))
                }
            }
        }
        return Response(json: json.bytes)
    }

    /// Who calls is asked before anything else: to nobody there is nothing to tell, not even that an id is none.
    private func show(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let caller = try caller(request)
        let id = try Self.id(context)
        let approval = try await desk.show(id, tenant: caller.tenant)
        switch caller.kind {
        case .person: return Response(json: approval.view(at: now()))
        case .agent: return try await showToRequester(approval, caller)
        }
    }

    /// The agent that asked, be it in another's name, sees its approval, with the token once there is one; the one in whose
    /// name it asked sees it too. To all other agents of the tenant it is as if it were not there.
    private func showToRequester(_ approval: Approval, _ caller: Caller) async throws -> Response {
        let agent = policies.active(tenant: caller.tenant)?.catalog.agent(of: caller)?.name
        guard let agent, approval.isParty(agent: agent) else {
            throw ApprovalError(.notFound, "there is no approval \(approval.id)")
        }
        guard approval.state(at: now()) == .approved, agent == approval.requester else {
            return Response(json: approval.view(at: now()))
        }
        let token = try await desk.collectToken(approval.id, byAgent: agent, tenant: caller.tenant)
        return Response(json: approval.view(at: now(), overrideToken: token))
    }

    private func decide(
        _ request: Request, _ context: BasicRequestContext, _ verdict: Approval.Vote.Verdict
    ) async throws -> Response {
        let person = try person(request)
        let id = try Self.id(context)
        let comment = try VerdictComment(try await request.bytes(limit: VerdictComment.limit)).text
        let approval =
            switch verdict {
            case .approve: try await desk.approve(id, by: person, comment: comment)
            case .deny: try await desk.deny(id, by: person, comment: comment)
            }
        return try await recorded(approval)
    }

    /// The agent that asked, or the person who owns it, takes the request back.
    private func withdraw(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let caller = try caller(request)
        let id = try Self.id(context)
        let comment = try VerdictComment(try await request.bytes(limit: VerdictComment.limit)).text
        let requester: Requester
        switch caller.kind {
        case .person: requester = .person(caller.name ?? "")
        case .agent:
            guard let agent = policies.active(tenant: caller.tenant)?.catalog.agent(of: caller) else {
                throw ApprovalError(.notFound, "there is no approval \(id)")
            }
            requester = .agent(agent.name)
        }
        return try await recorded(
            try await desk.withdraw(id, by: requester, tenant: caller.tenant, comment: comment))
    }

    /// Answers with the approval once what happened to it is on record.
    private func recorded(_ approval: Approval) async throws -> Response {
        do {
            try await recordChange(approval)
        } catch {
            throw Problem(
                .serviceUnavailable, "audit_unavailable", "the change could not be recorded",
                "the approval stands as it is shown by GET, and is recorded later; tell the operator")
        }
        return Response(json: approval.view(at: now()))
    }

    private func caller(_ request: Request) throws -> Caller {
        guard let caller = prover.prove(request.credentials) else {
            throw AdmissionError.unauthenticated("no valid credential came with the call")
        }
        return caller
    }

    private func person(_ request: Request) throws -> Approver {
        let caller = try caller(request)
        guard caller.kind == .person, let name = caller.name else {
            throw ApprovalError(.notEntitled, "approvals are decided by people, and this key is an agent's")
        }
        return Approver(tenant: caller.tenant, name: name, roles: caller.roles)
    }

    private static func id(_ context: BasicRequestContext) throws -> ApprovalID {
        guard let text = context.parameters.get("id"), let id = ApprovalID(parsing: text) else {
            throw ApprovalError(.notFound, "there is no approval of this name")
        }
        return id
    }
}

extension Approval {
    /// The approval as JSON, with what only the agent that asked may have.
    func view(at now: Timestamp, overrideToken: String? = nil) -> [UInt8] {
        var fields = JSONText()
        write(to: &fields, now: now)
        var more = JSONText()
        more.object { json in
            json.field("approvals_given", Int64(approvals))
            if let overrideToken { json.field("override_token", overrideToken) }
        }
        return fields.bytes.dropLast() + [UInt8(ascii: ",")] + more.bytes.dropFirst()
    }
}
