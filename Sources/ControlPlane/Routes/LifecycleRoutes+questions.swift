import AccessControl
import Approvals
import Decisions
import HTTPEndpoints
import HTTPTypes
import Hummingbird
import PolicyBundles
import struct PolicyDocuments.PolicyCompiler
import struct PolicyDocuments.PolicyTree
import PolicyImpact
import PolicyLifecycle
import RegoSyntax
import SignedTokens

/// What reviewers and auditors ask of a history; nothing is changed by asking.
extension LifecycleRoutes {
    private static let proposalID = Operation.Parameter(
        "proposal_id", in: .path, .pattern("^prp_[0-9a-f]{16}$"), "The proposal.")
    private static let side = Schema.pattern(PolicySubmission.name)

    static let proposal = Operation(
        .get, "/v1/tenants/{tenant}/policy/proposals/{proposal_id}", id: "getProposal", tag: "policy",
        access: .person(.seePolicies),
        summary:
            "A proposal for its reviewers: what it changes against what gateways of its region have, worked out now, and what lint finds in it.",
        parameters: [.tenant, proposalID],
        answers: [.ok("The proposal.", .named("PolicyReview"))], problems: [429, 503])
    static let diff = Operation(
        .get, "/v1/tenants/{tenant}/policy/diff", id: "comparePolicies", tag: "policy",
        access: .person(.seePolicies), summary: "What the change from one version or proposal to another means.",
        parameters: [
            .tenant, .init("from", in: .query, side, "A version's number, or a proposal's id."),
            .init("to", in: .query, side, "Likewise."),
        ],
        answers: [
            .ok("Widening changes first.", .named("PolicyDiff"))
        ], problems: [409, 429, 503])
    static let verification = Operation(
        .get, "/v1/tenants/{tenant}/policy/verification", id: "verifyPolicyHistory", tag: "policy",
        access: .person(.seePolicies),
        summary:
            "Verifies the whole history by its own trust root. Whoever does not believe this server runs `aegis policy verify-history` on what it serves.",
        parameters: [.tenant], answers: [.ok("What was found.", .named("PolicyVerification"))],
        problems: [429, 503])

    static let questionSchemas: [String: Schema] = [
        "PolicyReview": .object(
            [
                .init("proposal_id", .text()), .init("title", .text()), .init("author", .text()),
                .init("proposed_at", .time), .init("version", .integer(1...Int.max)),
                .init("content_digest", .text()),
                .init("status", .choice(statuses)), .init("approved_by", .list(.text())),
                .init("comments", .integer(0...Int.max)),
                .init("missing", .nullable(.text()), "The approvals that it lacks; null where it lacks none."),
                .init("region", .nullable(.text())), .init("promotes", .list(.text())),
                .init("report", .nullable(.text()), "The digest of the shadow report, an object."),
                .init("widens", .list(.text())), .init("narrows", .list(.text())),
                .init("findings", .list(.named("PolicyFinding"))),
            ], open: true),
        "PolicyFinding": .object(
            [
                .init("severity", .choice(["error", "warning"])), .init("code", .text()), .init("message", .text()),
                .init("file", .text()), .init("line", .integer(0...Int.max)), .init("column", .integer(0...Int.max)),
                .init("fix", .nullable(.text())),
            ], open: true),
        "PolicyChange": .object(
            [
                .init("effect", .choice(PolicyChange.Effect.allCases.map(\.rawValue))), .init("subject", .text()),
                .init("place", .text()), .init("words", .text()), .init("rule", .nullable(.text())),
                .init("before", .nullable(.text())), .init("after", .nullable(.text())),
                .init("location", .nullable(.text()), "`FILE:LINE:COLUMN` in the policies after."),
            ], open: true),
        "PolicyDiff": .object(
            [
                .init("widens", .list(.text())), .init("gained", .list(.named("AgentAndTool"))),
                .init("lost", .list(.named("AgentAndTool"))), .init("changes", .list(.named("PolicyChange"))),
            ], open: true),
        "AgentAndTool": .object([.init("agent", .text()), .init("tool", .text())], open: true),
        "PolicyVerification": .object(
            [
                .init("intact", .boolean), .init("events", .integer(0...Int.max)),
                .init("versions", .integer(0...Int.max)), .init("approvals", .integer(0...Int.max)),
                .init("head", .text(), "The digest of the last event: note it elsewhere."),
                .init("faults", .list(.object([.init("code", .text()), .init("message", .text())], open: true))),
                .init("notes", .list(.text())),
            ], open: true),
    ]

