import AccessControl
import Approvals
import Decisions
import HTTPEndpoints
import HTTPTypes
import Hummingbird
import PolicyBundles
import PolicyLifecycle
import SignedTokens

/// A tenant's policy history: its chain of signed events, and the objects that they name.
///
/// Events are signed where their authors' keys are, and never here: what comes in is held to every rule of the history before
/// it counts.
struct LifecycleRoutes: EndpointSet {
    let gate: AccessGate
    let store: any HistoryStore
    let recorder: StepRecorder
    let allowance: ObjectAllowance
    let now: @Sendable () -> Timestamp

    private static let digestParameter = Operation.Parameter(
        "digest", in: .path, .pattern("^sha256:[0-9a-f]{64}$"), "SHA-256 of the bytes.")

    static let events = Operation(
        .get, "/v1/tenants/{tenant}/policy/events", id: "listPolicyEvents", tag: "policy",
        access: .person(.seePolicies),
        summary: "The history's signed events, oldest first, each as it stands in its file.",
        parameters: [
            .tenant, .init("limit", in: .query, .integer(1...Page.largest), "How many; 100 where absent."),
            .init("after", in: .query, .integer(0...Int(Int32.max)), "`next` of the page before."),
        ],
        answers: [
            .ok(
                "The events.",
                .object([
                    .init("events", .list(.object([], open: true))),
                    .init("count", .integer(0...Int.max), "All events."),
                    .init(
                        "next", .nullable(.integer(0...Int(Int32.max))), "`after` of the next page; null at the end."),
                ]))
        ], problems: [503])
    static let add = Operation(
        .post, "/v1/tenants/{tenant}/policy/events", id: "addPolicyEvent", tag: "policy", access: .caller,
        summary:
            "Adds a signed event. Proposing and withdrawing take `policies.propose`, remarks and verdicts `policies.review`, signing, publishing and the first trust root `policies.publish`; the signature says who did it. The same event again changes nothing.",
        parameters: [.tenant], body: .object([], open: true),
        answers: [
            .init(200, "It is there already.", .object([], open: true)),
            .init(201, "It counts.", .object([], open: true)),
        ], problems: [403, 409, 429, 503])
    static let proposals = Operation(
        .get, "/v1/tenants/{tenant}/policy/proposals", id: "listProposals", tag: "policy",
        access: .person(.seePolicies), summary: "Proposals, newest first, and what became of them.",
        parameters: [
            .tenant, .init("limit", in: .query, .integer(1...Page.largest), "How many; 100 where absent."),
            .init("before", in: .query, .integer(1...Int(Int32.max)), "`next` of the page before."),
        ],
        answers: [
            .ok(
                "The proposals.",
                .object([
                    .init("proposals", .list(.named("PolicyProposal"))),
                    .init(
                        "next", .nullable(.integer(1...Int(Int32.max))), "`before` of the next page; null at the end."),
                ]))
        ],
        problems: [429, 503])
    static let object = Operation(
        .get, "/v1/tenants/{tenant}/policy/objects/{digest}", id: "getPolicyObject", tag: "policy",
        access: .person(.seePolicies), summary: "The bytes that an event names.",
        parameters: [.tenant, digestParameter],
        answers: [.init(200, "The bytes.", .text(), contentType: "application/octet-stream", headers: ["etag"])],
        problems: [503])
    static let keep = Operation(
        .put, "/v1/tenants/{tenant}/policy/objects/{digest}", id: "keepPolicyObject", tag: "policy",
        access: .person(.keepObjects),
        summary:
            "Keeps bytes for an event that is to name them, 1 GiB of new ones an hour for each tenant. The same again changes nothing.",
        parameters: [.tenant, digestParameter], body: .text(), bodyType: "application/octet-stream",
        answers: [.init(204, "They are kept.")], problems: [409, 429, 503])

    static let statuses = ["open", "stale", "rejected", "withdrawn", "signed", "revised"]

    /// The largest object: a file of a bundle.
    private static let largest = 16 << 20

    var time: UTCTime { UTCTime(seconds: now().nanoseconds / 1_000_000_000) }

    var schemas: [String: Schema] {
        Self.questionSchemas.merging([
            "PolicyProposal": .object(
                [
                    .init("proposal_id", .text()), .init("title", .text()), .init("author", .text()),
                    .init("proposed_at", .time), .init("version", .integer(1...Int.max)),
                    .init("content_digest", .text()),
                    .init("status", .choice(Self.statuses)),
                    .init("approved_by", .list(.text())), .init("comments", .integer(0...Int.max)),
                ], open: true)
        ]) { first, _ in first }
    }

    /// Where histories are opened and judged: however long that takes, decisions have their threads.
    let readers = TrialDesk.ofHistories

    var endpoints: [Endpoint] { steps + questions }

    private var steps: [Endpoint] {
        [
            Endpoint(Self.events) { request, context in
                let (_, tenant) = try gate.enter(Self.events, request, context)
                let limit = try request.number("limit", in: 1...Page.largest) ?? 100
                let after = try request.number("after", in: 0...Int(Int32.max)) ?? 0
                let (events, count) = try await told { () async throws(LifecycleError) in
                    try await PolicyHistory.stored(tenant: tenant, after: after, limit: limit, in: store)
                }
                var json = JSONText()
                json.object { json in
                    json.key("events")
                    json.array { json in for event in events { json.raw(event.bytes.dropLast()) } }
                    json.field("count", Int64(count))
                    json.key("next")
                    if after + events.count < count, !events.isEmpty {
                        json.integer(Int64(after + events.count))
                    } else {
                        json.null()
                    }
                }
                return Response(json: json.bytes)
            },
            Endpoint(Self.add) { request, context in try await add(request, context) },
            Endpoint(Self.proposals) { request, context in
                let (_, tenant) = try gate.enter(Self.proposals, request, context)
                let limit = try request.number("limit", in: 1...Page.largest) ?? 100
                let before = try request.number("before", in: 1...Int(Int32.max))
                return try await readers.run(for: tenant) {
                    Response(json: Self.view(try await open(tenant).state, limit: limit, before: before))
                }
            },
            Endpoint(Self.object) { request, context in
                let (_, tenant) = try gate.enter(Self.object, request, context)
                let digest = try Self.digest(context)
                let bytes = try await told { () async throws(LifecycleError) in
                    // Its bytes are what its name says; who reads them has the events that name it.
                    try await PolicyHistory.object(digest, tenant: tenant, in: store)
                }
                return Response(
                    status: .ok,
                    headers: [
                        .contentType: "application/octet-stream", .eTag: "\"\(digest)\"",
                        .cacheControl: "private, max-age=31536000, immutable",
                    ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
            },
            Endpoint(Self.keep) { request, context in
                let (_, tenant) = try gate.enter(Self.keep, request, context)
                let digest = try Self.digest(context)
                let bytes = try await request.bytes(limit: Self.largest)
                guard BundleDigest(of: bytes) == digest else {
                    throw Problem(
                        .conflict, "digest_mismatch", "these are other bytes", "they do not have the digest of the path"
                    )
                }
                try await told { () async throws(LifecycleError) in
                    guard try await !PolicyHistory.has(digest, tenant: tenant, in: store) else { return }
                    guard allowance.take(bytes.count, of: tenant, at: time) else { throw ObjectAllowance.exhausted }
                    _ = try await PolicyHistory.keep(bytes, tenant: tenant, in: store)
                }
                return Response(status: .noContent)
            },
        ]
    }
}
