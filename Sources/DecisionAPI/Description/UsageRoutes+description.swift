import HTTPEndpoints
import HTTPTypes

extension UsageRoutes {
    static let reportUsage = Operation(
        .post, "/v1/usage", id: "reportUsage", tag: "decisions", access: .agent,
        summary: "What a permitted call did cost, in the place of what was reserved for it.",
        body: .object([
            .init("decision_id", .text(36...36)),
            .init(
                "cost", .anything, required: false, "A number, or a decimal in a text; absent where the call failed."),
            .optional(
                "currency", .name, "That of `cost`; needed where the call is charged in several currencies."),
            .optional("failed", .boolean, "The call never took place."), .optional("agent", .claimedAgent),
        ]),
        answers: [
            .ok(
                "What became of the report.",
                .object([
                    .init("decision_id", .text()), .init("status", .choice(["settled", "overrun", "already_settled"])),
                    .init("difference", .text()),
                ]))
        ], problems: [403, 404, 503])
}
