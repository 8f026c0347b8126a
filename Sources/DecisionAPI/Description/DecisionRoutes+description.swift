import HTTPEndpoints
import HTTPTypes

extension Schema {
    /// A name as admission takes it; in bytes, so that the characters may be fewer.
    static let name = Schema.pattern(#"^[^\x00-\x1f\x7f]{1,512}$"#)
    static let facts = Schema.object([], open: true)

    static let claimedAgent = Schema.object([.init("id", .name)], open: true)
    static let namedTool = Schema.object([.init("name", .name)], open: true)
}

extension Schema.Field {
    static func optional(_ name: String, _ schema: Schema, _ summary: String? = nil) -> Schema.Field {
        Schema.Field(name, .nullable(schema), required: false, summary)
    }
}

extension DecisionRoutes {
    private static let waits = Operation.Parameter(
        "prefer", in: .header, .text(),
        "`wait=N`: hold the call for up to N seconds where it needs an approval (RFC 7240).")
    private static let traced = Operation.Parameter(
        "traceparent", in: .header, .text(), "W3C Trace Context; taken up into the decision and its record.")

    static let decide = Operation(
        .post, "/v1/decisions", id: "decide", tag: "decisions", access: .agent,
        summary: "One decision on one call. 200 whatever the decision is.",
        parameters: [waits, traced], body: .named("DecisionRequest"),
        answers: [.ok("The decision.", .named("Decision"))], problems: [503])

    static let delegate = Operation(
        .post, "/v1/delegations", id: "delegate", tag: "decisions", access: .agent,
        summary: "The signed call chain for the next agent.",
        parameters: [traced],
        body: .object([
            .init("to", .name, "The next agent."), .optional("delegation", .text(), "The chain of the caller itself."),
            .optional("session_id", .name), .optional("expires_in", .integer(1...3600), "Seconds; 300 where absent."),
            .optional("agent", .claimedAgent),
        ]), answers: [.ok("The decision, with `delegation` where it is `allow`.", .named("Decision"))], problems: [503])

    static let redact = Operation(
        .post, "/v1/results", id: "redactResult", tag: "decisions", access: .agent,
        summary: "What may be shown of a tool's result.",
        parameters: [traced],
        body: .object([
            .init("tool", .namedTool), .init("result", .anything, "Any JSON value."),
            .optional("parameters", .facts), .optional("context", .facts), .optional("agent", .claimedAgent),
            .optional("decision_id", .name), .optional("session_id", .name),
            .optional("delegation", .text(), "The chain that the call was made under; it may have expired since."),
        ]), answers: [.ok("The result, or what is left of it.", .named("ResultAnswer"))], problems: [503])

    var schemas: [String: Schema] {
        let reason = Schema.object(
            [
                .init("code", .text()), .init("message", .text()), .init("policy", .nullable(.text())),
                .init("rule", .nullable(.text())), .init("also", .list(.named("Reason")), required: false),
            ], open: true)
        let redactions = Schema.list(
            .object([.init("path", .text()), .init("detector", .text()), .init("count", .integer(0...Int.max))]))
        let receipt = Schema.nullable(
            .object([
                .init("log", .text()), .init("index", .integer(0...Int.max)), .init("leaf_hash", .text()),
                .init("checkpoint_size", .integer(1...Int.max)),
            ]))
        let shared: [Schema.Field] = [
            .init("decision_id", .text()),
            .init("decision", .choice(["allow", "deny", "sanitize", "approval_needed"])),
            .init("decision_reason", .named("Reason")), .init("policy_version", .nullable(.text())),
            .init("mode", .choice(["enforce", "shadow"])),
            .init("would_decision", .anything, "The outcome with shadow policies counted in, or null."),
            .init("agent_id", .nullable(.text())), .init("tool_name", .nullable(.text())),
            .init("redactions", redactions), .init("trace_id", .nullable(.text())), .init("receipt", receipt),
        ]
        let request = Schema.object([
            .optional("agent", .claimedAgent, "Must be who the credential proves, or whom it may act as."),
            .init("tool", .namedTool), .optional("parameters", .facts),
            .optional(
                "request", .object([.init("method", .name), .init("host", .name), .init("path", .name)], open: true),
                "The call on the wire."),
            .optional("session_id", .name), .optional("context", .facts), .optional("delegation", .text()),
            .optional("override_token", .text()), .optional("idempotency_key", .name), .optional("dry_run", .boolean),
        ])
        let approval = Schema.object(
            [
                .init("approval_id", .text()), .init("status", .text()), .init("url", .nullable(.text())),
                .init("expires_at", .time),
            ], open: true)
        return [
            "DecisionRequest": request, "Reason": reason,
            "Decision": .object(
                shared + [
                    .init("approval", .nullable(approval)), .init("parameters", .nullable(.facts)),
                    .init("limits", .facts), .init("check_result", .boolean, required: false),
                    .init("delegation", .text(), required: false), .init("dry_run", .boolean, required: false),
                ], open: true),
            "ResultAnswer": .object(
                shared + [.init("result", .anything), .init("labels", .list(.text()))], open: true),
        ]
    }
}
