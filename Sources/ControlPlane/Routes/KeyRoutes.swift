import AccessControl
import Approvals
import Decisions
import HTTPEndpoints
import HTTPTypes
import Hummingbird

/// A tenant's API keys. A key's secret is in the answer that issues it, and nowhere else ever.
struct KeyRoutes: EndpointSet {
    let gate: AccessGate
    let ledger: any AdministrationLedger
    let recorded: RecordedChange
    let now: @Sendable () -> Timestamp

    private static let keyID = Operation.Parameter(
        "key_id", in: .path, .pattern("^[A-Za-z0-9-]{1,64}$"), "The key's id, unique in its tenant.")

    static let list = Operation(
        .get, "/v1/tenants/{tenant}/keys", id: "listKeys", tag: "keys", access: .person(.seeKeys),
        summary: "The keys by id, revoked ones included.", parameters: [.tenant] + Page.parameters,
        answers: [.ok("The keys.", Page.schema("keys", of: .named("Key")))])
    static let show = Operation(
        .get, "/v1/tenants/{tenant}/keys/{key_id}", id: "showKey", tag: "keys", access: .person(.seeKeys),
        summary: "One key.", parameters: [.tenant, keyID], answers: [.ok("The key.", .named("Key"))])
    static let issue = Operation(
        .post, "/v1/tenants/{tenant}/keys", id: "issueKey", tag: "keys", access: .caller,
        summary:
            "Issues an agent's key (`keys.issue`), or one more for oneself with no more than one's own roles. A key id is never used twice, so a repeated request is 409 and issues nothing.",
        parameters: [.tenant],
        body: .object([
            .init("key_id", .pattern("^[A-Za-z0-9-]{1,64}$")), .init("kind", .choice(["agent", "person"])),
            .init("roles", .nullable(.list(.text(1...128), atMost: 64)), required: false, "Of a person's key."),
            .init(
                "grants", .nullable(.list(.choice(KeyRequest.knownGrants), atMost: 64)), required: false,
                "Of an agent's key."),
            .init(
                "expires_at", .nullable(.time), required: false, "Required for a person's key, within 366 days."),
        ]),
        answers: [
            .init(
                201, "The key, with `api_key`: keep it now, it is not shown again.", .named("Key"),
                headers: ["location"])
        ],
        problems: [403, 409, 503])
    static let rotate = Operation(
        .post, "/v1/tenants/{tenant}/keys/{key_id}/rotation", id: "rotateKey", tag: "keys", access: .caller,
        summary:
            "Gives a key a new secret under its id: an agent's (`keys.issue` and `keys.revoke`), or the very key that asks. The secret of before holds too for a while; while it does, a repeated request is 409, unless it says 0 seconds.",
        parameters: [.tenant, keyID],
        body: .object([
            .init(
                "overlap_seconds", .nullable(.integer(0...longestOverlap)), required: false,
                "How long the secret of before holds too; 24 hours where absent. 0: it is worthless now.")
        ]), bodyIsRequired: false,
        answers: [.ok("The key, with `api_key`: keep it now, it is not shown again.", .named("Key"))],
        problems: [403, 409, 503])
    private static let usualOverlap = 86_400
    private static let longestOverlap = 30 * 86_400
    static let revoke = Operation(
        .delete, "/v1/tenants/{tenant}/keys/{key_id}", id: "revokeKey", tag: "keys", access: .caller,
        summary:
            "Makes a key worthless (`keys.revoke`, or one's own), within a second at the gateway that shares this state. The same again changes nothing.",
        parameters: [.tenant, keyID], answers: [.ok("The key as it is now.", .named("Key"))], problems: [403, 503])

    var schemas: [String: Schema] {
        [
            "Key": .object(
                [
                    .init("key_id", .text()), .init("tenant", .text()), .init("kind", .choice(["agent", "person"])),
                    .init("name", .nullable(.text())), .init("roles", .list(.text())), .init("grants", .list(.text())),
                    .init("state", .choice(["active", "expired", "revoked"])), .init("created_at", .time),
                    .init("created_by", .nullable(.text())), .init("expires_at", .nullable(.time)),
                    .init("revoked_at", .nullable(.time)),
                    .init(
                        "previous_until", .nullable(.time),
                        "Until when the secret from before the last rotation holds too; null where it does not."),
                    .init("api_key", .text(), required: false),
                ], open: true)
        ]
    }

    var endpoints: [Endpoint] {
        [
            Endpoint(Self.list) { request, context in
                let (_, tenant) = try gate.enter(Self.list, request, context)
                let page = try Page(request)
                let keys = try await ledger.keys(tenant: tenant, after: page.after, limit: page.limit + 1)
                var json = JSONText()
                json.object { json in
                    json.key("keys")
                    json.array { json in
                        for key in keys.prefix(page.limit) { write(key, to: &json) }
                    }
                    json.field("next", keys.count > page.limit ? keys[page.limit - 1].entry.keyID : nil)
                }
                return Response(json: json.bytes)
            },
            Endpoint(Self.show) { request, context in
                let (_, tenant) = try gate.enter(Self.show, request, context)
                return Response(json: view(try await key(context, tenant)))
            },
            Endpoint(Self.issue) { request, context in try await issue(request, context) },
            Endpoint(Self.rotate) { request, context in try await rotate(request, context) },
            Endpoint(Self.revoke) { request, context in try await revoke(request, context) },
        ]
    }

