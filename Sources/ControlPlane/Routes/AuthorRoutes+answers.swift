import AccessControl
import Approvals
import AuditTrail
import Decisions
import HTTPEndpoints
import HTTPTypes
import Hummingbird
import struct PolicyDocuments.GivenCall
import struct PolicyDocuments.PolicyExplanation
import PolicyImpact
import PolicyTesting
import RegoSyntax

/// What is answered to authors.
extension AuthorRoutes {
    static func tests(_ body: JSONBody, _ candidate: PolicyCandidate, _ tenant: String) async throws -> Response {
        let part = try body.text("run", atMost: 256)
        let bench = try PolicyWorkbench(candidate.tree, tenant: tenant)
        let report = PolicyTestReport(
            cases: try await PolicyTestRun(bench, filter: part), rego: try RegoTestRun(bench, filter: part), folder: "")
        return Response.json { report.write(to: &$0) }
    }

    static func reasons(_ body: JSONBody, _ candidate: PolicyCandidate, _ tenant: String) async throws -> Response {
        let agent = try body.text("agent", atMost: 256)
        let tool = try body.text("tool", atMost: 256)
        switch (try body.object("call"), agent, tool) {
        case (let call?, nil, nil):
            let bench = try PolicyWorkbench(candidate.tree, tenant: tenant)
            let given = try GivenCall(SourceFile(name: "call", text: call), for: candidate.tree)
            let tried: TriedCall
            do throws(TrialProblem) { tried = try await bench.tries(given) } catch {
                throw Problem(.unprocessableContent, "call_invalid", "the call cannot be tried", error.message)
            }
            let explanation = CallExplanation(tried, on: bench)
            let remedy = await Remedy.find(for: tried, on: bench)
            return Response.json { explanation.write(to: &$0, remedy: remedy) }
        case (nil, let agent?, let tool?):
            let explanation = try PolicyExplanation(of: candidate.tree, agent: agent, tool: tool)
            return Response.json { explanation.write(to: &$0, agent: agent, tool: tool) }
        default: throw AdmissionError.malformed("say `call`, or `agent` and `tool`")
        }
    }

    func replayed(_ body: JSONBody, _ candidate: PolicyCandidate, _ tenant: String) async throws -> Response {
        let start = ContinuousClock.now
        guard let trail = try trail() else {
            throw Problem(
                .conflict, "no_inputs", "there is nothing to replay", "no inputs of decisions are kept here")
        }
        let policy: ActivePolicy
        do { policy = try candidate.active(tenant: tenant) } catch let error as PolicyError {
            throw Problem(.unprocessableContent, "policies_invalid", "the policies cannot be evaluated", "\(error)")
        }
        // Whose records are replayed follows from whose the policies are: never another's than the path's.
        guard policy.tenant == tenant else {
            throw Problem(
                .unprocessableContent, "policies_invalid", "these are another tenant's policies",
                "they are not for `\(tenant)`")
        }
        do {
            let report = try await TrailReplay(
                trail: trail, candidate: policy,
                since: try body.time("since").map { String($0.description.dropLast()) },
                sampleCount: try body.number("samples", in: 0...20) ?? 3
            ).run(workers: 1)
            return Response.json { report.write(to: &$0, took: start.duration(to: .now)) }
        } catch let error as AuditError {
            throw Problem(.serviceUnavailable, "audit_unavailable", "the audit trail cannot be read", error.message)
        }
    }

    static func write(_ found: [Diagnostic], files: Int, to json: inout JSONText) {
        let errors = found.count { $0.severity == .error }
        json.object { json in
            json.field("files", Int64(files))
            json.field("errors", Int64(errors))
            json.field("warnings", Int64(found.count - errors))
            json.key("findings")
            json.array { json in for finding in found { finding.write(to: &json) } }
        }
    }

    var schemas: [String: Schema] {
        let count = Schema.integer(0...Int.max)
        let rule = Schema.object(
            [
                .init("step", .text()), .init("policy", .text()), .init("rule", .text()), .init("text", .text()),
                .init("shadow", .boolean), .init("location", .text()),
                .init("state", .choice(["matched", "not_matched", "not_evaluated", "applies"]), required: false),
                .init("decides", .boolean, required: false, "Whether the outcome is this rule's."),
                .init(
                    "conditions", .list(.object([.init("text", .text()), .init("holds", .nullable(.boolean))])),
                    required: false),
                .init("values", .map(.text()), required: false, "What it looked at, redacted as in the audit trail."),
            ], open: true)
        return [
            "PolicyFindings": .object(
                [
                    .init("files", count), .init("errors", count), .init("warnings", count),
                    .init("findings", .list(.named("PolicyFinding"))),
                ], open: true),
            "PolicyTestReport": .object(
                [
                    .init("passed", count), .init("failed", count),
                    .init(
                        "tests",
                        .list(
                            .object(
                                [
                                    .init("test", .text()), .init("case", .text()), .init("place", .text()),
                                    .init("passed", .boolean), .init("differences", .list(.text())),
                                    .init("decided", .text()), .init("why", .list(.text())),
                                    .init("duration_us", count),
                                ], open: true))),
                    .init(
                        "coverage",
                        .object([.init("percent", .number), .init("rules", .list(.object([], open: true)))])),
                ], open: true),
            "PolicyExplanation": .object(
                [
                    .init("decided", .text(), required: false, "What the call gets, and why. With `call`."),
                    .init(
                        "would_pass_if", .text(), required: false,
                        "The one change that would let it pass; empty where there is none."),
                    .init(
                        "obstacle", .text(), required: false, "Why no such call can ever pass. With `agent` and `tool`."
                    ),
                    .init("rules", .list(rule), "In the order in which they are looked at."),
                ], open: true),
            "ReplayReport": .object(
                [
                    .init("decisions", count), .init("replayed", count),
                    .init("changed", count, "Calls whose outcome would change."),
                    .init("not_replayable", .map(count), "How many could not be evaluated again, by why."),
                    .init("rows", .list(.object([], open: true))),
                ], open: true),
            "PolicySuggestion": .object(
                [
                    .init("calls", count), .init("policies", count), .init("omitted", .list(.text())),
                    .init("text", .text(), "Empty where nothing was seen."),
                ], open: true),
        ]
    }
}

extension Diagnostic {
    /// As `PolicyFinding` describes it.
    func write(to json: inout JSONText) {
        json.object { json in
            json.field("severity", severity.rawValue)
            json.field("code", code)
            json.field("message", message)
            json.field("file", location.file)
            json.field("line", Int64(location.line))
            json.field("column", Int64(location.column))
            json.field("fix", fix)
        }
    }
}
