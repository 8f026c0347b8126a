import HTTPEndpoints
import HTTPTypes

extension HealthRoutes {
    static let live = Operation(
        .get, "/healthz", id: "live", tag: "health", access: .anybody, summary: "Whether the process serves.",
        answers: [.ok("It does.", .object([.init("status", .choice(["alive"]))]))])

    static let ready = Operation(
        .get, "/readyz", id: "ready", tag: "health", access: .anybody,
        summary: "Whether a verified bundle is active. Tenants are listed where there is one alone.",
        answers: [.ok("One is.", .named("Status")), .init(503, "None is.", .named("Status"))])

    static let status = Operation(
        .get, "/v1/status", id: "status", tag: "health", access: .anybody,
        summary: "What is served. Where there are several tenants, each sees itself alone, by its credential.",
        answers: [.ok("The tenants that the caller may know of.", .named("Status"))])

    var schemas: [String: Schema] {
        let tenant = Schema.object(
            [
                .init("tenant", .text()), .init("policy_version", .nullable(.text())),
                .init("mode", .nullable(.choice(["enforce", "shadow"]))), .init("activated_at", .nullable(.time)),
                .init(
                    "rejected", .object([.init("at", .time), .init("message", .text())]), required: false,
                    "The newest bundle, where it was refused and an older one goes on serving."),
            ], open: true)
        return [
            "Status": .object(
                [
                    .init("status", .choice(["ready", "not_ready"])), .init("version", .text(), required: false),
                    .init("tenants", .list(tenant)),
                ], open: true)
        ]
    }
}
