import AccessControl
import Approvals
import AuditTrail
import Decisions
import HTTPEndpoints
import Hummingbird
import struct PolicyDocuments.PolicyCompiler
import struct PolicyDocuments.PolicyTree
import PolicyImpact
import PolicyLifecycle
import RegoSyntax

/// The author's loop over HTTP: policies are looked at, tested, explained, compared and replayed as the command line does it.
/// Nothing is kept of what is sent, and nothing is changed.
struct AuthorRoutes: EndpointSet {
    let gate: AccessGate
    let store: any HistoryStore
    let desk: TrialDesk
    let trails: TrailDesk
    /// The decisions and inputs that are kept here; nil where no inputs are.
    let trail: @Sendable () throws -> TrailReplay.Trail?

    static let lint = Operation(
        .post, "/v1/tenants/{tenant}/policy/lint", id: "lintPolicies", tag: "policy", access: .person(.tryPolicies),
        summary: "Tells every mistake, with its place and its fix.", parameters: [.tenant],
        body: PolicySubmission.schema(), answers: [.ok("What was found.", .named("PolicyFindings"))],
        problems: [429, 503])
    static let test = Operation(
        .post, "/v1/tenants/{tenant}/policy/test", id: "testPolicies", tag: "policy", access: .person(.tryPolicies),
        summary: "Runs the tests among the policies: documents of kind PolicyTest, and Rego tests.",
        parameters: [.tenant],
        body: PolicySubmission.schema([
            .init(
                "run", .nullable(.text(1...256)), required: false, "Only tests of whose `TEST: CASE` this is a part.")
        ]), answers: [.ok("What became of them.", .named("PolicyTestReport"))], problems: [422, 429, 503])
    static let explain = Operation(
        .post, "/v1/tenants/{tenant}/policy/explain", id: "explainCall", tag: "policy",
        access: .person(.tryPolicies),
        summary:
            "Says why a call gets its outcome, rule by rule; or, for an agent and a tool alone, which rules speak about such calls.",
        parameters: [.tenant],
        body: PolicySubmission.schema([
            .init("call", .nullable(.object([], open: true)), required: false, "As `given` in a PolicyTest."),
            .init("agent", .nullable(.text(1...256)), required: false),
            .init("tool", .nullable(.text(1...256)), required: false),
        ]), answers: [.ok("Why.", .named("PolicyExplanation"))], problems: [422, 429, 503])
    static let compare = Operation(
        .post, "/v1/tenants/{tenant}/policy/diff", id: "compareWithPolicies", tag: "policy",
        access: .person(.tryPolicies),
        summary: "What a change to the policies of the body would mean.", parameters: [.tenant],
        body: PolicySubmission.schema([
            .init("from", .pattern(PolicySubmission.name), "What is there now: a version's number, or a proposal's id.")
        ]), answers: [.ok("Widening changes first.", .named("PolicyDiff"))], problems: [409, 422, 429, 503])
    static let replay = Operation(
        .post, "/v1/tenants/{tenant}/policy/replay", id: "replayTrail", tag: "policy", access: .person(.seeShadow),
        summary: "Which recorded calls of the tenant these policies would decide otherwise.", parameters: [.tenant],
        body: PolicySubmission.schema([
            .init("since", .nullable(.time), required: false, "Only calls from then on."),
            .init("samples", .nullable(.integer(0...20)), required: false, "Calls of each kind; 3 where absent."),
        ]), answers: [.ok("The report.", .named("ReplayReport"))], problems: [409, 422, 429, 503])
    static let suggest = Operation(
        .post, "/v1/tenants/{tenant}/policy/suggest", id: "suggestPolicies", tag: "policy",
        access: .person(.seeShadow),
        summary: "Proposes policies that permit what was seen of the tenant's agents, and nothing else.",
        parameters: [.tenant],
        body: PolicySubmission.schema([
            .init("since", .nullable(.time), required: false, "Only calls from then on."),
            .init(
                "include_denied", .nullable(.boolean), required: false, "Count calls, too, that were denied or held."),
            .init("shadow", .nullable(.boolean), required: false, "Write the policies in shadow mode."),
        ]), answers: [.ok("The policies, as one YAML file.", .named("PolicySuggestion"))], problems: [422, 429, 503])

    var endpoints: [Endpoint] {
        [
            Endpoint(Self.lint) { request, context in
                try await tried(Self.lint, request, context) { body, candidate, _ in
                    let found = try PolicyCompiler.examine(candidate.tree)
                    return Response.json { Self.write(found, files: candidate.tree.files.count, to: &$0) }
                }
            },
            Endpoint(Self.test) { request, context in
                try await tried(Self.test, request, context, fields: ["run"], answer: Self.tests)
            },
            Endpoint(Self.explain) { request, context in
                try await tried(
                    Self.explain, request, context, fields: ["call", "agent", "tool"], answer: Self.reasons)
            },
            Endpoint(Self.compare) { request, context in
                try await tried(Self.compare, request, context, fields: ["from"]) { [store] body, candidate, tenant in
                    let before = try await PolicySubmission.candidate(
                        named: try body.requiredText("from"), in: tenant, from: store)
                    let diff = try PolicyDiff(from: before, to: candidate)
                    return Response.json { diff.write(to: &$0) }
                }
            },
            Endpoint(Self.replay) { request, context in
                try await tried(
                    Self.replay, request, context, fields: ["since", "samples"],
                    answer: { try await replayed($0, $1, $2) })
            },
            Endpoint(Self.suggest) { request, context in try await suggested(request, context) },
        ]
    }

    /// Lets the caller in, reads what the request is about, and works on it at the desk.
    private func tried(
        _ operation: Operation, _ request: Request, _ context: BasicRequestContext, fields: Set<String> = [],
        answer: @escaping @Sendable (JSONBody, PolicyCandidate, String) async throws -> Response
    ) async throws -> Response {
        let (_, tenant) = try gate.enter(operation, request, context)
        let body = try await PolicySubmission.body(of: request, fields: fields)
        let submission = try PolicySubmission(body)
        do {
            return try await desk.run(for: tenant) { [store] in
                try await answer(body, submission.candidate(in: tenant, from: store), tenant)
            }
        } catch let diagnostics as Diagnostics {
            throw Problem(diagnostics)
        }
    }

    /// The trail is read where all questions to it are; what is made of it, at the desk.
    private func suggested(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (_, tenant) = try gate.enter(Self.suggest, request, context)
        let body = try await PolicySubmission.body(of: request, fields: ["since", "include_denied", "shadow"])
        let submission = try PolicySubmission(body)
        let empty = ObservedTraffic(
            since: try body.time("since").map { String($0.description.dropLast()) }, tenant: tenant,
            includesStopped: try body.flag("include_denied"))
        let isShadow = try body.flag("shadow")
        let traffic = try await trails.ask(for: tenant) { reader in
            var traffic = empty
            try traffic.read(&reader)
            return traffic
        }
        do {
            return try await desk.run(for: tenant) { [store] in
                let tree = try await submission.candidate(in: tenant, from: store).tree
                let suggestion = try PolicySuggestion(of: traffic, for: tree, isShadow: isShadow)
                try suggestion.check(in: tree)
                return Response.json { json in
                    json.object { json in
                        json.field("calls", Int64(traffic.calls))
                        json.field("policies", Int64(suggestion.permitted))
                        json.field("omitted", suggestion.omitted)
                        json.field("text", suggestion.text)
                    }
                }
            }
        } catch let diagnostics as Diagnostics {
            throw Problem(diagnostics)
        }
    }
}