    var questions: [Endpoint] {
        [
            Endpoint(Self.proposal) { request, context in
                let (_, tenant) = try gate.enter(Self.proposal, request, context)
                let id = context.parameters.get("proposal_id") ?? ""
                return try await readers.run(for: tenant) { try await review(id, in: tenant) }
            },
            Endpoint(Self.diff) { request, context in
                let (_, tenant) = try gate.enter(Self.diff, request, context)
                guard let from = try request.word("from"), let to = try request.word("to") else {
                    throw AdmissionError.malformed("`from` and `to` name what is compared")
                }
                return try await readers.run(for: tenant) { try await compare(from, to, in: tenant) }
            },
            Endpoint(Self.verification) { request, context in
                let (_, tenant) = try gate.enter(Self.verification, request, context)
                return try await readers.run(for: tenant) { Response(json: Self.view(try await verify(tenant))) }
            },
        ]
    }

    private func review(_ id: String, in tenant: String) async throws -> Response {
        let history = try await open(tenant)
        let record = try Self.record(id, in: history.state)
        let (files, change) = try await told { () async throws(LifecycleError) in
            (try await history.content(of: record), try await history.change(of: record, meaning: ChangeNote.meaning))
        }
        let tree = PolicyTree(bundleFiles: files.map { (path: $0.path, bytes: $0.bytes) })
        return Response(json: Self.view(record, in: history.state, change, findings: PolicyCompiler.lint(tree)))
    }

    private func compare(_ from: String, _ to: String, in tenant: String) async throws -> Response {
        let history = try await open(tenant)
        let (old, new) = (try Self.record(from, in: history.state), try Self.record(to, in: history.state))
        let (before, after) = try await told { () async throws(LifecycleError) in
            (try await history.content(of: old), try await history.content(of: new))
        }
        do throws(Diagnostics) {
            let diff = try PolicyDiff(from: before, to: after, tenant: tenant)
            return Response.json { diff.write(to: &$0) }
        } catch {
            throw Problem(
                .conflict, "policies_invalid", "the policies cannot be compared",
                error.all.first?.message ?? "they do not compile")
        }
    }

    private func verify(_ tenant: String) async throws -> HistoryReport {
        try await told { () async throws(LifecycleError) in
            try await HistoryVerifier(
                tenant: tenant, store: store, now: time, meaning: ChangeNote.meaning, findsChanges: false
            ).verify()
        }
    }

    private static func record(_ name: String, in state: HistoryState) throws -> ProposalRecord {
        do throws(LifecycleError) { return try state.record(named: name) } catch { throw Problem(error) }
    }

    // MARK: Answers

    private static func view(
        _ record: ProposalRecord, in state: HistoryState, _ change: ChangeNote?, findings: [Diagnostic]
    ) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            write(record, in: state, to: &json)
            let needsReview = record.proposal.restores == nil
            json.field("missing", needsReview ? state.rules.missing(after: record.approvalRoles) : nil)
            json.field("region", record.proposal.region)
            json.field("promotes", record.proposal.promotes)
            json.field("report", record.proposal.report?.description)
            json.field("widens", change?.widens ?? [])
            json.field("narrows", change?.narrows ?? [])
            json.key("findings")
            json.array { json in
                for finding in findings { finding.write(to: &json) }
            }
        }
        return json.bytes
    }

    private static func view(_ report: HistoryReport) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.key("intact")
            json.boolean(report.isIntact)
            json.field("events", Int64(report.events))
            json.field("versions", Int64(report.versions))
            json.field("approvals", Int64(report.approvals))
            json.field("head", report.head)
            json.key("faults")
            json.array { json in
                for fault in report.faults {
                    json.object { json in
                        json.field("code", fault.code.rawValue)
                        json.field("message", fault.message)
                    }
                }
            }
            json.field("notes", report.notes)
        }
        return json.bytes
    }
}
