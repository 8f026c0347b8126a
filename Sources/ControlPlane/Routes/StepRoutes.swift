import AccessControl
import Approvals
import Decisions
import HTTPEndpoints
import HTTPTypes
import Hummingbird
import PolicyBundles
import PolicyImpact
import PolicyLifecycle
import RegoSyntax
import SignedTokens

/// Proposals and what people say to them, for clients that make no events themselves: the event is worked out here, and signed
/// where its author's key is.
struct StepRoutes: EndpointSet {
    let gate: AccessGate
    let steps: StepDesk
    let allowance: ObjectAllowance

    private static let proposalID = Operation.Parameter(
        "proposal_id", in: .path, .pattern("^prp_[0-9a-f]{16}$"), "The proposal.")
    private static let event = Operation.Answer(201, "The event, signed.", .object([], open: true))
    private static let problems = [404, 409, 429, 503]

    static let trust = Operation(
        .post, "/v1/tenants/{tenant}/policy/trust-roots", id: "adoptTrustRoot", tag: "policy",
        access: .person(.publishPolicies),
        summary:
            "Adopts a newer trust root, or the first one. Gateways and auditors go by the ones that they were given.",
        parameters: [.tenant],
        body: .object(
            [.init("root", .text(), "The file that `aegis keys trust` wrote.")] + StepDesk.schema(keyRequired: true)),
        answers: [.init(200, "The history has it."), event, StepDesk.toSign], problems: problems)
    static let propose = Operation(
        .post, "/v1/tenants/{tenant}/policy/proposals", id: "proposePolicies", tag: "policy",
        access: .person(.proposePolicies), summary: "Proposes policies as the tenant's next version.",
        parameters: [.tenant],
        body: PolicySubmission.schema(
            [
                .init("title", .text(1...200), "What it is about, in one line."),
                .init("region", .nullable(.text(1...64)), required: false, "Every region where absent."),
                .init("revises", .nullable(.text(1...64)), required: false, "The proposal whose place this one takes."),
            ] + StepDesk.schema(keyRequired: true)),
        answers: [event, StepDesk.toSign], problems: problems + [422])
    static let review = Operation(
        .post, "/v1/tenants/{tenant}/policy/proposals/{proposal_id}/reviews", id: "reviewProposal", tag: "policy",
        access: .person(.reviewPolicies), summary: "Says something about a proposal, approves or rejects it.",
        parameters: [.tenant, proposalID],
        body: .object(
            [
                .init("verdict", .choice(["comment", "approve", "reject"])),
                .init("comment", .nullable(.text(0...4000)), required: false, "Only an approval may be without."),
                .init(
                    "role", .nullable(.text(1...64)), required: false,
                    "Of the quorum; where absent, the one that the key has."),
            ] + StepDesk.schema(keyRequired: true)),
        answers: [event, StepDesk.toSign], problems: problems)
    static let withdraw = Operation(
        .post, "/v1/tenants/{tenant}/policy/proposals/{proposal_id}/withdrawal", id: "withdrawProposal", tag: "policy",
        access: .person(.proposePolicies), summary: "Takes one's own proposal back.",
        parameters: [.tenant, proposalID],
        body: .object([.init("comment", .text(1...4000), "Why.")] + StepDesk.schema(keyRequired: true)),
        answers: [event, StepDesk.toSign], problems: problems)

    var schemas: [String: Schema] { StepDesk.schemas }

    var endpoints: [Endpoint] {
        [
            Endpoint(Self.trust) { request, context in try await adopt(request, context) },
            Endpoint(Self.propose) { request, context in try await propose(request, context) },
            Endpoint(Self.review) { request, context in try await review(request, context) },
            Endpoint(Self.withdraw) { request, context in
                let (person, tenant) = try gate.enter(Self.withdraw, request, context)
                let body = try await JSONBody(of: request, fields: StepDesk.fields.union(["comment"]))
                let id = context.parameters.get("proposal_id") ?? ""
                let reason = try body.prose("comment")
                return try await steps.take(body, by: person, in: tenant) { history, by in
                    try await history.withdraw(id, reason: reason, by: by.signer, at: by.time).response()
                }
            },
        ]
    }

    private func adopt(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (person, tenant) = try gate.enter(Self.trust, request, context)
        let body = try await JSONBody(
            of: request, fields: StepDesk.fields.union(["root"]), limit: PolicySubmission.largest)
        let file = Array(try body.prose("root").utf8)
        let root: SignedTrustRoot
        let ring: KeyRing
        do throws(TokenError) {
            root = try SignedTrustRoot(json: file)
            ring = try root.root.ring()
        } catch {
            throw Problem(.conflict, error.code.rawValue, "this is no trust root to go by", error.message)
        }
        return try await steps.take(body, by: person, in: tenant, ring: ring) { history, by in
            let event = try await history.adopt(root, by: by.signer, at: by.time)
            return event?.response() ?? Response(status: .ok)
        }
    }

    private func propose(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (person, tenant) = try gate.enter(Self.propose, request, context)
        let body = try await PolicySubmission.body(
            of: request, fields: StepDesk.fields.union(["title", "region", "revises"]))
        let submission = try PolicySubmission(body)
        let title = try body.requiredText("title")
        let region = try body.text("region", atMost: 64)
        let revises = try body.text("revises", atMost: 64)
        return try await steps.take(body, by: person, in: tenant) { [store = steps.store, allowance] history, by in
            let tree = try await submission.candidate(in: tenant, from: store).tree
            var (draft, _) = try ProposalDraft.compiled(from: tree, tenant: tenant, title: title, region: region)
            guard allowance.take(draft.files.reduce(0) { $0 + $1.bytes.count }, of: tenant, at: by.time) else {
                throw ObjectAllowance.exhausted
            }
            draft.revises = revises
            draft.change = try await history.change(to: draft.files, for: region, meaning: ChangeNote.meaning)
            return try await history.propose(draft, by: by.signer, at: by.time).response()
        }
    }

    private func review(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (person, tenant) = try gate.enter(Self.review, request, context)
        let body = try await JSONBody(of: request, fields: StepDesk.fields.union(["verdict", "comment", "role"]))
        let id = context.parameters.get("proposal_id") ?? ""
        let verdict = try body.requiredText("verdict")
        let comment = try body.optionalProse("comment") ?? ""
        let role = try body.text("role", atMost: 64)
        guard ["comment", "approve", "reject"].contains(verdict) else {
            throw AdmissionError.malformed("`verdict` is none of comment, approve, reject")
        }
        return try await steps.take(body, by: person, in: tenant) { history, by in
            if verdict == "comment" {
                return try await history.comment(on: id, comment, by: by.signer, at: by.time).response()
            }
            let role = try history.state.quorumRole(role, of: by.signer.name)
            return verdict == "approve"
                ? try await history.approve(id, as: role, comment: comment, by: by.signer, at: by.time).response()
                : try await history.reject(id, as: role, reason: comment, by: by.signer, at: by.time).response()
        }
    }
}
