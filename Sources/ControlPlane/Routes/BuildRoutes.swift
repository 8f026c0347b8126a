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

/// Builds over HTTP: what policies become as the tenant's next version, and as a bundle where somebody signs it. Nothing of it is
/// kept or published.
struct BuildRoutes: EndpointSet {
    let gate: AccessGate
    let steps: StepDesk

    static let build = Operation(
        .post, "/v1/tenants/{tenant}/policy/build", id: "buildPolicies", tag: "policy", access: .person(.tryPolicies),
        summary:
            "Builds policies as the tenant's next version. With `key`, and its signature, the answer is the signed archive, without reviews; else what would be in it. The same at the same time gives the same bytes.",
        parameters: [.tenant],
        body: PolicySubmission.schema(
            [.init("region", .nullable(.text(1...64)), required: false, "Every region where absent.")]
                + StepDesk.schema(keyRequired: false)),
        answers: [
            .ok(
                "What would be in it; or, as `application/gzip`, the archive.", .named("PolicyBuild"), headers: ["etag"]
            ),
            StepDesk.toSign,
        ], problems: [404, 409, 422, 429, 503])

    var schemas: [String: Schema] {
        [
            "PolicyBuild": .object(
                [
                    .init("tenant", .text()), .init("version", .integer(1...Int.max)),
                    .init(
                        "content_digest", .text(),
                        "What reviewers would sign, were it proposed at this time by this person."),
                    .init("at", .time),
                    .init(
                        "files",
                        .list(
                            .object([
                                .init("path", .text()), .init("digest", .text()),
                                .init("bytes", .integer(0...Int.max)),
                            ]))),
                    .init("controls", .map(.list(.text())), "Compliance controls, and the policies that carry them."),
                    .init("findings", .list(.named("PolicyFinding")), "Warnings."),
                ], open: true)
        ]
    }

    var endpoints: [Endpoint] {
        [Endpoint(Self.build) { request, context in try await build(request, context) }]
    }

    private func build(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (person, tenant) = try gate.enter(Self.build, request, context)
        let body = try await PolicySubmission.body(of: request, fields: StepDesk.fields.union(["region"]))
        let submission = try PolicySubmission(body)
        let region = try body.text("region", atMost: 64)
        let drafting: @Sendable (PolicyHistory, UTCTime, String) async throws -> Draft = { [store = steps.store] in
            try await Draft(
                of: submission.candidate(in: tenant, from: store), after: $0, region: region, at: $1, author: $2)
        }
        guard try body.text("key") == nil else {
            return try await steps.take(body, by: person, in: tenant) { history, by in
                let trusted = history.state.trust[by.signer.name]
                let draft = try await drafting(history, by.time, trusted?.person ?? person.name)
                let built = try draft.builder.build(signedBy: by.signer, scope: trusted?.scope, at: by.time.seconds)
                return Response(
                    status: .ok, headers: [.contentType: "application/gzip", .eTag: "\"\(built.digest)\""],
                    body: ResponseBody(byteBuffer: ByteBuffer(bytes: built.archive)))
            }
        }
        return try await steps.look(body, in: tenant) { history, time in
            let draft = try await drafting(history, time, person.name)
            let (files, digest) = try draft.builder.content()
            return Response.json { json in
                json.object { json in
                    json.field("tenant", tenant)
                    json.field("version", Int64(draft.builder.metadata.version))
                    json.field("content_digest", digest.description)
                    json.field("at", time.description)
                    json.key("files")
                    json.array { json in for file in files { Self.write(file, to: &json) } }
                    json.key("controls")
                    json.object { json in
                        for (control, policies) in draft.builder.metadata.controls.sorted(by: { $0.key < $1.key }) {
                            json.field(control, policies)
                        }
                    }
                    json.key("findings")
                    json.array { json in for warning in draft.warnings { warning.write(to: &json) } }
                }
            }
        }
    }

    private static func write(_ file: BundleFile, to json: inout JSONText) {
        json.object { json in
            json.field("path", file.path)
            json.field("digest", BundleDigest(of: file.bytes).description)
            json.field("bytes", Int64(file.bytes.count))
        }
    }

    /// What is built.
    private struct Draft {
        let builder: BundleBuilder
        let warnings: [Diagnostic]

        init(
            of candidate: PolicyCandidate, after history: PolicyHistory, region: String?, at time: UTCTime,
            author: String
        ) throws {
            let (draft, warnings) = try ProposalDraft.compiled(
                from: candidate.tree, tenant: history.tenant, title: "", region: region)
            self.warnings = warnings
            builder = BundleBuilder(
                metadata: BundleMetadata(
                    tenant: history.tenant, region: region, version: history.state.versions.count + 1,
                    parent: history.state.versions.last?.digest, createdAt: time.description, author: author,
                    controls: draft.controls), files: draft.files)
        }
    }
}