    private func issue(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (person, tenant) = try gate.enter(Self.issue, request, context)
        let body = try await JSONBody(of: request, fields: ["key_id", "kind", "roles", "grants", "expires_at"])
        guard let kind = Caller.Kind(rawValue: try body.requiredText("kind")) else {
            throw AdmissionError.malformed("`kind` is neither agent nor person")
        }
        let end = try body.text("expires_at").map { text in
            guard let time = Timestamp(parsing: text) else {
                throw AdmissionError.malformed("`expires_at` is not a time such as 2026-12-31T00:00:00Z")
            }
            return time
        }
        let wish = KeyRequest(
            keyID: try body.requiredText("key_id"), kind: kind, roles: try body.texts("roles"),
            grants: try body.texts("grants"), expiresAt: end)
        let now = now()
        let caller = try wish.caller(issuedBy: person, in: tenant, now: now)
        guard let key = APIKey.generate(keyID: wish.keyID) else { throw AdmissionError.malformed("no such key id") }
        let act = try await ledger.issue(
            APIKeyEntry(keyID: wish.keyID, digest: key.digest, caller: caller, expiresAt: end),
            by: Administrator(person), now: now)
        try await recorded.wait(for: act)
        guard let stored = try await ledger.key(wish.keyID, tenant: tenant) else { throw Problem.fault }
        var response = Response(status: .created, json: view(stored, secret: key.text))
        response.headers[.location] = "/v1/tenants/\(tenant)/keys/\(wish.keyID)"
        return response
    }

    private func rotate(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (person, tenant) = try gate.enter(Self.rotate, request, context)
        let body = try await JSONBody(of: request, fields: ["overlap_seconds"])
        let overlap = try body.number("overlap_seconds", in: 0...Self.longestOverlap) ?? Self.usualOverlap
        guard let key = try? await key(context, tenant).entry else {
            // Whoever may not see keys learns no more of one that is not there than of one that is.
            try person.require(.issueKeys, in: tenant)
            throw AccessError(.notFound, "there is no key of this id")
        }
        try person.requireRotation(of: key)
        guard let secret = APIKey.generate(keyID: key.keyID) else { throw Problem.fault }
        let now = now()
        let end = overlap == 0 ? nil : now.advanced(bySeconds: Int64(overlap))
        let act = try await ledger.rotate(
            key.keyID, tenant: tenant, to: secret.digest, previousUntil: end, endsOverlap: overlap == 0,
            by: Administrator(person), now: now)
        try await recorded.wait(for: act)
        guard let stored = try await ledger.key(key.keyID, tenant: tenant) else { throw Problem.fault }
        return Response(json: view(stored, secret: secret.text))
    }

    private func revoke(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (person, tenant) = try gate.enter(Self.revoke, request, context)
        if !person.may(.revokeKeys, in: tenant) {
            // One's own keys may always be given up; of others' one learns nothing, not even that they are there.
            let caller = try? await key(context, tenant).entry.caller
            guard let caller, caller.kind == .person, caller.name == person.name, tenant == person.home else {
                try person.require(.revokeKeys, in: tenant)
                return Problem.notFound.response
            }
        }
        let keyID = context.parameters.get("key_id") ?? ""
        let act = try await ledger.revoke(keyID, tenant: tenant, by: Administrator(person), now: now())
        try await recorded.wait(for: act)
        return Response(json: view(try await key(context, tenant)))
    }

    private func key(_ context: BasicRequestContext, _ tenant: String) async throws -> IssuedKey {
        let keyID = context.parameters.get("key_id") ?? ""
        guard APIKeyEntry.isKeyID(keyID), let key = try await ledger.key(keyID, tenant: tenant) else {
            throw AccessError(.notFound, "there is no key of this id")
        }
        return key
    }

    private func view(_ key: IssuedKey, secret: String? = nil) -> [UInt8] {
        var json = JSONText()
        write(key, secret: secret, to: &json)
        return json.bytes
    }

    private func write(_ key: IssuedKey, secret: String? = nil, to json: inout JSONText) {
        let caller = key.entry.caller
        json.object { json in
            json.field("key_id", key.entry.keyID)
            json.field("tenant", caller.tenant)
            json.field("kind", caller.kind.rawValue)
            json.field("name", caller.name)
            // Roles elsewhere are the other tenants' matter: what a tenant sees of its keys tells nothing of them.
            json.field("roles", caller.roles)
            json.field("grants", caller.grants.sorted())
            json.field("state", key.state(at: now()).rawValue)
            json.field("created_at", key.createdAt.description)
            json.field("created_by", key.createdBy.isEmpty ? nil : key.createdBy)
            json.field("expires_at", key.entry.expiresAt?.description)
            json.field("revoked_at", key.revokedAt?.description)
            json.field("previous_until", key.entry.previous.flatMap { now() < $0.until ? $0.until.description : nil })
            if let secret { json.field("api_key", secret) }
        }
    }
}
