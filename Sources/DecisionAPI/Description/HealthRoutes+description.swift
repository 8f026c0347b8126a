import HTTPEndpoints
import HTTPTypes

extension HealthRoutes {
    static let live = Operation(
        .get, "/healthz", id: "live", tag: "health", access: .anybody, summary: "Whether the process serves.",
        answers: [.ok("It does.", .object([.init("status", .choice(["alive"]))]))])

    static let ready = Operation(
        .get, "/readyz", id: "ready", tag: "health", access: .anybody,
        summary:
            "Whether a verified bundle is active and the state store can be read. Tenants are listed where there is one alone.",
        answers: [.ok("So it is.", .named("Status")), .init(503, "It is not.", .named("Status"))])

    static let status = Operation(
        .get, "/v1/status", id: "status", tag: "health", access: .anybody,
        summary: "What is served. Where there are several tenants, each sees itself alone, by its credential.",
        answers: [.ok("The tenants that the caller may know of.", .named("Status"))])

    var schemas: [String: Schema] {
        let source = Schema.object(
            [
                .init("name", .text()), .init("last_answer_at", .nullable(.time)),
                .init("failures", .integer(0...Int.max)),
                .init("failures_in_a_row", .integer(0...Int.max), required: false),
                .init("unavailable_since", .time, required: false),
                .init("unavailable_because", .text(), required: false),
            ], open: true)
        let tenant = Schema.object(
            [
                .init("tenant", .text()), .init("policy_version", .nullable(.text())),
                .init("mode", .nullable(.choice(["enforce", "shadow"]))), .init("activated_at", .nullable(.time)),
                .init("activations", .integer(0...Int.max), "Since the start."),
                .init("last_word_at", .nullable(.time), "When somebody signed last that this bundle is the latest."),
                .init(
                    "stale", .nullable(.choice(["report", "deny"])),
                    "What follows from nobody having said so for too long; null while it is fresh."),
                .init("refusals", .object([], open: true), "How many bundles were refused since the start, by code."),
                .init("source", source, required: false, "Where its bundles come from."),
                .init(
                    "below_rules", .object([.init("at", .time), .init("code", .text()), .init("message", .text())]),
                    required: false,
                    "Why the active bundle would not be taken today: the rules for people have become others since."),
                .init(
                    "rejected", .object([.init("at", .time), .init("code", .text()), .init("message", .text())]),
                    required: false,
                    "The newest bundle, where it was refused and an older one goes on serving; or the active one, where it was withdrawn because its signature counts no more."
                ),
            ], open: true)
        return [
            "Status": .object(
                [
                    .init("status", .choice(["ready", "not_ready"])), .init("version", .text(), required: false),
                    .init(
                        "state_unavailable", .text(), required: false,
                        "Why no call passes: the state store cannot be read."),
                    .init(
                        "audit_unavailable", .text(), required: false,
                        "Why no call passes: the audit trail cannot be written."), .init("tenants", .list(tenant)),
                ], open: true)
        ]
    }
}
