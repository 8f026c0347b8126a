import AccessControl
import Approvals
import Decisions
import HTTPEndpoints
import HTTPTypes
import Hummingbird
import Logging

/// A tenant's agents, and the switch of each.
struct AgentRoutes: EndpointSet {
    let gate: AccessGate
    let ledger: any AdministrationLedger
    let directory: any TenantDirectory
    let shared: (any SharedSwitch)?
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
            "Switches an agent off or on again, within a second: where `switch_reaches` is `all_gateways` at every gateway of the tenant, else at the one whose state this is. The same again changes nothing.",
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
                    .init(
                        "origin", .nullable(.choice(["here", "list"])),
                        "Whether it was switched here, or by the tenant's signed list on all gateways. Off is an agent that either says is off."
                    ),
                    .init(
                        "switch_reaches", .choice(["this_gateway", "all_gateways"]), "What `PUT …/switch` would reach."),
                ], open: true)
        ]
    }

    var endpoints: [Endpoint] {
        [
            Endpoint(Self.list) { request, context in
                let (_, tenant) = try gate.enter(Self.list, request, context)
                let page = try Page(request)
                let known = try await directory.agents(of: tenant)
                let standings = AgentStanding.of(try await ledger.agentStops(tenant: tenant))
                let stopped = standings.filter(\.value.isStopped).keys
                let (names, next) = page.cut(Set(known.keys).union(stopped).sorted())
                var json = JSONText()
                json.object { json in
                    json.key("agents")
                    json.array { json in
                        for name in names { write(name, of: tenant, known[name], standings[name], to: &json) }
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
            // First where it can be done at once, then everywhere.
            let learned = try await share(stop, isStopped, by: Administrator(person), context)
            for act in [act].compactMap(\.self) + learned { try await recorded.wait(for: act) }
        } catch let error as AccessError where error.code == .conflict {
            throw Problem(.preconditionFailed, "precondition_failed", "it has changed", error.message)
        }
        return try await answer(name, tenant)
    }

    /// Says it to all gateways where there is a way, and takes it up here without waiting to hear of it.
    /// - Returns: the acts' keys.
    private func share(
        _ stop: AgentSwitches.Stop, _ isStopped: Bool, by administrator: Administrator, _ context: BasicRequestContext
    ) async throws -> [String] {
        guard let shared, shared.reaches(stop.tenant) else { return [] }
        do {
            let (changes, source) = try await shared.turn(stop, isStopped: isStopped, by: administrator)
            return try await ledger.learn(changes, tenant: stop.tenant, from: source, now: now())
        } catch let error as CancellationError {
            throw error
        } catch {
            context.logger.error(
                "a switch did not reach all gateways",
                metadata: ["tenant": "\(stop.tenant)", "agent_id": "\(stop.agent)", "error": "\(error)"])
            throw Problem(
                .serviceUnavailable, "switch_not_shared", "the switch did not reach all gateways",
                "it is thrown here, and here alone; repeat the request, and tell the operator: the log says why")
        }
    }

    private func known(_ name: String, _ tenant: String) async throws -> (owner: String??, standing: AgentStanding?) {
        let owner = try await directory.agents(of: tenant)[name]
        let standing = AgentStanding.of(try await ledger.agentStops(tenant: tenant))[name]
        guard owner != nil || standing != nil else { throw AccessError(.notFound, "there is no agent `\(name)`") }
        return (owner, standing)
    }

    private func answer(_ name: String, _ tenant: String) async throws -> Response {
        let (owner, standing) = try await known(name, tenant)
        var json = JSONText()
        write(name, of: tenant, owner, standing, to: &json)
        var response = Response(json: json.bytes)
        response.headers[.eTag] = "\"\(standing?.changedAt.nanoseconds ?? 0)\""
        return response
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
    private func write(
        _ name: String, of tenant: String, _ owner: String??, _ standing: AgentStanding?, to json: inout JSONText
    ) {
        let word = standing?.word
        json.object { json in
            json.field("agent", name)
            json.field("owner", owner ?? nil)
            json.key("in_policy")
            json.boolean(owner != nil)
            json.field("state", word?.isStopped == true ? "disabled" : "enabled")
            json.field("changed_at", word?.since.description)
            json.field("changed_by", word?.by)
            json.field("reason", word?.stop.reason)
            json.field("origin", word.map { $0.origin == .here ? "here" : "list" })
            json.field("switch_reaches", shared?.reaches(tenant) == true ? "all_gateways" : "this_gateway")
        }
    }
}
