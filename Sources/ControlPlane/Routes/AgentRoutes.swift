import AccessControl
import Approvals
import Decisions
import HTTPEndpoints
import HTTPTypes
import Hummingbird

/// A tenant's agents, and the switch of each.
struct AgentRoutes: EndpointSet {
    let gate: AccessGate
    let ledger: any AdministrationLedger
    let directory: any TenantDirectory
    let recorded: RecordedChange
    let now: @Sendable () -> Timestamp

    private static let agent = Operation.Parameter(
        "agent", in: .path, .pattern("^[A-Za-z0-9]([A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$"), "The agent's name.")

    static let list = Operation(
        .get, "/v1/tenants/{tenant}/agents", id: "listAgents", tag: "agents", access: .person(.seeAgents),
        summary: "The agents by name, and which of them are switched off.", parameters: [.tenant] + Page.parameters,
        answers: [.ok("The agents.", Page.schema("agents", of: .named("Agent")))])
    static let show = Operation(
        .get, "/v1/tenants/{tenant}/agents/{agent}", id: "showAgent", tag: "agents", access: .person(.seeAgents),
        summary: "One agent.", parameters: [.tenant, agent],
        answers: [.ok("The agent.", .named("Agent"), headers: ["etag"])])
    static let turn = Operation(
        .put, "/v1/tenants/{tenant}/agents/{agent}/switch", id: "switchAgent", tag: "agents",
        access: .person(.switchAgents),
        summary:
            "Switches an agent off or on again, within a second at the gateway that shares this state. The same again changes nothing.",
        parameters: [
            .tenant, agent,
            .init("if-match", in: .header, .text(), "The `etag` of the agent as the caller knows it, or `*`."),
        ],
        body: .object([
            .init("state", .choice(["enabled", "disabled"])),
            .init("reason", .nullable(.text(0...1024)), required: false, "Denied calls and the audit trail say it."),
        ]), answers: [.ok("The agent as it is now.", .named("Agent"), headers: ["etag"])], problems: [412, 503])

    var schemas: [String: Schema] {
        [
            "Agent": .object(
                [
                    .init("agent", .text()), .init("owner", .nullable(.text())),
                    .init("in_policy", .boolean, "Whether the active policies know it."),
                    .init("state", .choice(["enabled", "disabled"])), .init("changed_at", .nullable(.time)),
                    .init("changed_by", .nullable(.text())), .init("reason", .nullable(.text())),
                ], open: true)
        ]
    }

    var endpoints: [Endpoint] {
        [
            Endpoint(Self.list) { request, context in
                let (_, tenant) = try gate.enter(Self.list, request, context)
                let page = try Page(request)
                let known = try await directory.agents(of: tenant)
                let changes = Self.byAgent(try await ledger.agentStops(tenant: tenant))
                let stopped = changes.filter(\.value.isStopped).keys
                let (names, next) = page.cut(Set(known.keys).union(stopped).sorted())
                var json = JSONText()
                json.object { json in
                    json.key("agents")
                    json.array { json in
                        for name in names { Self.write(name, known[name], changes[name], to: &json) }
                    }
                    json.field("next", next)
                }
                return Response(json: json.bytes)
            },
            Endpoint(Self.show) { request, context in
                let (_, tenant) = try gate.enter(Self.show, request, context)
                return try await answer(try Self.agent(context), tenant)
            },
            Endpoint(Self.turn) { request, context in try await turn(request, context) },
        ]
    }

    private func turn(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (person, tenant) = try gate.enter(Self.turn, request, context)
        let name = try Self.agent(context)
        // An agent that nobody knows cannot be switched: a misspelt name must not look like a stop.
        _ = try await known(name, tenant)
        let body = try await JSONBody(of: request, fields: ["state", "reason"])
        let isStopped: Bool
        switch try body.requiredText("state") {
        case "disabled": isStopped = true
        case "enabled": isStopped = false
        default: throw AdmissionError.malformed("`state` is neither enabled nor disabled")
        }
        let stop = AgentSwitches.Stop(tenant: tenant, agent: name, reason: try body.text("reason") ?? "")
        do {
            let act = try await ledger.setStopped(
                isStopped, stop, ifLastSwitched: try Self.expectation(request), by: Administrator(person), now: now())
            try await recorded.wait(for: act)
        } catch let error as AccessError where error.code == .conflict {
            throw Problem(.preconditionFailed, "precondition_failed", "it has changed", error.message)
        }
        return try await answer(name, tenant)
    }

    private func known(_ name: String, _ tenant: String) async throws -> (owner: String??, change: AgentStopChange?) {
        let owner = try await directory.agents(of: tenant)[name]
        let change = Self.byAgent(try await ledger.agentStops(tenant: tenant))[name]
        guard owner != nil || change != nil else { throw AccessError(.notFound, "there is no agent `\(name)`") }
        return (owner, change)
    }

    private func answer(_ name: String, _ tenant: String) async throws -> Response {
        let (owner, change) = try await known(name, tenant)
        var json = JSONText()
        Self.write(name, owner, change, to: &json)
        var response = Response(json: json.bytes)
        response.headers[.eTag] = "\"\(change?.at.nanoseconds ?? 0)\""
        return response
    }

    private static func byAgent(_ changes: [AgentStopChange]) -> [String: AgentStopChange] {
        Dictionary(changes.map { ($0.stop.agent, $0) }, uniquingKeysWith: { $1 })
    }

    /// The state that `if-match` names. What is no tag of ours fits nothing.
    private static func expectation(_ request: Request) throws -> LastSwitch? {
        guard let tag = request.headers[.ifMatch], tag != "*" else { return nil }
        guard tag.hasPrefix("\""), tag.hasSuffix("\""), let number = Int64(tag.dropFirst().dropLast()) else {
            throw AccessError(.conflict, "`if-match` is not the `etag` of this agent")
        }
        return number == 0 ? .never : .at(Timestamp(nanoseconds: number))
    }

    private static func agent(_ context: BasicRequestContext) throws -> String {
        guard let name = context.parameters.get("agent"), (1...128).contains(name.utf8.count) else {
            throw AccessError(.notFound, "there is no agent of this name")
        }
        return name
    }

    /// - Parameter owner: nil where the policies do not know the agent; nil inside where it has no owner.
    private static func write(_ name: String, _ owner: String??, _ change: AgentStopChange?, to json: inout JSONText) {
        json.object { json in
            json.field("agent", name)
            json.field("owner", owner ?? nil)
            json.key("in_policy")
            json.boolean(owner != nil)
            json.field("state", change?.isStopped == true ? "disabled" : "enabled")
            json.field("changed_at", change?.at.description)
            json.field("changed_by", change?.by)
            json.field("reason", change?.stop.reason)
        }
    }
}
