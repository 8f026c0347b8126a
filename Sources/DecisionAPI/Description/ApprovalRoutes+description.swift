import HTTPEndpoints
import HTTPTypes

extension ApprovalRoutes {
    private static let id = Operation.Parameter(
        "id", in: .path, .pattern("^apr_[0-9a-hjkmnp-tv-z]{26}$"), "The approval's id.")
    private static let comment = Schema.object([.optional("comment", .text())])

    static let listApprovals = Operation(
        .get, "/v1/approvals", id: "listApprovals", tag: "approvals", access: .caller,
        summary: "The approvals of a person's own tenant, newest first.",
        parameters: [
            .init(
                "status", in: .query,
                .pattern(
                    "^((pending|approved|denied|expired|withdrawn|redeemed|all)(,(pending|approved|denied|expired|withdrawn|redeemed|all))*)?$"
                ),
                "States, separated by commas."),
            .init("limit", in: .query, .integer(1...1000), "How many; 100 where absent."),
        ],
        answers: [.ok("The approvals.", .object([.init("approvals", .list(.named("Approval")))]))], problems: [403])

    static let showApproval = Operation(
        .get, "/v1/approvals/{id}", id: "showApproval", tag: "approvals", access: .caller,
        summary:
            "One approval. The agent that asked, in its own name or another's, gets its override token here, once there is one.",
        parameters: [id], answers: [.ok("The approval.", .named("Approval"))])

    static let approve = verdict("approve", "Lets the held call run.")
    static let deny = verdict("deny", "Refuses the held call.")
    static let takeBack = verdict(
        "withdraw", "The agent that asked, the one in whose name it did, or the owner of that takes the request back.")

    private static func verdict(_ word: String, _ summary: String) -> Operation {
        Operation(
            .post, "/v1/approvals/{id}/\(word)", id: "\(word)Approval", tag: "approvals", access: .caller,
            summary: summary, parameters: [id], body: comment, bodyIsRequired: false,
            answers: [.ok("The approval as it stands after it.", .named("Approval"))], problems: [403, 409, 503])
    }

    var schemas: [String: Schema] {
        let vote = Schema.object(
            [
                .init("approver", .text()), .init("roles", .list(.text())), .init("verdict", .text()),
                .init("comment", .nullable(.text())),
                .init("at", .time),
            ], open: true)
        let requirement = Schema.object(
            [
                .init("policy", .text()), .init("rule", .text()),
                .init("reason", .nullable(.text()), "What a Rego file says, where consent is to that alone."),
                .init("approvers", .list(.text())), .init("quorum", .integer(1...Int.max)),
                .init("given", .integer(0...Int.max)),
            ], open: true)
        return [
            "Approval": .object(
                [
                    .init("approval_id", .text()),
                    .init("status", .choice(["pending", "approved", "denied", "expired", "withdrawn", "redeemed"])),
                    .init("tenant", .text()), .init("agent_id", .text()), .init("tool_name", .text()),
                    .init("parameters_shown", .anything), .init("acting_for", .nullable(.text())),
                    .init("call_chain", .list(.text())),
                    .init("shown", .anything), .init("shown_digest", .text()), .init("policy_version", .text()),
                    .init("policy", .text()), .init("rule", .text()), .init("message", .text()),
                    .init("approvers", .list(.text())), .init("quorum", .integer(1...Int.max)),
                    .init("requirements", .list(requirement)),
                    .init("votes", .list(vote)), .init("approvals_given", .integer(0...Int.max)),
                    .init("notify", .list(.text())),
                    .init("undelivered", .list(.text()), "Channels that could not be told."),
                    .init("decision_ids", .list(.text())), .init("session_id", .nullable(.text())),
                    .init("created_at", .time), .init("expires_at", .time), .init("escalated_at", .nullable(.time)),
                    .init("changed_at", .time), .init("redeemed_by", .nullable(.text())),
                    .init("override_token", .text(), required: false, "For the agent that asked, and nobody else."),
                ], open: true)
        ]
    }
}
